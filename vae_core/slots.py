"""Slots: how many trainings go on at once on this server, and the queue for them.

$VAE_TRAINING_SLOTS says how many (1 unless it is set; 0 turns training off). A slot is a lock, so that a worker that
dies gives it back. The queue is the runs themselves, in the order in which their trainings were asked for.
"""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from vae_core import locks, progress
from vae_core.errors import RunError, TrainingOff
from vae_core.runs import Run, runs_in

_POLL_SECONDS = 0.5


def count() -> int:
    """How many trainings may go on at once. Raises TrainingOff if none may, or if the number makes no sense."""
    text = os.environ.get("VAE_TRAINING_SLOTS", "1")
    if not text.isdecimal():
        raise TrainingOff(f"$VAE_TRAINING_SLOTS: expected a whole number, found {text!r}; nothing is trained before.")
    if int(text) == 0:
        raise TrainingOff("Training is turned off on this server. Run the app on your own computer to train.")
    return int(text)


def queue(root: Path) -> list[Run]:
    """The runs in this directory that wait for a slot, the next one first."""
    waiting = []
    for run in runs_in(root)[0]:
        if run.record.status != "running":
            continue
        with contextlib.suppress(RunError):  # it is reported where it is shown
            told = progress.read(run.directory)
            if told.phase == "queued" and locks.held(run):
                waiting.append((told.asked, run.id, run))
    return [run for _, _, run in sorted(waiting)]


def wait(run: Run, slots: int, stopped: Callable[[], bool], tell: Callable[[int], None]) -> FileLock | None:
    """Queue until it is this run's turn. Returns the slot, held until it is released; None if it was stopped before.

    tell: called with the run's place in the queue, 1 for the next one, at first and whenever it has changed.
    """
    root = run.directory.parent
    place = 0
    while not stopped():
        waiting = [other.id for other in queue(root)]
        # Not in the queue before it has told so for the first time.
        if place and (not waiting or waiting[0] == run.id) and (slot := locks.take_slot(root, slots)):
            return slot
        found = waiting.index(run.id) + 1 if run.id in waiting else len(waiting) + 1
        if found != place:
            place = found
            tell(place)
        else:
            time.sleep(_POLL_SECONDS)
    return None
