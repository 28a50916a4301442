"""The training loop: takes the gradient steps of a run and writes the results into its directory.

It reports mean losses several times an epoch, adds a row to the history after each epoch, keeps snapshots at the
planned steps, writes a live snapshot while a page watches, and keeps a checkpoint every ten seconds.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vae_core.jobs import control
from vae_core.likelihood import elbo
from vae_core.networks.network import Network
from vae_core.runs import history, snapshots, store
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import Run
from vae_core.runs.snapshots import Snapshot
from vae_core.storage.files import write

if TYPE_CHECKING:
    from vae_core.training.trainer import Trainer

_LIVE_SECONDS = 0.5  # between live snapshots
_CHECKPOINT_SECONDS = 10.0  # between checkpoints
_STEP_EVENTS_PER_EPOCH = 20
_LEAST_PAUSE, _MOST_PAUSE = 0.25, 1.0  # seconds between two step events, whatever an epoch takes


@dataclass(frozen=True)
class _Mark:
    """The state of a training at its last step event."""

    sums: np.ndarray
    """`Trainer.sums`."""
    seen: int
    """`Trainer.seen`."""
    at: float
    """time.monotonic(), in seconds."""


class TrainingLoop:
    """The training of one run, from its last checkpoint on. Raises RunDamaged if that cannot be read."""

    def __init__(self, run: Run, test_images: np.ndarray, on_event: Callable[..., None]):
        """on_event(event, **values): called for each step and epoch event with its values, as in progress.jsonl."""
        self.run, self.test_images, self.on_event = run, test_images, on_event
        self.checkpoint = Checkpoint.read(run)
        """The last checkpoint. If the training fails, it can be resumed from there."""
        self.epochs: list[history.Epoch] = []
        """The rows of the history so far."""
        if epochs := self.checkpoint.step // run.record.steps_per_epoch:
            rows = run.history().head(epochs).to_dict("records")
            self.epochs = [{name: float(row[name]) for name in history.COLUMNS} for row in rows]
        self._seconds_before = self.checkpoint.seconds
        self._began = time.monotonic()

    def start_clock(self) -> None:
        """Count the training time from now on, so that the import of TensorFlow is left out."""
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Training time, including that before the training was resumed."""
        return self._seconds_before + time.monotonic() - self._began

    def take(self, trainer: "Trainer", held_out: np.ndarray, stopped: Callable[[], bool]) -> None:
        """Take gradient steps until all are taken or `stopped()` is true. Afterwards, `checkpoint` is current.

        held_out: (M, 28, 28) uint8, the validation digits. Raises OSError, TrainingDiverged.
        """
        total = self.run.record.steps
        keep = [step for step in snapshots.steps_to_keep(total) if step > trainer.step]
        last = _Mark(trainer.sums, trainer.seen, time.monotonic())
        if trainer.step % trainer.steps_per_epoch == 0:
            last = _Mark(np.zeros(2), 0, last.at)
        live_at = saved_at = epoch_began = last.at
        pause = _LEAST_PAUSE
        while trainer.step < total and not stopped():
            trainer.advance(keep[0])
            now = time.monotonic()
            ended = trainer.step % trainer.steps_per_epoch == 0
            if ended or now - last.at > pause:
                last = self._report_steps(trainer, last)
            if ended:
                self._end_epoch(trainer, held_out)
                last = _Mark(np.zeros(2), 0, last.at)
                pause = min(_MOST_PAUSE, max(_LEAST_PAUSE, (now - epoch_began) / _STEP_EVENTS_PER_EPOCH))
                epoch_began = now
            if trainer.step == keep[0]:
                snapshots.keep(self.run.directory, self._snapshot(trainer))
                keep.pop(0)
            if now - live_at > _LIVE_SECONDS and control.watched(self.run):
                write(self.run.directory / snapshots.LIVE, self._snapshot(trainer).to_bytes())
                live_at = now
            if now - saved_at > _CHECKPOINT_SECONDS:
                self.checkpoint = trainer.checkpoint(self.seconds)
                store.save(self.run, self.checkpoint)
                saved_at = now
        self.checkpoint = trainer.checkpoint(self.seconds)

    def _report_steps(self, trainer: "Trainer", since: _Mark) -> _Mark:
        """Report the mean losses since the last step event. Returns the state at this one."""
        now = _Mark(trainer.sums, trainer.seen, time.monotonic())
        reconstruction, kl = (now.sums - since.sums) / (now.seen - since.seen)
        self.on_event(
            "step",
            step=trainer.step,
            seconds=self.seconds,
            loss=float(reconstruction + trainer.config.beta * kl),
            reconstruction=float(reconstruction),
            kl=float(kl),
            digits_per_second=(now.seen - since.seen) / (now.at - since.at),
        )
        return now

    def _end_epoch(self, trainer: "Trainer", held_out: np.ndarray) -> None:
        """Add a row to the history: mean losses over the epoch, and those on the validation digits at its end."""
        beta = trainer.config.beta
        row: dict[str, float] = dict.fromkeys(history.COLUMNS, np.nan)
        row |= {"epoch": trainer.epoch, "seconds": round(self.seconds, 2)}
        row["reconstruction"], row["kl"] = (float(value) for value in trainer.sums / trainer.seen)
        if len(held_out):
            found = elbo.negative_elbo(self._network(trainer), held_out, samples=1)
            row["val_reconstruction"], row["val_kl"] = float(found.reconstruction.mean()), float(found.kl.mean())
        for prefix in ("", "val_"):
            row[f"{prefix}loss"] = row[f"{prefix}reconstruction"] + beta * row[f"{prefix}kl"]
        self.epochs.append(row)
        history.write(self.run.directory, self.epochs)
        self.on_event("epoch", **row)

    def _snapshot(self, trainer: "Trainer") -> Snapshot:
        return Snapshot.take(self._network(trainer), self.test_images, trainer.step)

    def _network(self, trainer: "Trainer") -> Network:
        return Network.from_tensors(trainer.tensors(), trainer.config.activation)
