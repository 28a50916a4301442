"""Whether a run's worker lives, by what it leaves in the run's directory: lines in progress.jsonl, and who it is.

This is for where its lock does not tell: the lock's file was removed, or locks do not reach another computer.
"""

import math
import os
import platform
import tempfile
import time
from pathlib import Path

from vae_core.runs import progress
from vae_core.storage.files import read_text, write

LIFE_SECONDS = 15.0
"""A training whose last line is younger has a living worker: it writes a heartbeat every five seconds."""

WORKER = "worker"
"""The file with the computer and the process number of the run's worker, until it ends."""


def lives(directory: Path) -> bool:
    """Whether the run's worker gives signs of life: a line not long ago, by a process that is not known to be dead."""
    return silence(directory) < LIFE_SECONDS and not _is_dead(directory)


def sign(directory: Path) -> None:
    """Write down that this process is the run's worker. Raises OSError."""
    write(directory / WORKER, f"{platform.node()} {os.getpid()}".encode())


def _is_dead(directory: Path) -> bool:
    """Whether the process that signed was one of this computer and is gone, or this very one, which asks."""
    try:
        host, pid = read_text(directory / WORKER).split()
        if host != platform.node() or os.name != "posix":  # on Windows, there is no harmless signal
            return False
        os.kill(int(pid), 0)
        return int(pid) == os.getpid()
    except ProcessLookupError:
        return True
    except (OSError, ValueError, OverflowError):
        return False


def silence(directory: Path) -> float:
    """How many seconds ago the last line was written; infinity if there is no file.

    Both times are those of the disk that the run is on: the clocks of two computers that share it may differ by hours.
    """
    try:
        written = (directory / progress.NAME).stat().st_mtime
    except OSError:
        return math.inf
    try:
        with tempfile.TemporaryFile(dir=directory) as now:
            return max(0.0, os.fstat(now.fileno()).st_mtime - written)
    except OSError:  # on a full or read-only disk
        return max(0.0, time.time() - written)
