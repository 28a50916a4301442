"""Signs that a page puts into a run's directory for its worker: please stop, and someone is looking.

They are empty files: a page needs nothing of the worker but its run, and the worker loses nothing if no page comes.
"""

import contextlib
import time

from vae_core.runs import Run

_STOP, _LOOKING = "cancel", "watched"
_LOOKING_SECONDS = 3.0


def ask_to_stop(run: Run) -> None:
    """Let the run's worker stop at the next step. Raises OSError."""
    (run.directory / _STOP).touch()


def asked_to_stop(run: Run) -> bool:
    return (run.directory / _STOP).exists()


def look(run: Run) -> None:
    """Let the run's worker show what it has, for the next seconds. No harm is done if the sign cannot be given."""
    with contextlib.suppress(OSError):
        (run.directory / _LOOKING).touch()


def looked_at(run: Run) -> bool:
    """Whether someone has looked in the last seconds."""
    with contextlib.suppress(OSError):
        return time.time() - (run.directory / _LOOKING).stat().st_mtime < _LOOKING_SECONDS
    return False


def clear(run: Run) -> None:
    """Take all signs away."""
    for name in (_STOP, _LOOKING):
        with contextlib.suppress(OSError):
            (run.directory / name).unlink(missing_ok=True)
