"""Samples: what a decoder draws at random points of the prior N(0, I), and what the judge takes each of them for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vae_core.config import LATENT_DIM
from vae_core.cores import for_each
from vae_core.data.images import PIXELS
from vae_core.errors import RunDamaged
from vae_core.evaluation.digit_metrics import standard_error
from vae_core.networks.classifier import CLASSES, Classifier

SAMPLES = 10_000
SEED = 0

SEAM = 0.5
"""A picture is of no class, a seam between two or more, if none is as probable as this to the judge."""

COVERED = 0.01
"""A class is covered if at least this share of the samples is of it."""

_BLOCK = 1000

Decode = Callable[[np.ndarray], np.ndarray]
"""Latent points (N, 2) float32 to pictures (N, 28, 28) float32 in [0, 1]."""


@dataclass(frozen=True)
class Judged:
    """Pictures as the judge sees them."""

    features: np.ndarray
    """(N, 512) float32: the activations of its last hidden layer."""
    classes: np.ndarray
    """(N,) integers in 0..9: the most probable class."""
    confidence: np.ndarray
    """(N,) float32 in [0, 1]: the probability of that class."""

    @classmethod
    def of(cls, pixels: np.ndarray, judge: Classifier) -> "Judged":
        """pixels: (N, 784) float32 in [0, 1]."""
        features = np.concatenate(list(for_each(judge.features, np.split(pixels, _starts(len(pixels))))))
        probabilities = judge.probabilities(features)
        return cls(features, probabilities.argmax(axis=1), probabilities.max(axis=1))

    def part(self, rows: slice) -> "Judged":
        """Some of the pictures."""
        return Judged(self.features[rows], self.classes[rows], self.confidence[rows])

    @property
    def seams(self) -> np.ndarray:
        """(N,) bool: which pictures are of no class."""
        return self.confidence < SEAM


def draw(decode: Decode, count: int) -> np.ndarray:
    """What a decoder draws at `count` points of N(0, I), the same ones each time: (count, 784) float32 in [0, 1].

    Fewer points are the first ones of more. Raises RunDamaged if it draws what is not finite.
    """
    z = np.random.default_rng(SEED).standard_normal((count, LATENT_DIM), dtype=np.float32)
    drawn = [pictures.reshape(-1, PIXELS) for pictures in for_each(decode, np.split(z, _starts(count)))]
    if not all(np.isfinite(pixels).all() for pixels in drawn):
        raise RunDamaged("The run's network is damaged: it decodes points as pixels that are not finite.")
    return np.concatenate(drawn)


def some_seams(decode: Decode, judge: Classifier, most: int) -> np.ndarray:
    """The first samples that are of no class, at most so many, among the first 1,000: (K, 784) float32 in [0, 1]."""
    pixels = draw(decode, _BLOCK)
    return pixels[Judged.of(pixels, judge).seams][:most]


def _starts(count: int) -> range:
    """Where `count` pictures are cut into blocks: all at once they would take much memory."""
    return range(_BLOCK, count, _BLOCK)


def class_shares(classes: np.ndarray) -> np.ndarray:
    """The share of each class, (10,) float64. classes: (N,) integers in 0..9."""
    return np.bincount(classes, minlength=CLASSES) / len(classes)


def kl_of_classes(classes: np.ndarray, real: np.ndarray) -> np.ndarray:
    """The logarithms, (N,) in nats, whose mean is KL(p || q), p the shares of the classes (N,), q those of real digits.

    real: (M,), their classes. Of each class they count one more digit, so that no q is 0.
    """
    q = (np.bincount(real, minlength=CLASSES) + 1) / (len(real) + CLASSES)
    p = class_shares(classes)
    return np.log(p[classes] / q[classes])


def diversity(judged: Judged, among: np.ndarray) -> tuple[float, float | None]:
    """The mean distance of two pictures of a class in the judge's features, averaged over classes; its standard error.

    Each picture is paired once, at random, with another one of its class. among: the classes to average over, with at
    least two pictures each.
    """
    means, errors, noise = [], [], np.random.default_rng(SEED)
    for label in among:
        members = noise.permutation(np.flatnonzero(judged.classes == label))
        pairs = len(members) // 2
        first, second = judged.features[members[:pairs]], judged.features[members[pairs : 2 * pairs]]
        distances = np.linalg.norm(first - second, axis=1)
        means.append(distances.mean(dtype=np.float64))
        errors.append(standard_error(distances))
    error = None if None in errors else float(np.linalg.norm(errors)) / len(errors)
    return float(np.mean(means)), error
