"""Quality of the map as an embedding: whether digits that are near on it are similar, and similar digits near.

Only the posterior means are used, so the measures compare with those of any other embedding of digits in a plane.
"""

import numpy as np

from vae_core.data.images import to_pixels
from vae_core.latent.latent_map import LatentMap

SUBSAMPLE = 2000
"""Trustworthiness, continuity and silhouette, which compare all pairs, use so many digits at most, the first ones."""

RANK = 12
"""How many neighbours of each digit trustworthiness and continuity use, at most."""


def rank(count: int) -> int:
    """How many neighbours trustworthiness and continuity use for `count` digits: less than half of the digits."""
    return min(RANK, (min(count, SUBSAMPLE) - 1) // 2)


def trustworthiness_and_continuity(images: np.ndarray, means: np.ndarray) -> tuple[float, float]:
    """Trustworthiness and continuity of the map, each from 0 to 1 (Venna and Kaski 2006, equations 1 and 2).

    Trustworthiness is low if digits are neighbours on the map but not in pixel space; continuity is low if digits are
    neighbours in pixel space but not on the map. For fewer than three digits, both are 1. images: (N, 28, 28) uint8;
    means: (N, 2).
    """
    from sklearn.manifold import trustworthiness  # here, because it takes half a second

    pixels, means = to_pixels(images[:SUBSAMPLE]), means[:SUBSAMPLE]
    if (neighbours := rank(len(means))) < 1:
        return 1.0, 1.0
    return (
        float(trustworthiness(pixels, means, n_neighbors=neighbours)),
        float(trustworthiness(means, pixels, n_neighbors=neighbours)),
    )


def silhouette(embedded: LatentMap) -> float:
    """The mean over digits of (b - a) / max(a, b), from -1 to 1 (Rousseeuw 1987).

    a: the mean distance on the map to the other digits of the same class; b: the mean distance to those of the nearest
    other class. 0 if there is only one class, or every digit has a class of its own.
    """
    from sklearn.metrics import silhouette_score

    means, labels = embedded.means[:SUBSAMPLE], embedded.labels[:SUBSAMPLE]
    if not 2 <= len(np.unique(labels)) < len(labels):
        return 0.0
    return float(silhouette_score(means, labels))


def active_units(means: np.ndarray) -> int:
    """How many latent dimensions the encoder uses: those in which the means vary, with a variance above 0.01
    (Burda, Grosse and Salakhutdinov 2016, section 4). means: (N, 2)."""
    return int((means.astype(np.float64).var(axis=0) > 0.01).sum())
