"""Quality of the map as an embedding: whether digits that are near on it are similar, and similar digits near.

Only the posterior means are used, so the measures compare with those of any other embedding of digits in a plane.
"""

import numpy as np

from vae_core.latent.latent_map import LatentMap

SUBSAMPLE = 2000
"""Trustworthiness, continuity and silhouette, which compare all pairs, use so many digits at most."""

RANK = 12
"""How many neighbours of each digit trustworthiness and continuity use, at most."""

_SEED = 0


def subsample(count: int) -> np.ndarray:
    """Which of `count` digits are compared in pairs, ascending: all, or SUBSAMPLE of them drawn at random.

    The first ones would not do: MNIST's test digits are not in random order. The same ones are drawn each time.
    """
    if count <= SUBSAMPLE:
        return np.arange(count)
    return np.sort(np.random.default_rng(_SEED).choice(count, SUBSAMPLE, replace=False))


def rank(count: int) -> int:
    """How many neighbours trustworthiness and continuity use for `count` digits: less than half of the digits."""
    return min(RANK, (min(count, SUBSAMPLE) - 1) // 2)


def trustworthiness_and_continuity(images: np.ndarray, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Trustworthiness and continuity of the map: of each digit that is compared, (M,) float64, at most 1.

    Their means are those of Venna and Kaski 2006, equations 1 and 2, from 0 to 1. Trustworthiness is low if digits are
    neighbours on the map but not in pixel space; continuity is low if digits are neighbours in pixel space but not on
    the map. For fewer than three digits, both are 1. images: (N, 28, 28) uint8; means: (N, 2).
    """
    chosen = subsample(len(means))
    if (neighbours := rank(len(chosen))) < 1:
        return np.ones(len(chosen)), np.ones(len(chosen))
    by_pixels, on_map = (_nearest_first(points) for points in (images[chosen].reshape(len(chosen), -1), means[chosen]))
    return _kept(by_pixels, on_map, neighbours), _kept(on_map, by_pixels, neighbours)


def _nearest_first(points: np.ndarray) -> np.ndarray:
    """(M, M - 1) indices: the other points of each, the nearest first. points: (M, d)."""
    points = points - points.mean(axis=0, dtype=np.float64)  # far from 0, squares would lose digits
    squares = (points**2).sum(axis=1)
    distances = squares[:, None] + squares - 2 * points @ points.T  # squared
    np.fill_diagonal(distances, -np.inf)  # itself comes first, before points in the same place
    return np.argsort(distances, axis=1, kind="stable")[:, 1:]


def _kept(reference: np.ndarray, other: np.ndarray, k: int) -> np.ndarray:
    """Of each point, 1 less its share of the penalty: how far down `reference` its k nearest in `other` are, beyond k.

    reference, other: (M, M - 1) as from `_nearest_first`. Returns (M,).
    """
    count = len(reference)
    ranks = np.empty((count, count), np.int64)
    np.put_along_axis(ranks, reference, np.arange(1, count)[None, :], axis=1)
    beyond = (np.take_along_axis(ranks, other[:, :k], axis=1) - k).clip(0).sum(axis=1)
    return 1 - 2 / (k * (2 * count - 3 * k - 1)) * beyond


def silhouettes(embedded: LatentMap) -> np.ndarray:
    """(b - a) / max(a, b) of each digit that is compared, (M,) from -1 to 1 (Rousseeuw 1987).

    a: the mean distance on the map to the other digits of the same class; b: the mean distance to those of the nearest
    other class. 0 if there is only one class, or every digit has a class of its own.
    """
    from sklearn.metrics import silhouette_samples  # here, because it takes half a second

    chosen = subsample(len(embedded.means))
    means, labels = embedded.means[chosen], embedded.labels[chosen]
    if not 2 <= len(np.unique(labels)) < len(labels):
        return np.zeros(len(labels))
    return np.asarray(silhouette_samples(means, labels))


def active_units(means: np.ndarray) -> int:
    """How many latent dimensions the encoder uses: those in which the means vary, with a variance above 0.01
    (Burda, Grosse and Salakhutdinov 2016, section 4). means: (N, 2)."""
    return int((means.astype(np.float64).var(axis=0) > 0.01).sum())
