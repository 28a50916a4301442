"""A measurement: a report that is being computed by a thread, while any number of visitors wait for it.

A page's script ends whenever its visitor clicks on; what takes half a minute must not end with it, nor be computed
twice because two visitors ask. So it is a thread's, one for the same weights and digits, and one at a time for the sake
of memory. Invariant: nothing half-computed is ever kept; a measurement that failed is forgotten, and begun anew when it
is asked for again.
"""

import logging
import threading

import streamlit as st

from vae_core.errors import RunDamaged, VaeError
from vae_core.evaluation.report import Report
from vae_core.ui.resources.loaded_run import LoadedRun

_log = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


class Measurement:
    """What comes to be a report. Threads may share it."""

    def __init__(self, report: Report | None = None) -> None:
        """report: the one that there is already."""
        self.share, self.what = 0.0, "Waiting for another report to be done"
        self._report, self._error, self._done = report, None, threading.Event()
        if report:
            self._done.set()

    def compute(self, loaded: LoadedRun) -> None:
        """Measure; a run of the visitor's own keeps the report."""
        try:
            with _one_at_a_time:
                self._report = Report.of(loaded.run, loaded.network, loaded.digits, self._on_progress)
        except VaeError as error:
            self._error = error
        except Exception as error:  # most likely too little memory; whoever waits must not wait for ever
            _log.exception("The report on %s failed.", loaded.run.id)
            self._error = RunDamaged(f"The report could not be computed ({type(error).__name__}: {error}).")
        finally:
            self._done.set()

    def _on_progress(self, share: float, what: str) -> None:
        self.share, self.what = share, what

    def wait(self, seconds: float) -> bool:
        """Whether it is done, in one way or the other, within so many seconds."""
        return self._done.wait(seconds)

    def report(self) -> Report:
        """The report, once it is done. Raises the VaeError that it failed with."""
        if self._report is None:
            raise self._error or RunDamaged("The report is not computed yet.")
        return self._report


def measure(loaded: LoadedRun) -> Measurement:
    """The measurement of this run: the one that there is, or one that begins now."""
    return _measurements(loaded, loaded.network.digest, loaded.digits.digest)


def measured(loaded: LoadedRun) -> Report:
    """The report of a measurement that is done. Raises the VaeError that it failed with, and forgets it."""
    try:
        return measure(loaded).report()
    except VaeError:
        _measurements.clear(loaded, loaded.network.digest, loaded.digits.digest)
        raise


@st.cache_resource(show_spinner=False, max_entries=16)
def _measurements(_loaded: LoadedRun, network: str, digits: str) -> Measurement:
    if kept := Report.read(_loaded.run, _loaded.network, _loaded.digits):
        return Measurement(kept)
    begun = Measurement()
    threading.Thread(target=begun.compute, args=(_loaded,), daemon=True).start()
    return begun
