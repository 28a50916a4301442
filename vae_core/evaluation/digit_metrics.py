"""Digit metrics: the values of each test digit from which the scores are computed, and their means by class."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from vae_core.data.images import PIXELS
from vae_core.evaluation.embedding_quality import subsample
from vae_core.storage.tensors import Shapes

KNN_CLASSIFIER_K = 5
"""How many nearest training digits on the map classify a test digit."""

VOTE_K = 50
"""How many nearest training digits on the map `same_class_neighbours` counts among."""

EMBEDDING = ("trustworthiness", "continuity", "silhouette")
"""The metrics that compare all pairs of digits, so that they are of a subsample only."""


@dataclass(frozen=True)
class DigitMetrics:
    """The metrics of each test digit: arrays (N,), in the order of the digits.

    Those of the map as an embedding are (M,), of the digits of `embedding_quality.subsample`. Where there are no
    training digits, the other test digits take their place.
    """

    reconstruction: np.ndarray
    """float32, nats: -log p(x|z), averaged over samples of z from q(z|x)."""
    kl: np.ndarray
    """float32, nats: KL(q(z|x) || p(z))."""
    evidence: np.ndarray
    """float32, nats: log p(x)."""
    predicted: np.ndarray
    """uint8 in 0..9: the most frequent class of its KNN_CLASSIFIER_K nearest training digits on the map."""
    same_class_neighbours: np.ndarray
    """uint8: how many of its VOTE_K nearest training digits on the map are of the same class as it."""
    predicted_by_nearest: np.ndarray
    """uint8 in 0..9: the class of its nearest training digit on the map."""
    predicted_by_vote: np.ndarray
    """uint8 in 0..9: the most frequent class of its VOTE_K nearest training digits on the map."""
    binarised: np.ndarray
    """float32, nats: the -ELBO of the digit with each pixel drawn as black or white."""
    trustworthiness: np.ndarray
    """(M,) float32, at most 1."""
    continuity: np.ndarray
    """(M,) float32, at most 1."""
    silhouette: np.ndarray
    """(M,) float32 from -1 to 1."""

    @property
    def negative_elbo(self) -> np.ndarray:
        """(N,) nats."""
        return self.reconstruction + self.kl

    @property
    def gap(self) -> np.ndarray:
        """The inference gap, (N,) in nats: log p(x) - ELBO = KL(q(z|x) || p(z|x)).

        It is an estimate, because the reconstruction is, so it may be slightly below zero.
        """
        return self.negative_elbo + self.evidence

    def rounded(self) -> "DigitMetrics":
        """The same in the dtypes above."""
        shapes = metric_shapes(len(self.kl))
        return DigitMetrics(**{name: array.astype(shapes[name][1]) for name, array in vars(self).items()})


def metric_shapes(count: int) -> Shapes:
    """The shapes and dtypes of the fields of DigitMetrics, by name, for `count` test digits."""
    compared = len(subsample(count))
    integers = {"predicted", "same_class_neighbours", "predicted_by_nearest", "predicted_by_vote"}
    return {
        name: ((compared if name in EMBEDDING else count,), np.uint8 if name in integers else np.float32)
        for name in (spec.name for spec in dataclasses.fields(DigitMetrics))
    }


@dataclass(frozen=True)
class ClassMetrics:
    """The metrics of the test digits of one class."""

    label: int
    digits: int
    """How many there are."""
    negative_elbo: float
    """Mean, in nats."""
    reconstruction: float
    """Mean, in nats."""
    accuracy: float
    """The share whose predicted class is right."""
    predicted: tuple[int, ...]
    """How many are predicted to be of each of the ten classes: a row of the confusion matrix."""


def by_score(metrics: DigitMetrics, labels: np.ndarray) -> dict[str, np.ndarray]:
    """By a score's name, the values of which it is the mean, (N,) or (M,). labels: (N,) in 0..9, the true classes."""
    return {
        "-ELBO": metrics.negative_elbo,
        "reconstruction": metrics.reconstruction,
        "KL": metrics.kl,
        "rate": metrics.kl / math.log(2),
        "distortion": metrics.reconstruction / math.log(2),
        "bits per pixel": metrics.negative_elbo / math.log(2) / PIXELS,
        "-ELBO, binarised": metrics.binarised,
        "-log p(x)": -metrics.evidence,
        "inference gap": metrics.gap,
        "1-NN accuracy": metrics.predicted_by_nearest == labels,
        f"{KNN_CLASSIFIER_K}-NN accuracy": metrics.predicted == labels,
        f"{VOTE_K}-NN accuracy": metrics.predicted_by_vote == labels,
        **{name: getattr(metrics, name) for name in EMBEDDING},
    }


def standard_error(values: np.ndarray) -> float | None:
    """The standard error of the mean of (N,) values of digits drawn at random: their standard deviation over sqrt(N).

    None for fewer than two digits.
    """
    if len(values) < 2:
        return None
    return float(values.std(ddof=1, dtype=np.float64)) / math.sqrt(len(values))


def by_class(metrics: DigitMetrics, labels: np.ndarray) -> list[ClassMetrics]:
    """The metrics of each class that occurs, ascending. labels: (N,) in 0..9, the true classes."""
    rows = []
    for label in np.unique(labels).tolist():
        members = labels == label
        predicted = np.bincount(metrics.predicted[members], minlength=10)
        rows.append(
            ClassMetrics(
                label=label,
                digits=int(members.sum()),
                negative_elbo=float(metrics.negative_elbo[members].mean(dtype=np.float64)),
                reconstruction=float(metrics.reconstruction[members].mean(dtype=np.float64)),
                accuracy=float(predicted[label] / members.sum()),
                predicted=tuple(predicted.tolist()),
            )
        )
    return rows
