"""Trainings that were asked for or stopped, of which nothing was trained."""

import dataclasses
import json
import os
import time
from pathlib import Path

from tests.unit.builders import CONFIG, TEN_DIGITS
from vae_core.runs import store
from vae_core.runs.progress import NAME, Journal
from vae_core.runs.run import Run

SMALL = dataclasses.replace(CONFIG, batch_size=10)
"""One step an epoch, two epochs."""


def begun(root: Path, seconds_ago: float = 0.0) -> Run:
    """A run that was asked for so many seconds ago, and waits for its worker."""
    run = store.begin(SMALL, TEN_DIGITS, root)
    then = {"event": "created", "time": time.time() - seconds_ago}
    (run.directory / NAME).write_text(json.dumps(then) + "\n")
    return aged(run, seconds_ago)


def aged(run: Run, seconds: float) -> Run:
    """The run, of which the last line was written so many seconds ago."""
    then = time.time() - seconds
    os.utime(run.directory / NAME, (then, then))
    return run


def stopped(root: Path, status: str = "cancelled") -> Run:
    """A run that was stopped before its first step."""
    run = begun(root)
    Journal(run.directory).write(status, reason="enough")
    return store.mark(run, dataclasses.replace(run.record, status=status, reason="enough"))
