"""Staging: a directory in the making, hidden beside the others, which appears as a whole, in one move.

One that is deleted is hidden in one move too. What a killed process left hidden is removed an hour later.
"""

import contextlib
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_PREFIX = ".draft-"
_SECONDS = 3600.0  # an older one is what a killed process left


@contextlib.contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A hidden directory in `root`; gone afterwards, with what is in it, unless it was published. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    staged = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
    try:
        staged.chmod(0o755)  # mkdtemp's own mode would hide the run from other users
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def publish(staged: Path, final: Path) -> Path:
    """Move a staged directory to its place. Raises FileExistsError where that is taken, OSError."""
    try:
        return staged.rename(final)
    except OSError:
        if final.exists():  # POSIX says "directory not empty" where another process was faster
            raise FileExistsError(final) from None
        raise


def discard(directory: Path) -> None:
    """Throw a directory away: it is gone at once, or, with an OSError, still there as a whole."""
    gone = directory.with_name(f"{_PREFIX}{secrets.token_hex(8)}")
    directory.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
