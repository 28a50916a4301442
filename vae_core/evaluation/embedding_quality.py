"""How faithful the map is as a picture of the digits: what is near on it should be alike, and what is alike near.

All of this looks at posterior means alone, as one can look at any embedding of digits in a plane.
"""

import numpy as np

from vae_core.data.images import to_pixels
from vae_core.latent.latent_map import LatentMap

SUBSAMPLE = 2000
"""Trustworthiness, continuity and silhouette compare every pair of digits: of more than these, the first so many."""

RANK = 12
"""Neighbours that trustworthiness and continuity look at, at most."""


def rank(count: int) -> int:
    """How many neighbours trustworthiness and continuity look at: of few digits, less than half of them."""
    return min(RANK, (min(count, SUBSAMPLE) - 1) // 2)


def trustworthiness_and_continuity(images: np.ndarray, means: np.ndarray) -> tuple[float, float]:
    """Trustworthiness and continuity of the map, each from 0 to 1 (Venna and Kaski 2006, equations 1 and 2).

    The first falls when digits are near on the map though their pixels are not, the second when they are near in
    pixels and torn apart on the map; of fewer than three digits no neighbour is wrong. images: (N, 28, 28) uint8;
    means: (N, 2).
    """
    from sklearn.manifold import trustworthiness  # half a second, which the app's start does not need

    pixels, means = to_pixels(images[:SUBSAMPLE]), means[:SUBSAMPLE]
    if (neighbours := rank(len(means))) < 1:
        return 1.0, 1.0
    return (
        float(trustworthiness(pixels, means, n_neighbors=neighbours)),
        float(trustworthiness(means, pixels, n_neighbors=neighbours)),
    )


def silhouette(embedded: LatentMap) -> float:
    """Mean over digits of (b - a) / max(a, b), from -1 to 1 (Rousseeuw 1987): a is the mean distance to the digit's own
    class, b that to the nearest other class. 0 where there is but one class, or nothing but classes of one digit."""
    from sklearn.metrics import silhouette_score

    means, labels = embedded.means[:SUBSAMPLE], embedded.labels[:SUBSAMPLE]
    if not 2 <= len(np.unique(labels)) < len(labels):
        return 0.0
    return float(silhouette_score(means, labels))


def active_units(means: np.ndarray) -> int:
    """How many latent dimensions are used: those whose mean varies over the digits by more than 0.01 (Burda, Grosse and
    Salakhutdinov 2016, section 4). means: (N, 2)."""
    return int((means.astype(np.float64).var(axis=0) > 0.01).sum())
