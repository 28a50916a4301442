"""Jobs: trainings as a page sees them. Starts workers, follows them through their runs' directories, and stops them.

Nothing is remembered in this process: whatever is known about a training is read from its run, so any page of any
server on this machine finds it again, after a restart too.
"""

import contextlib
import math
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vae_core import checkpoint, locks, progress, shelf, signs, slots, snapshots
from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.errors import RunBusy, RunDamaged, RunError, RunNotWritable, TrainingOff
from vae_core.progress import Progress
from vae_core.runs import Run, read_run, runs_in
from vae_core.storage.directories import runs_directory

_MOST_WAITING = 8
"""Whoever asks for more trainings at once is told to wait."""
_BIRTH_SECONDS = 30.0
"""So long after it was asked for, a worker may not have taken its lock yet: Python starts, on a busy machine."""
_FULL_BYTES = 1_000_000
_SILENCE_SECONDS = 60.0
"""A worker that has told nothing for so long, no heartbeat either, is taken for lost."""


@dataclass(frozen=True)
class Job:
    """A training as it stands."""

    run: Run
    progress: Progress
    phase: str
    """The last event (see progress.py), "training", "silent" if a worker that lives tells nothing, or "failed"."""
    reason: str
    """Why it failed, was cancelled, or seems to have failed."""

    @property
    def going(self) -> bool:
        """Whether it may still learn something by itself."""
        return self.phase not in ("done", "cancelled", "failed")

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not done so yet."""
        return signs.asked_to_stop(self.run)

    @property
    def resumable(self) -> bool:
        return self.phase in ("cancelled", "failed")

    @property
    def step(self) -> int:
        """Gradient steps taken."""
        return int(self.progress.steps[-1]["step"]) if self.progress.steps else 0

    @property
    def kept(self) -> bool:
        """Whether anything learned was kept to go on from."""
        return (self.run.directory / checkpoint.NAME).exists()

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace of late; None before there is one."""
        if self.phase != "training" or not self.progress.steps:
            return None
        latest = self.progress.steps[-5:]
        pace = sum(step["digits_per_second"] for step in latest) / len(latest)
        digits = (self.run.record.steps - self.step) * self.run.record.config.batch_size
        return digits / pace if pace else None


def start(config: TrainingConfig, digits: Digits, title: str | None = None) -> Run:
    """Begin a run in the user's runs' directory and start its worker.

    Raises TrainingOff if this server takes no (more) trainings, ConfigError, RunNotWritable.
    """
    _check_room()
    run = shelf.begin(config, digits, runs_directory(), title)
    _launch(run)
    return run


def resume(run: Run, digits: Digits) -> Run:
    """Let a training that was cancelled or failed go on from its last checkpoint.

    Raises TrainingOff, DataError if it was trained on other digits, RunBusy if it goes on already, RunDamaged,
    RunNotWritable.
    """
    _check_room()
    with _changing(run) as run:
        signs.clear(run)
        run = shelf.reopen(run, digits)
    _launch(run)
    return run


def cancel(run: Run) -> None:
    """Ask a training to stop and to keep what it has learned. Raises RunNotWritable if it cannot be asked."""
    try:
        signs.ask_to_stop(run)
    except OSError as error:
        raise RunNotWritable(f"{run.directory} cannot be written ({error.strerror}).") from error


def follow(run: Run) -> Job:
    """How this training stands. One whose worker is gone without a word is marked as failed. Raises RunError."""
    told = progress.read(run.directory)
    run = read_run(run.directory)  # after its progress, so that an end is never missed
    if run.record.status != "running":
        return Job(run, told, run.record.status, run.record.reason)
    silence = time.time() - told.told
    if locks.held(run):
        if silence < _SILENCE_SECONDS:
            return Job(run, told, told.phase, told.reason)
        return Job(run, told, "silent", f"no sign of life for {silence:.0f} s")
    return Job(run, told, told.phase, "") if _unborn(told) else _recover(run, told)


