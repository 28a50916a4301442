"""A job: one training as a page sees it, read from its run's directory alone.

Nothing is remembered in the page's process, so any page of any server on this machine finds a training again, after a
restart too.
"""

import contextlib
import shutil
from dataclasses import dataclass

from vae_core.errors import RunBusy, RunNotWritable
from vae_core.jobs import control
from vae_core.runs import checkpoint, liveness, locks, progress, store
from vae_core.runs.progress import Progress
from vae_core.runs.run import Run, read_run

_START_SECONDS = 30.0
"""How long a worker may take, once it was asked for, until it holds its lock: Python starts, on a busy machine."""

_SILENCE_SECONDS = 60.0
"""A worker that has written nothing for so long, no heartbeat either, is called silent, though it holds its lock."""

_PACE_SECONDS = 10.0
"""The pace of a training is a mean over its last so many seconds: from one step event to the next it jumps about."""

UNKNOWN_END = "its worker was killed, or the computer stopped"
"""The reason for a failure of which nothing is known."""

_FULL_BYTES = 1_000_000
"""With fewer bytes free than these, a full disk is what ended a training."""


@dataclass(frozen=True)
class Job:
    """A training at one moment."""

    run: Run
    progress: Progress
    phase: str
    """The last event (see runs/progress.py), "training", "silent" if a living worker writes nothing, or "failed"."""
    reason: str
    """Why it failed, was cancelled, or seems to have failed."""

    @classmethod
    def of(cls, run: Run) -> "Job":
        """How this training stands. One whose worker died without a word is marked as failed. Raises RunError."""
        written = progress.read(run.directory)
        run = read_run(run.directory)  # after its progress, so that an end is never missed
        if run.record.status != "running":
            return cls(run, written, run.record.status, run.record.reason)
        silence = liveness.silence(run.directory)
        if locks.held(run):
            if silence < _SILENCE_SECONDS:
                return cls(run, written, written.phase, written.reason)
            return cls(run, written, "silent", f"no sign of life for {silence:.0f} s")
        if _may_live(run, written) and read_run(run.directory).record.status == "running":
            return cls(run, written, written.phase, "")
        return _recover(run, written)

    @property
    def going(self) -> bool:
        """Whether it may still learn something by itself."""
        return self.phase not in ("done", "cancelled", "failed")

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not done so yet."""
        return control.asked_to_stop(self.run)

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
    def digits_per_second(self) -> float:
        """The pace: digits trained on in the last seconds, by the time that they took. 0 before the first step event.

        A digit counts each time it is trained on; what lies between the steps, as a validation, counts as time.
        """
        if not self.progress.steps:
            return 0.0
        latest = self.progress.steps[-1]
        before = [step for step in self.progress.steps if step["seconds"] <= latest["seconds"] - _PACE_SECONDS]
        first = before[-1] if before else self.progress.steps[0]
        seconds = latest["seconds"] - first["seconds"]
        if seconds <= 0:
            return latest["digits_per_second"]
        return (latest["step"] - first["step"]) * self.run.record.config.batch_size / seconds

    @property
    def seconds_left(self) -> float | None:
        """An estimate from that pace; None before there is one."""
        if self.phase != "training" or not (pace := self.digits_per_second):
            return None
        return (self.run.record.steps - self.step) * self.run.record.config.batch_size / pace


def _may_live(run: Run, written: Progress) -> bool:
    """Whether its worker, which holds no lock, may still be on its way, or lives though the lock file was removed."""
    if written.phase in ("created", "resumed"):
        return liveness.silence(run.directory) < _START_SECONDS
    return written.phase != "failed" and liveness.lives(run.directory)  # it may have written its end here alone


def _recover(run: Run, written: Progress) -> Job:
    """Mark a training as failed whose worker is gone."""
    try:
        with locks.holding(run, patience=0):
            written, run = progress.read(run.directory), read_run(run.directory)  # it may have ended, or been resumed
            if run.record.status != "running":
                return Job(run, written, run.record.status, run.record.reason)
            if _may_live(run, written):
                return Job(run, written, written.phase, "")
            free = shutil.disk_usage(run.directory).free
            reason = written.reason or UNKNOWN_END
            if not written.reason and free < _FULL_BYTES:
                reason = f"the disk is full: {free:,} bytes are free"
            reason = f"failed: {reason}"
            with contextlib.suppress(RunNotWritable):
                run = store.fail(run, reason)
            return Job(run, written, "failed", reason)
    except RunBusy:  # someone else looks, or its worker has come
        return Job(run, written, written.phase, "")
