"""The learning curve of a run: reconstruction and KL during its training, in nats for each digit.

The loss, reconstruction + beta KL, does not compare between runs of different beta. So the two terms are kept apart;
their sum, the -ELBO, does compare.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from vae_core.runs import progress
from vae_core.runs.run import Run

LossPoint = tuple[float, float, float]
"""(epochs since the start, reconstruction, KL), the losses in nats; all finite."""

TERMS: dict[str, Callable[[float, float], float]] = {
    "-ELBO": lambda reconstruction, kl: reconstruction + kl,
    "reconstruction": lambda reconstruction, kl: reconstruction,
    "KL": lambda reconstruction, kl: kl,
}
"""By name, what can be plotted: a function of reconstruction and KL."""

HEADROOM = 70.0
"""Height in nats of an axis above the lowest loss. The losses of the first steps, hundreds above, are cut off."""

_MOST_POINTS = 400

T = TypeVar("T")


@dataclass(frozen=True)
class LearningCurve:
    """The losses of one training, in the order of time."""

    trained: list[LossPoint]
    """On the training digits: means between step events if the run has any, else means over each epoch."""
    held_out: list[LossPoint]
    """On the validation digits after each epoch; empty if none are held out."""

    @classmethod
    def of(cls, run: Run) -> "LearningCurve":
        """The learning curve of a run. Raises RunDamaged if its history or its progress cannot be read."""
        rows, steps = run.history().to_dict("records"), progress.read(run.directory).steps
        return cls.from_rows(rows, steps, run.record.row_steps)

    @classmethod
    def from_rows(cls, epochs: Sequence[Mapping], steps: Sequence[Mapping], steps_per_epoch: int) -> "LearningCurve":
        """epochs: rows of the history; steps: step events (see runs/progress.py). The training losses are those of the
        step events, which are finer, or, if there are none, those of the history."""
        trained = _points([{**step, "epoch": step["step"] / steps_per_epoch} for step in steps] or epochs)
        return cls(thinned(trained), _points(epochs, "val_"))

    @property
    def epochs(self) -> float:
        """The epochs at its last point; 0 if it is empty."""
        return max((epoch for epoch, _, _ in self.trained + self.held_out), default=0.0)


def thinned(points: Sequence[T]) -> list[T]:
    """At most 400 of the points, at equal distances, the last one included."""
    return list(points[:: -max(1, -(-len(points) // _MOST_POINTS))])[::-1]


def _points(rows: Iterable[Mapping], prefix: str = "") -> list[LossPoint]:
    """The points of rows whose values are all finite. prefix: of the losses' columns, "" or "val_"."""
    names = ("epoch", f"{prefix}reconstruction", f"{prefix}kl")
    points = [(float(row[names[0]]), float(row[names[1]]), float(row[names[2]])) for row in rows]
    return [point for point in points if all(map(math.isfinite, point))]
