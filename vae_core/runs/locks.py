"""Locks between processes: which run has a living worker, and which slot for trainings is taken.

The system takes a lock away from a process that dies, however it dies; so a lock that is held means a living worker,
and nothing has to be cleaned up after a dead one.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from vae_core.errors import RunBusy, RunNotFound
from vae_core.runs.run import Run
from vae_core.storage.files import raising_run_not_writable

_PATIENCE_SECONDS = 2.0  # a page that looks whether a lock is held, holds it for an instant


@contextlib.contextmanager
def holding(run: Run, patience: float = _PATIENCE_SECONDS) -> Iterator[None]:
    """Hold a run's lock, as its worker does while it lives, and whoever changes it.

    Raises RunBusy if another does, RunNotFound if the run was deleted, RunNotWritable.
    """
    if not run.directory.is_dir():  # the lock would make it anew
        raise RunNotFound(f"{run.name} is no longer in {run.directory.parent}.")
    with raising_run_not_writable(run.directory):
        try:
            lock = FileLock(run.directory / "lock", timeout=patience).acquire()
        except Timeout:  # an OSError too
            raise RunBusy(f"{run.name} is being trained. Cancel the training first.") from None
    with lock:
        yield


def held(run: Run) -> bool:
    """Whether a living process holds the run's lock. Raises RunNotFound, RunNotWritable."""
    try:
        with holding(run, patience=0):
            return False
    except RunBusy:
        return True


def take_slot(root: Path, slots: int) -> FileLock | None:
    """One of the slots for trainings in this runs' directory, held until it is released; None if all are taken."""
    folder = root / ".slots"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(slots):
        lock = FileLock(folder / str(number), timeout=0)
        with contextlib.suppress(Timeout):
            lock.acquire()
            return lock
    return None
