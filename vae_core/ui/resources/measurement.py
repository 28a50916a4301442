"""A measurement: a report that is being computed while any number of visitors wait for it.

A page's script ends whenever its visitor clicks on; what takes half a minute must not end with it, nor be computed
twice because two visitors ask. So it is computed in a process of its own, one for the same weights and digits. It ends
soon after the last visitor who waited has gone. Invariant: nothing half-computed is ever kept; a measurement that
failed is forgotten, and begun anew when it is asked for again.
"""

import logging
import threading
import time

import streamlit as st

from vae_core.errors import ReportFailed, VaeError
from vae_core.evaluation import report_process
from vae_core.evaluation.report import Report
from vae_core.ui.resources.loaded_run import LoadedRun

_log = logging.getLogger(__name__)

_AT_ONCE = 4
"""Reports that are measured at the same time; each takes up to 550 MB."""

_PATIENCE_SECONDS = 10.0
"""Pages ask every half second, those in the background every second: who has not for so long waits no more."""

_slots = threading.BoundedSemaphore(_AT_ONCE)


class Measurement:
    """What comes to be a report. Threads may share it."""

    def __init__(self, report: Report | None = None) -> None:
        """report: the one that there is already."""
        self.share, self.what = 0.0, f"Waiting: {_AT_ONCE} other reports are being measured"
        self.abandoned = False
        """Whether it ended because nobody waited for it any more."""
        self._report, self._error, self._done = report, None, threading.Event()
        self._asked = time.monotonic()
        if report:
            self._done.set()

    def compute(self, loaded: LoadedRun) -> None:
        """Measure; a run of the visitor's own keeps the report."""
        try:
            while not _slots.acquire(timeout=1.0):
                self._on_progress(self.share, self.what)
            try:
                self._report = report_process.measure(loaded.network, loaded.digits, self._on_progress)
            finally:
                _slots.release()
            self._report.store(loaded.run, loaded.network, loaded.digits)
        except VaeError as error:
            self._error = error
        except Exception as error:  # whoever waits must not wait for ever
            _log.exception("The report on %s failed.", loaded.run.id)
            self._error = ReportFailed(f"The report could not be computed ({type(error).__name__}: {error}).")
        finally:
            self._done.set()

    def _on_progress(self, share: float, what: str) -> None:
        self.share, self.what = share, what
        if time.monotonic() - self._asked > _PATIENCE_SECONDS:
            self.abandoned = True
            raise ReportFailed("Nobody waited for the report any more.")

    def wait(self, seconds: float) -> bool:
        """Whether it is done, in one way or the other, within so many seconds. Whoever waits keeps it going."""
        self._asked = time.monotonic()
        return self._done.wait(seconds)

    def report(self) -> Report:
        """The report, once it is done. Raises the VaeError that it failed with."""
        if self._report is None:
            raise self._error or ReportFailed("The report is not computed yet.")
        return self._report


def measure(loaded: LoadedRun) -> Measurement:
    """The measurement of this run: the one that there is, or one that begins now."""
    key = loaded.network.digest, loaded.digits.digest
    if _measurements(loaded, *key).abandoned:
        _measurements.clear(loaded, *key)
    return _measurements(loaded, *key)


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
