"""Staging: a new directory is filled under a hidden temporary name, then renamed, so that it appears complete.

A directory is deleted in the reverse order: renamed to a hidden name, then removed. Hidden directories that a killed
process left are removed by the next `staging` an hour or more later.
"""

import contextlib
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from vae_core.storage.files import rename

_PREFIX = ".draft-"
_STALE_SECONDS = 3600.0  # an older staged directory was left by a killed process


@contextlib.contextmanager
def staging(root: Path) -> Iterator[Path]:
    """An empty hidden directory in `root`, which is created if need be. Raises OSError.

    When the context ends, the directory is removed with its content, unless `publish` has renamed it.
    """
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    staged = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
    try:
        staged.chmod(0o755)  # mkdtemp lets only this user read it
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def publish(staged: Path, final: Path) -> Path:
    """Rename a staged directory to `final`, which is returned. Raises FileExistsError if that exists, OSError."""
    try:
        return rename(staged, final)
    except OSError:
        if final.exists():  # another process was faster: POSIX's error is "directory not empty"
            raise FileExistsError(final) from None
        raise


def discard(directory: Path) -> None:
    """Delete a directory. Raises OSError; the directory is then still there, complete."""
    hidden = directory.with_name(f"{_PREFIX}{secrets.token_hex(8)}")
    rename(directory, hidden)
    shutil.rmtree(hidden, ignore_errors=True)
