"""A computation that any number of visitors may wait for, and that ends soon after the last of them has gone.

A page's script ends whenever its visitor clicks on; what takes longer must not end with it, nor be done twice because
two visitors ask. So it runs in a thread of its own, and pages ask how far it is.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from vae_core.errors import ComputationFailed, VaeError, one_line

T = TypeVar("T")

OnProgress = Callable[[float, str], None]
"""Called with the share of the work that is done, from 0 to 1, and what is being computed, in words."""

_POLL_SECONDS = 0.5

_log = logging.getLogger(__name__)


class Computation(Generic[T]):
    """What comes to be a result, or an error. Threads may share it."""

    def __init__(self, patience: float, result: T | None = None):
        """patience: after so many seconds in which nobody asked, it ends; result: the one that there is already."""
        self.patience = patience
        self.share, self.what = 0.0, "Waiting until others are computed"
        self.preview: T | None = None
        """A coarse result, where the computation has made one."""
        self.abandoned = False
        """Whether it ended because nobody waited for it any more."""
        self._result: T | None = result
        self.error: VaeError | None = None
        """What it failed with."""
        self._done = threading.Event()
        self._asked = self._began = self._told = time.monotonic()
        """When somebody asked last, when the computing began, and when the share grew last."""
        if result is not None:
            self._done.set()

    def begin(self, compute: Callable[[OnProgress], T], slots: threading.Semaphore) -> None:
        """Compute in a thread of its own, once one of the slots is free."""
        threading.Thread(target=self._run, args=(compute, slots), daemon=True).start()

    def _run(self, compute: Callable[[OnProgress], T], slots: threading.Semaphore) -> None:
        try:
            while not slots.acquire(timeout=_POLL_SECONDS):
                self._on_progress(self.share, self.what)
            self._began = time.monotonic()
            try:
                self._result = compute(self._on_progress)
            finally:
                slots.release()
        except VaeError as error:
            self.error = error
        except MemoryError:
            self.error = ComputationFailed("The memory did not suffice. Close other programs, try again.")
        except Exception as error:  # whoever waits must not wait for ever
            _log.exception("A computation failed.")
            self.error = ComputationFailed(f"It could not be computed ({type(error).__name__}: {one_line(error)}).")
        finally:
            self._done.set()

    def _on_progress(self, share: float, what: str) -> None:
        if share > self.share:
            self._told = time.monotonic()
        self.share, self.what = share, what
        if time.monotonic() - self._asked > self.patience:
            self.abandoned = True
            raise ComputationFailed("Nobody waited for it any more.")

    @property
    def seconds_left(self) -> float | None:
        """An estimate, at least 1, from how long the share took that is done; None before there is one."""
        if not 0 < self.share < 1:
            return None
        left = (self._told - self._began) * (1 - self.share) / self.share
        return max(1.0, left - (time.monotonic() - self._told))

    def cancel(self) -> None:
        """Let it end soon, whoever waits."""
        self.patience = -1.0

    def wait(self, seconds: float) -> bool:
        """Whether it is done, in one way or the other, within so many seconds. Whoever waits keeps it going."""
        self._asked = time.monotonic()
        return self._done.wait(seconds)

    def result(self) -> T:
        """The result of a computation that is done. Raises the VaeError that it failed with."""
        if self._result is None:
            raise self.error or ComputationFailed("It is not computed yet.")
        return self._result


def going(begun: Any, *key: Any) -> Computation:
    """The computation that a cached function has begun for this key; a new one if it was abandoned."""
    if begun(*key).abandoned:
        begun.clear(*key)
    return begun(*key)


def result_of(begun: Any, *key: Any) -> Any:
    """The result of that computation, which is done.

    Raises the VaeError that it failed with, and forgets it: it begins anew when it is asked for again.
    """
    try:
        return begun(*key).result()
    except VaeError:
        begun.clear(*key)
        raise
