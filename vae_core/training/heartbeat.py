"""The heartbeat: a worker's second thread, which shows that the training lives, and stops it where the first cannot."""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator

from vae_core.runs.locks import Hold
from vae_core.runs.progress import Journal

_log = logging.getLogger(__name__)

SECONDS = 5.0
_LOOK_SECONDS = 0.5  # between two looks whether the training was asked to stop


class Heartbeat:
    """Writes a heartbeat to progress.jsonl whenever nothing else was written for SECONDS.

    It also keeps the run's lock, should its file be removed, and ends the process if another worker has taken the run
    meanwhile: two must never train one.

    While it may interrupt the training, it also cancels it and ends the process, once it is asked to stop. It may while
    TensorFlow is imported or compiles, because the main thread cannot look for a request to stop then.
    """

    def __init__(self, journal: Journal, hold: Hold, stopped: Callable[[], bool], cancel: Callable[[], object]):
        """stopped: whether the training was asked to stop; cancel: leave the run behind as a cancelled one."""
        self._journal, self._hold, self._stopped, self._cancel = journal, hold, stopped, cancel
        self._may_interrupt = False
        self._lock = threading.Lock()
        """Held while the process is being ended, and to change `_may_interrupt`."""

    def allow_interruption(self, allowed: bool) -> None:
        """Set whether it may end the process to stop the training. Does not return if that is going on."""
        with self._lock:
            self._may_interrupt = allowed

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """In this context the thread runs."""
        ended = threading.Event()
        thread = threading.Thread(target=self._beat, args=(ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _beat(self, ended: threading.Event) -> None:
        while not ended.wait(_LOOK_SECONDS):
            if not self._hold.keep():
                _log.error("Another worker has taken this run. This one ends.")
                os._exit(1)
            if time.monotonic() - self._journal.last_time > SECONDS:
                with contextlib.suppress(OSError):
                    self._journal.write("heartbeat")
            with self._lock:
                if self._may_interrupt and self._stopped():
                    self._cancel()
                    os._exit(0)
