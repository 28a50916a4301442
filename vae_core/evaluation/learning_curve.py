"""A learning curve: how a training's losses fell, each term in nats a digit.

The two terms are kept apart, for runs of different beta weigh them differently: their plain sum, the -ELBO, is what
compares.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from vae_core.runs import progress
from vae_core.runs.run import Run

LossPoint = tuple[float, float, float]
"""Epochs since the start; reconstruction and KL in nats, both finite."""

TERMS: dict[str, Callable[[float, float], float]] = {
    "-ELBO": lambda reconstruction, kl: reconstruction + kl,
    "reconstruction": lambda reconstruction, kl: reconstruction,
    "KL": lambda reconstruction, kl: kl,
}
"""What can be plotted of a point's two terms."""

HEADROOM = 70.0
"""Nats above the best that an axis should show: the first steps lie hundreds above."""

_MOST_POINTS = 400

T = TypeVar("T")


@dataclass(frozen=True)
class LearningCurve:
    """How one training's losses fell; in the order of time."""

    trained: list[LossPoint]
    """Means over the digits just trained on: several times an epoch where the run says so, else over each epoch."""
    held_out: list[LossPoint]
    """On the validation digits after each epoch; none if none were held out."""

    @classmethod
    def of(cls, run: Run) -> "LearningCurve":
        """Raises RunDamaged if the run's history or its progress cannot be read."""
        rows, steps = run.history().to_dict("records"), progress.read(run.directory).steps
        return cls.from_rows(rows, steps, run.record.steps_per_epoch)

    @classmethod
    def from_rows(cls, epochs: Sequence[Mapping], steps: Sequence[Mapping], steps_per_epoch: int) -> "LearningCurve":
        """epochs: rows of the history; steps: means between two moments within the epochs (see runs/progress.py), which
        stand in for the training losses of the history where there are any."""
        trained = _points([{**step, "epoch": step["step"] / steps_per_epoch} for step in steps] or epochs)
        return cls(thinned(trained), _points(epochs, "val_"))

    @property
    def epochs(self) -> float:
        """How long it is."""
        return max((epoch for epoch, _, _ in self.trained + self.held_out), default=0.0)


def thinned(points: Sequence[T]) -> list[T]:
    """At most 400 of them, evenly, the last one among them."""
    return list(points[:: -max(1, -(-len(points) // _MOST_POINTS))])[::-1]


def _points(rows: Iterable[Mapping], prefix: str = "") -> list[LossPoint]:
    names = ("epoch", f"{prefix}reconstruction", f"{prefix}kl")
    points = [(float(row[names[0]]), float(row[names[1]]), float(row[names[2]])) for row in rows]
    return [point for point in points if all(map(math.isfinite, point))]
