"""What a page asks of a training's worker: to stop, and to show what it has while someone watches.

Each request is an empty file in the run's directory: a page needs nothing of the worker but its run, and the worker
loses nothing if no page comes.
"""

import contextlib
import time

from vae_core.runs.run import Run

_STOP, _WATCHED = "cancel", "watched"
_WATCHED_SECONDS = 3.0


def ask_to_stop(run: Run) -> None:
    """Let the run's worker stop at the next step. Raises OSError."""
    (run.directory / _STOP).touch()


def asked_to_stop(run: Run) -> bool:
    """Whether the worker was asked to stop."""
    return (run.directory / _STOP).exists()


def watch(run: Run) -> None:
    """Let the run's worker show what it has, for the next three seconds. A file that cannot be written does no harm."""
    with contextlib.suppress(OSError):
        (run.directory / _WATCHED).touch()


def watched(run: Run) -> bool:
    """Whether someone has watched in the last three seconds."""
    with contextlib.suppress(OSError):
        return time.time() - (run.directory / _WATCHED).stat().st_mtime < _WATCHED_SECONDS
    return False


def clear(run: Run) -> None:
    """Take all requests back."""
    for name in (_STOP, _WATCHED):
        with contextlib.suppress(OSError):
            (run.directory / name).unlink(missing_ok=True)
