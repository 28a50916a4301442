"""The heartbeat: a worker's second thread, which shows that the training lives, and stops it where the first cannot."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator

from vae_core.runs.progress import Journal

SECONDS = 5.0
_LOOK_SECONDS = 0.5  # between two looks whether the training was asked to stop


class Heartbeat:
    """Writes a heartbeat to progress.jsonl whenever nothing else was written for SECONDS.

    While it may interrupt the training, it also cancels it and ends the process, once it is asked to stop. It may while
    TensorFlow is imported or compiles, because the main thread cannot look for a request to stop then.
    """

    def __init__(self, journal: Journal, stopped: Callable[[], bool], cancel: Callable[[], object]):
        """stopped: whether the training was asked to stop; cancel: leave the run behind as a cancelled one."""
        self._journal, self._stopped, self._cancel = journal, stopped, cancel
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
            if time.monotonic() - self._journal.last_time > SECONDS:
                with contextlib.suppress(OSError):
                    self._journal.write("heartbeat")
            with self._lock:
                if self._may_interrupt and self._stopped():
                    self._cancel()
                    os._exit(0)
