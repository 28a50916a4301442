"""The breakdown of a report: what each test digit contributes to its scores, and what those of a class amount to."""

from dataclasses import dataclass

import numpy as np

VOTERS = 5
"""Whose majority names a digit's class: the nearest training digits on the map."""
CROWD = 50


@dataclass(frozen=True)
class Figures:
    """What each test digit contributes to the scores; arrays of (N,), in the order of the digits."""

    reconstruction: np.ndarray
    """float32, nats: -log p(x|z), the mean over samples of z."""
    kl: np.ndarray
    """float32, nats: KL(q(z|x) || p(z))."""
    evidence: np.ndarray
    """float32, nats: log p(x)."""
    predicted: np.ndarray
    """uint8: the class of most of its VOTERS nearest training digits on the map."""
    company: np.ndarray
    """uint8: how many of its CROWD nearest training digits on the map are of its own class."""

    @property
    def negative_elbo(self) -> np.ndarray:
        return self.reconstruction + self.kl

    @property
    def gap(self) -> np.ndarray:
        """(N,) nats: log p(x) - ELBO, which is KL(q(z|x) || p(z|x)): what the encoder's posterior falls short by.

        Of one digit it is an estimate, for reconstruction is, and may be a little below zero.
        """
        return self.negative_elbo + self.evidence


@dataclass(frozen=True)
class ClassFigures:
    """The figures of one class's digits: means in nats, and what their neighbours on the map take them for."""

    label: int
    digits: int
    negative_elbo: float
    reconstruction: float
    accuracy: float
    predicted: tuple[int, ...]
    """How many are taken for each class: a row of the confusion matrix."""


def by_class(figures: Figures, labels: np.ndarray) -> list[ClassFigures]:
    """A row for each class that occurs. labels: (N,) in 0..9."""
    rows = []
    for label in np.unique(labels).tolist():
        of = labels == label
        predicted = np.bincount(figures.predicted[of], minlength=10)
        rows.append(
            ClassFigures(
                label=label,
                digits=int(of.sum()),
                negative_elbo=float(figures.negative_elbo[of].mean(dtype=np.float64)),
                reconstruction=float(figures.reconstruction[of].mean(dtype=np.float64)),
                accuracy=float(predicted[label] / of.sum()),
                predicted=tuple(predicted.tolist()),
            )
        )
    return rows
