"""Digit metrics: what each test digit contributes to the scores, and what the digits of a class amount to."""

from dataclasses import dataclass

import numpy as np

KNN_CLASSIFIER_K = 5
"""The nearest training digits on the map by which a digit is classified."""

VOTE_K = 50
"""The nearest training digits on the map among which those of the digit's own class are counted."""


@dataclass(frozen=True)
class DigitMetrics:
    """What each test digit contributes to the scores; arrays of (N,), in the order of the digits."""

    reconstruction: np.ndarray
    """float32, nats: -log p(x|z), the mean over samples of z."""
    kl: np.ndarray
    """float32, nats: KL(q(z|x) || p(z))."""
    evidence: np.ndarray
    """float32, nats: log p(x)."""
    predicted: np.ndarray
    """uint8: the class of most of its KNN_CLASSIFIER_K nearest training digits on the map."""
    same_class_neighbours: np.ndarray
    """uint8: how many of its VOTE_K nearest training digits on the map are of its own class."""

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
class ClassMetrics:
    """The metrics of one class's digits: means in nats, and what their neighbours on the map take them for."""

    label: int
    digits: int
    negative_elbo: float
    reconstruction: float
    accuracy: float
    predicted: tuple[int, ...]
    """How many are taken for each class: a row of the confusion matrix."""


def by_class(metrics: DigitMetrics, labels: np.ndarray) -> list[ClassMetrics]:
    """A row for each class that occurs. labels: (N,) in 0..9."""
    rows = []
    for label in np.unique(labels).tolist():
        of = labels == label
        predicted = np.bincount(metrics.predicted[of], minlength=10)
        rows.append(
            ClassMetrics(
                label=label,
                digits=int(of.sum()),
                negative_elbo=float(metrics.negative_elbo[of].mean(dtype=np.float64)),
                reconstruction=float(metrics.reconstruction[of].mean(dtype=np.float64)),
                accuracy=float(predicted[label] / of.sum()),
                predicted=tuple(predicted.tolist()),
            )
        )
    return rows
