"""What lies around a latent point: the test digits encoded there, and how near, how many, how sure.

The rule behind "on the map": d10(z) is the distance from z to its tenth nearest test digit. `reach` is the 95th
percentile of the same figure over the digits themselves. z is on the map if d10(z) <= reach, sparse up to 3 reach, else
off the map. The rule is relative, so it holds for a thousand digits as for ten thousand, and for a narrow map as for a
wide one.
"""

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vae_core.data.images import to_pixels
from vae_core.latent.points import Point, as_points
from vae_core.networks.network import Network

if TYPE_CHECKING:
    from scipy.spatial import KDTree


SUPPORT_RANK = 10
REACH_PERCENTILE = 95
SPARSE_FACTOR = 3
_BLOCK = 2000


def round_trip(network: Network, z: Point) -> tuple[Point, float]:
    """Decode z and encode the result. Returns the mean it comes back to, and how far it drifted (Euclidean)."""
    mean, _ = network.encode(network.decode(as_points(np.array(z))).reshape(1, -1))
    back = (float(mean[0, 0]), float(mean[0, 1]))
    return back, math.dist(z, back)


@dataclass(frozen=True)
class Support:
    """How far z lies from the data. word: "on the map", "sparse" or "off the map"."""

    word: str
    distance: float
    """d10(z)."""
    reach: float


@dataclass(frozen=True)
class LatentMap:
    """The test digits in the latent space; immutable, so sessions may share it."""

    means: np.ndarray
    """(N, 2) float32: the posterior means."""
    std: np.ndarray
    """(N, 2) float32: the posterior standard deviations."""
    labels: np.ndarray
    """(N,) uint8 in 0..9."""

    @classmethod
    def embed(cls, network: Network, images: np.ndarray, labels: np.ndarray) -> "LatentMap":
        """Encode images (N, 28, 28) uint8 with labels (N,)."""
        blocks = [network.encode(to_pixels(images[i : i + _BLOCK])) for i in range(0, len(images), _BLOCK)]
        means = np.concatenate([mean for mean, _ in blocks])
        std = np.exp(0.5 * np.concatenate([log_var for _, log_var in blocks]))
        for array in (means, std):
            array.setflags(write=False)
        return cls(means, std, labels)

    @functools.cached_property
    def tree(self) -> "KDTree":
        """The means, ready to be asked for neighbours. Built when first asked: the browser draws the map meanwhile."""
        from scipy.spatial import KDTree

        return KDTree(self.means)

    @functools.cached_property
    def reach(self) -> float:
        """How far the tenth nearest other digit is, for all but the loneliest 5 % of the digits."""
        rank = min(SUPPORT_RANK + 1, len(self.means))  # the nearest to a digit is itself
        own, _ = self.tree.query(self.means, [rank])  # pyright: ignore[reportArgumentType]  # annotated by its default
        return float(np.percentile(own, REACH_PERCENTILE))

    def nearest(self, z: Point, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest digits (fewer if there are not so many), nearest first: indices (k,) and distances (k,)."""
        ranks = range(1, min(k, len(self.means)) + 1)
        distances, indices = self.tree.query(z, ranks)  # pyright: ignore[reportArgumentType]  # annotated by its default
        return np.asarray(indices), np.asarray(distances)

    def votes(self, points: np.ndarray, k: int) -> np.ndarray:
        """How many of each point's k nearest digits belong to each class. points: (N, 2). Returns (N, 10) integers."""
        ranks = range(1, min(k, len(self.means)) + 1)
        _, indices = self.tree.query(points, ranks)  # pyright: ignore[reportArgumentType]  # annotated by its default
        labels = self.labels[indices].astype(int) + 10 * np.arange(len(points))[:, None]  # (N, k)
        return np.bincount(labels.ravel(), minlength=10 * len(points)).reshape(-1, 10)

    def support(self, z: Point) -> Support:
        """Whether digits lie around z, by the rule at the top of this module."""
        distance = float(self.nearest(z, SUPPORT_RANK)[1][-1])
        words = ((self.reach, "on the map"), (SPARSE_FACTOR * self.reach, "sparse"), (math.inf, "off the map"))
        return Support(next(word for limit, word in words if distance <= limit), distance, self.reach)
