"""Locks between processes: a lock for each run, and slots that limit how many trainings run at once.

The operating system releases the locks of a process that ends, even if it is killed. So a locked run has a living
worker, and nothing has to be cleaned up after a worker that died. On a file system without such locks, a file with the
number of the process takes their place.
"""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from vae_core.errors import RunBusy, RunNotFound
from vae_core.runs.run import Run
from vae_core.storage.files import raising_run_not_writable

_PATIENCE_SECONDS = 2.0  # `held`, which pages call, takes the lock itself for an instant
_UNSUPPORTED = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS)


class Hold:
    """A run's lock while this process holds it. Threads may share it."""

    def __init__(self, run: Run, patience: float):
        """patience: seconds to wait for the lock. Raises filelock.Timeout, OSError."""
        self._path = run.directory / "lock"
        self._lock = _acquired(self._path, patience)
        self._file = self._identity()

    def keep(self) -> bool:
        """Whether no other process can hold the run's lock. One whose file was removed is taken again, if it can be."""
        if self._identity() == self._file or not self._path.parent.is_dir():  # which the lock would create
            return True
        try:
            self._lock = _acquired(self._path, patience=0)
        except Timeout:
            return False
        except OSError:  # the disk is full: another process cannot take it either
            return True
        self._file = self._identity()
        return True

    def release(self) -> None:
        self._lock.release()

    def _identity(self) -> tuple[int, int] | None:
        """Which file it is that the lock is on; None if it was removed."""
        try:
            found = Path(self._lock.lock_file).stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


@contextlib.contextmanager
def holding(run: Run, patience: float = _PATIENCE_SECONDS) -> Iterator[Hold]:
    """Hold a run's lock. A worker holds it while it trains the run; every other change to a run needs it too.

    patience: seconds to wait for the lock. Raises RunBusy if another process holds it, RunNotFound if the run was
    deleted, RunNotWritable if the lock file cannot be written.
    """
    if not run.directory.is_dir():  # the lock would create the directory
        raise RunNotFound(f"{run.name} is no longer in {run.directory.parent}.")
    with raising_run_not_writable(run.directory):
        try:
            hold = Hold(run, patience)
        except Timeout:  # which is an OSError too
            raise RunBusy(f"{run.name} is being trained. Cancel the training first.") from None
    try:
        yield hold
    finally:
        hold.release()


def held(run: Run) -> bool:
    """Whether another process holds the run's lock at this moment. Raises RunNotFound, RunNotWritable."""
    try:
        with holding(run, patience=0):
            return False
    except RunBusy:
        return True


def take_slot(root: Path, slots: int) -> BaseFileLock | None:
    """Take one of the slots for trainings in the runs' directory `root`; None if all are taken.

    slots: how many there are. The slot is kept until the lock that is returned is released. Raises OSError.
    """
    folder = root / ".slots"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(slots):
        with contextlib.suppress(Timeout):
            return _acquired(folder / str(number), patience=0)
    return None


def _acquired(path: Path, patience: float) -> BaseFileLock:
    """A lock on this path, held. Raises filelock.Timeout, OSError."""
    lock: BaseFileLock = FileLock(path, timeout=patience, thread_local=False)
    try:
        lock.acquire()
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        lock = SoftFileLock(path.with_name(f"{path.name}.pid"), timeout=patience, thread_local=False)
        lock.acquire()
    return lock
