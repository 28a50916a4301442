"""The queue: how many trainings go on at once on this server, and which one is next.

$VAE_TRAINING_SLOTS says how many (1 unless it is set; 0 turns training off). A slot is a lock, so that a worker that
dies gives it back. The queue is the runs themselves, in the order in which their trainings were asked for.
"""

import contextlib
import importlib.util
import time
from collections.abc import Callable
from pathlib import Path

from filelock import BaseFileLock

from vae_core.errors import RunError, SettingError, TrainingOff
from vae_core.runs import locks, progress
from vae_core.runs.catalog import runs_in
from vae_core.runs.run import Run
from vae_core.storage import environment

_POLL_SECONDS = 0.5


def slots() -> int:
    """How many trainings may go on at once. Raises TrainingOff if none may, or if the number makes no sense."""
    number = _number()
    if number == 0:
        raise TrainingOff("Training is turned off on this server. Run the app on your own computer to train.")
    if importlib.util.find_spec("tensorflow") is None:
        raise TrainingOff(
            "Training needs TensorFlow, which is not installed here. Install requirements.txt with Python 3.11 to "
            "3.13, on a system that TensorFlow is made for. All other pages work without it."
        )
    return number


def check_changes() -> None:
    """Raises TrainingOff where visitors may not change runs either: where training is turned off, as on a public host.

    Whoever runs the server still can, in the runs' directory.
    """
    if _number() == 0:
        raise TrainingOff("Training is turned off on this server, and its runs stay as they are.")


def _number() -> int:
    try:
        return environment.whole_number("VAE_TRAINING_SLOTS", default=1)
    except SettingError as error:
        raise TrainingOff(f"{error} Nothing is trained before that is corrected.") from error


def waiting(root: Path) -> list[Run]:
    """The runs in this directory that wait for a slot, the next one first."""
    queued = []
    for run in runs_in(root)[0]:
        if run.record.status != "running":
            continue
        with contextlib.suppress(RunError):  # it is reported where it is shown
            written = progress.read(run.directory)
            if written.phase == "queued" and locks.held(run):
                queued.append((written.asked_time, run.id, run))
    return [run for _, _, run in sorted(queued)]


def wait_for_slot(
    run: Run, count: int, stopped: Callable[[], bool], on_place: Callable[[int], None]
) -> BaseFileLock | None:
    """Wait until one of `count` slots is this run's. Returns it, held until it is released; None if stopped before.

    on_place: called with the run's place in the queue, 1 for the next one, at first and whenever it has changed.
    """
    root = run.directory.parent
    place = 0
    while not stopped():
        ahead = [other.id for other in waiting(root)]
        # The run is in the queue once `on_place` has written its first place down.
        if place and (not ahead or ahead[0] == run.id) and (slot := locks.take_slot(root, count)):
            return slot
        found = ahead.index(run.id) + 1 if run.id in ahead else len(ahead) + 1
        if found != place:
            place = found
            on_place(place)
        else:
            time.sleep(_POLL_SECONDS)
    return None
