"""Reports that are being measured while visitors wait for them: one for the same weights and digits.

Invariant: nothing half-computed is ever kept; a measurement that failed is forgotten, and begun anew when it is asked
for again.
"""

import threading

import streamlit as st

from vae_core.evaluation import report_process
from vae_core.evaluation.report import Report
from vae_core.ui.resources.computation import Computation, OnProgress, going, result_of
from vae_core.ui.resources.loaded_run import Loaded

_PATIENCE_SECONDS = 10.0
"""Pages ask every half second, those in the background every second: who has not for so long waits no more."""

_slots = threading.BoundedSemaphore(4)
"""For the reports that are measured at the same time; each takes up to 550 MB."""

Measurement = Computation[Report]


def measure(loaded: Loaded) -> Measurement:
    """The measurement of this run: the one that there is, or one that begins now."""
    return going(_measurements, loaded, loaded.network.digest, loaded.digits.digest)


def measured(loaded: Loaded) -> Report:
    """The report of a measurement that is done. Raises the VaeError that it failed with, and forgets it."""
    return result_of(_measurements, loaded, loaded.network.digest, loaded.digits.digest)


@st.cache_resource(show_spinner=False, max_entries=16)
def _measurements(_loaded: Loaded, network: str, digits: str) -> Measurement:
    """What is measured now or was: the report that the run keeps, or one that begins here, which a run of the visitor's
    own then keeps."""
    measurement = Measurement(_PATIENCE_SECONDS, Report.read(_loaded.run, _loaded.network, _loaded.digits))

    def compute(on_progress: OnProgress) -> Report:
        report = report_process.measure(_loaded.network, _loaded.digits, on_progress)
        report.store(_loaded.run, _loaded.network, _loaded.digits)
        return report

    if not measurement.wait(0):
        measurement.begin(compute, _slots)
    return measurement
