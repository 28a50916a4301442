"""The training loop: takes the gradient steps of a run and writes the results into its directory.

It reports mean losses often, adds a row to the history after each epoch of a VAE or so many steps of a GAN, keeps
snapshots at the planned steps, writes a live snapshot while a page watches, and keeps a checkpoint every ten seconds.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vae_core.config import TrainingConfig
from vae_core.jobs import control
from vae_core.likelihood import elbo
from vae_core.networks.network import Network, parts_of
from vae_core.runs import history, snapshots, store
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import Run
from vae_core.runs.snapshots import Snapshot
from vae_core.storage.files import write

if TYPE_CHECKING:
    from vae_core.training.stepper import Stepper

_LIVE_SECONDS = 0.5  # between live snapshots
_CHECKPOINT_SECONDS = 10.0  # between checkpoints
_STEP_EVENTS_PER_ROW = 20
_LEAST_PAUSE, _MOST_PAUSE = 0.25, 1.0  # seconds between two step events, whatever a row takes


@dataclass(frozen=True)
class _Mark:
    """The state of a training at its last step event."""

    sums: np.ndarray
    """`Stepper.sums`."""
    seen: int
    """`Stepper.seen`."""
    at: float
    """time.monotonic(), in seconds."""


class TrainingLoop:
    """The training of one run, from its last checkpoint on. Raises RunDamaged if that cannot be read."""

    def __init__(self, run: Run, test_images: np.ndarray, on_event: Callable[..., None]):
        """on_event(event, **values): called for each event of a step or a row with its values, as in progress.jsonl."""
        self.run, self.test_images, self.on_event = run, test_images, on_event
        self.checkpoint = Checkpoint.read(run)
        """The last checkpoint. If the training fails, it can be resumed from there."""
        self.rows: list[history.Row] = []
        """The rows of the history so far."""
        if count := self.checkpoint.step // run.record.row_steps:
            rows = run.history().head(count).to_dict("records")
            self.rows = [{str(name): float(value) for name, value in row.items()} for row in rows]
        self._seconds_before = self.checkpoint.seconds
        self._began = time.monotonic()

    def start_clock(self) -> None:
        """Count the training time from now on, so that the import of TensorFlow is left out."""
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Training time, including that before the training was resumed."""
        return self._seconds_before + time.monotonic() - self._began

    def take(self, trainer: "Stepper", held_out: np.ndarray, stopped: Callable[[], bool]) -> None:
        """Take gradient steps until all are taken or `stopped()` is true. Afterwards, `checkpoint` is current.

        held_out: (M, 28, 28) uint8, the validation digits. Raises OSError, TrainingDiverged.
        """
        total, row_steps = self.run.record.steps, self.run.record.row_steps
        keep = [step for step in snapshots.steps_to_keep(total) if step > trainer.step]
        last = _Mark(trainer.sums, trainer.seen, time.monotonic())
        nothing = np.zeros_like(trainer.sums)
        if trainer.step % row_steps == 0:
            last = _Mark(nothing, 0, last.at)
        live_at = saved_at = row_began = last.at
        pause = _LEAST_PAUSE
        while trainer.step < total and not stopped():
            trainer.advance(keep[0])
            now = time.monotonic()
            ended = trainer.step % row_steps == 0 or trainer.step == total
            if ended or now - last.at > pause:
                last = self._report_steps(trainer, last)
            if ended:
                self._end_row(trainer, held_out)
                last = _Mark(nothing, 0, last.at)
                pause = min(_MOST_PAUSE, max(_LEAST_PAUSE, (now - row_began) / _STEP_EVENTS_PER_ROW))
                row_began = now
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

    def _report_steps(self, trainer: "Stepper", since: _Mark) -> _Mark:
        """Report the mean losses since the last step event. Returns the state at this one."""
        now = _Mark(trainer.sums, trainer.seen, time.monotonic())
        means = (now.sums - since.sums) / (now.seen - since.seen)
        self.on_event(
            "step",
            step=trainer.step,
            seconds=self.seconds,
            **self._losses(trainer, means),
            digits_per_second=(now.seen - since.seen) / (now.at - since.at),
        )
        return now

    def _losses(self, trainer: "Stepper", means: np.ndarray) -> dict[str, float]:
        """The trainer's terms by name, and the loss that a VAE minimises. means: of the terms, over some digits."""
        terms = dict(zip(trainer.terms, means.tolist(), strict=True))
        config = self.run.record.config
        if isinstance(config, TrainingConfig):
            return {"loss": terms["reconstruction"] + config.beta * terms["kl"]} | terms
        return terms

    def _end_row(self, trainer: "Stepper", held_out: np.ndarray) -> None:
        """Add a row to the history: mean losses since the last one, and those of a VAE on the validation digits."""
        record = self.run.record
        row = {"seconds": round(self.seconds, 2)} | self._losses(trainer, trainer.sums / trainer.seen)
        if isinstance(record.config, TrainingConfig):
            row |= {"epoch": len(self.rows) + 1, **self._validation_losses(trainer, record.config.beta, held_out)}
        else:
            row["step"] = trainer.step
        self.rows.append(row)
        history.write(self.run.directory, self.rows, record.kind)
        self.on_event("epoch" if record.has_encoder else "row", **row)

    def _validation_losses(self, trainer: "Stepper", beta: float, held_out: np.ndarray) -> dict[str, float]:
        """The losses of a VAE on the validation digits, NaN if there are none."""
        reconstruction = kl = np.nan
        if len(held_out):
            network = Network.from_tensors(trainer.tensors(), self.run.record.config.activation)
            found = elbo.negative_elbo(network, held_out, samples=1)
            reconstruction, kl = float(found.reconstruction.mean()), float(found.kl.mean())
        return {"val_loss": reconstruction + beta * kl, "val_reconstruction": reconstruction, "val_kl": kl}

    def _snapshot(self, trainer: "Stepper") -> Snapshot:
        parts = parts_of(trainer.tensors(), self.run.record.config.activation)
        return Snapshot.take(*parts, self.test_images, trainer.step)