def look(run: Run) -> Path | None:
    """Tell a training that someone looks, and get the file of its latest live snapshot, if there is one yet."""
    signs.look(run)
    path = run.directory / snapshots.LIVE
    return path if path.exists() else None


def rename(run: Run, title: str) -> Run:
    """Give a run another title. Raises RunBusy, RunNotWritable."""
    with _changing(run) as run:
        return shelf.rename(run, title)


def delete(run: Run) -> None:
    """Throw a run away. Raises RunBusy, RunNotWritable."""
    with _changing(run):
        pass  # it has no worker, and its lock must be free for its folder to move
    shelf.delete(run)


def expected_seconds(config: TrainingConfig, digits: int) -> float | None:
    """About how long this training takes on this machine, by the pace of the user's own runs; None if there are none.

    digits: how many it is trained on. The run whose steps are most alike in size counts, for small ones are slower;
    its first step event tells how long compiling took, the others the pace.
    """
    guesses = []
    for run in runs_in(runs_directory())[0]:
        own = run.record.config
        with contextlib.suppress(RunDamaged):
            steps = progress.read(run.directory).steps
            if run.record.status == "done" and len(steps) > 1:
                first, last = steps[0], steps[-1]
                taken = (last["step"] - first["step"]) * own.batch_size * own.flop_per_digit
                pace = taken / max(last["seconds"] - first["seconds"], 1e-3)
                unlike = abs(math.log(config.flop_per_digit * config.batch_size / own.flop_per_digit / own.batch_size))
                work = digits * config.epochs * config.flop_per_digit
                guesses.append((unlike, first["seconds"] + work / pace))
    return min(guesses)[1] if guesses else None


def _check_room() -> None:
    slots.count()
    waiting = 0
    for run in runs_in(runs_directory())[0]:
        if run.record.status == "running":
            with contextlib.suppress(RunError):
                waiting += follow(run).phase in ("created", "resumed", "queued")
    if waiting >= _MOST_WAITING:
        raise TrainingOff(f"{waiting} trainings wait already. Try again when one has ended.")


@contextlib.contextmanager
def _changing(run: Run) -> Iterator[Run]:
    """Hold the lock of a run as it is now, so that no worker trains it meanwhile."""
    if run.shipped:
        raise RunNotWritable(f"{run.name} came with the app and stays as it is.")
    with locks.holding(run):
        yield read_run(run.directory)


def _unborn(told: Progress) -> bool:
    """Whether its worker may still be on its way."""
    return told.phase in ("created", "resumed") and abs(time.time() - told.told) < _BIRTH_SECONDS


def _recover(run: Run, told: Progress) -> Job:
    try:
        with locks.holding(run, patience=0):
            told, run = progress.read(run.directory), read_run(run.directory)  # it may have ended, or been resumed
            if run.record.status != "running":
                return Job(run, told, run.record.status, run.record.reason)
            if _unborn(told):
                return Job(run, told, told.phase, "")
            free = shutil.disk_usage(run.directory).free
            reason = told.reason or "its worker was killed, or the computer stopped"
            if not told.reason and free < _FULL_BYTES:
                reason = f"the disk is full: {free:,} bytes are free"
            reason = f"failed: {reason}"
            with contextlib.suppress(RunNotWritable):
                run = shelf.fail(run, reason)
            return Job(run, told, "failed", reason)
    except RunBusy:  # someone else looks, or its worker has come
        return Job(run, told, told.phase, "")


def _launch(run: Run) -> None:
    """Start the run's worker: a process of its own, which outlives this one and its terminal."""
    command = [sys.executable, "-m", "vae_core", "train", "--resume", run.id, "--queue"]
    command += ["--runs", str(run.directory.parent.absolute())]
    paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        with (run.directory / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                command,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        reason = f"failed: its worker cannot be started ({error.strerror})"
        with contextlib.suppress(RunNotWritable):
            shelf.fail(run, reason)
        raise RunNotWritable(f"The training {reason}.") from error
    threading.Thread(target=worker.wait, daemon=True).start()  # or it would stay in the process table when it has ended
