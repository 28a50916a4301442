"""Locks between processes: a lock for each run, and slots that limit how many trainings run at once.

The operating system releases the locks of a process that ends, even if it is killed. So a locked run has a living
worker, and nothing has to be cleaned up after a worker that died.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from vae_core.errors import RunBusy, RunNotFound
from vae_core.runs.run import Run
from vae_core.storage.files import raising_run_not_writable

_PATIENCE_SECONDS = 2.0  # `held`, which pages call, takes the lock itself for an instant


@contextlib.contextmanager
def holding(run: Run, patience: float = _PATIENCE_SECONDS) -> Iterator[None]:
    """Hold a run's lock. A worker holds it while it trains the run; every other change to a run needs it too.

    patience: seconds to wait for the lock. Raises RunBusy if another process holds it, RunNotFound if the run was
    deleted, RunNotWritable if the lock file cannot be written.
    """
    if not run.directory.is_dir():  # FileLock would create the directory
        raise RunNotFound(f"{run.name} is no longer in {run.directory.parent}.")
    with raising_run_not_writable(run.directory):
        try:
            lock = FileLock(run.directory / "lock", timeout=patience).acquire()
        except Timeout:  # which is an OSError too
            raise RunBusy(f"{run.name} is being trained. Cancel the training first.") from None
    with lock:
        yield


def held(run: Run) -> bool:
    """Whether another process holds the run's lock at this moment. Raises RunNotFound, RunNotWritable."""
    try:
        with holding(run, patience=0):
            return False
    except RunBusy:
        return True


def take_slot(root: Path, slots: int) -> FileLock | None:
    """Take one of the slots for trainings in the runs' directory `root`; None if all are taken.

    slots: how many there are. The slot is kept until the lock that is returned is released. Raises OSError.
    """
    folder = root / ".slots"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(slots):
        lock = FileLock(folder / str(number), timeout=0)
        with contextlib.suppress(Timeout):
            lock.acquire()
            return lock
    return None
