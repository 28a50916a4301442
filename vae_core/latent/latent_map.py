"""The latent map: digits encoded in the latent plane, with search for the nearest and the support of a point."""

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vae_core.data.images import to_pixels
from vae_core.latent.points import Z_LIMIT, Point, as_points
from vae_core.latent.support import REACH_PERCENTILE, SUPPORT_RANK, Support
from vae_core.networks.network import Network

if TYPE_CHECKING:
    from scipy.spatial import KDTree


_BLOCK = 2000
_START_CANDIDATES, _START_VOTE_K = 300, 50


def round_trip(network: Network, z: Point) -> tuple[Point, float]:
    """Decode z and encode the image. Returns the posterior mean and its Euclidean distance from z, in units of z."""
    mean, _ = network.encoder.encode(network.decoder.decode(as_points(np.array(z))).reshape(1, -1))
    back = (float(mean[0, 0]), float(mean[0, 1]))
    return back, math.dist(z, back)


@dataclass(frozen=True)
class LatentMap:
    """Encoded digits. Immutable, so sessions can share it."""

    means: np.ndarray
    """(N, 2) float32: the posterior means."""
    std: np.ndarray
    """(N, 2) float32: the posterior standard deviations."""
    labels: np.ndarray
    """(N,) uint8 in 0..9."""

    @classmethod
    def embed(cls, network: Network, images: np.ndarray, labels: np.ndarray) -> "LatentMap":
        """Encode images (N, 28, 28) uint8 with labels (N,) uint8. Raises RunDamaged if a mean is not finite."""
        starts = range(0, max(1, len(images)), _BLOCK)  # one block, of nothing, if there are no images
        blocks = [network.encoder.encode(to_pixels(images[i : i + _BLOCK])) for i in starts]
        means = np.concatenate([mean for mean, _ in blocks])
        std = np.exp(0.5 * np.concatenate([log_var for _, log_var in blocks]))
        for array in (means, std):
            array.setflags(write=False)
        return cls(means, std, labels)

    @functools.cached_property
    def tree(self) -> "KDTree":
        """A k-d tree of the means. It is built at first use, so that the browser can draw the map before."""
        from scipy.spatial import KDTree

        return KDTree(self.means)

    @functools.cached_property
    def reach(self) -> float:
        """The 95th percentile, over the digits, of the distance to the tenth nearest other digit."""
        rank = min(SUPPORT_RANK + 1, len(self.means))  # + 1: the nearest to a digit is itself
        distances, _ = self.tree.query(self.means, [rank])  # pyright: ignore[reportArgumentType]  # SciPy's type: int
        return float(np.percentile(distances, REACH_PERCENTILE))

    @functools.cached_property
    def within(self) -> np.ndarray:
        """The indices of the digits that points can reach: those within +-Z_LIMIT on both axes, ascending."""
        return np.flatnonzero((np.abs(self.means) <= Z_LIMIT).all(axis=1))

    @functools.cached_property
    def start(self) -> Point:
        """Where a walk begins, to two decimals: near the origin, where the digits around are of one class.

        It is the mean of one of the 300 digits nearest to the origin: of those whose 50 nearest digits agree most on a
        class, the nearest to the origin. There the decoder draws a clear digit. The origin if no point can reach any.
        """
        if not len(self.within):
            return 0.0, 0.0
        from_origin = (self.means[self.within] ** 2).sum(axis=1)
        candidates = self.means[self.within[np.argsort(from_origin, kind="stable")[:_START_CANDIDATES]]]
        # Without the tree: to import SciPy's takes longer, and the first map waits for this.
        squared = (self.means**2).sum(axis=1) - 2 * candidates @ self.means.T  # but for a constant of each candidate
        k = min(_START_VOTE_K, len(self.means))
        counts = self._count(np.argpartition(squared, k - 1, axis=1)[:, :k])
        z1, z2 = candidates[counts.max(axis=1).argmax()]  # the first of equals
        return round(float(z1), 2) + 0.0, round(float(z2), 2) + 0.0

    def nearest(self, z: Point, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest digits, nearest first, or all if there are fewer: indices (k,) and distances (k,)."""
        ranks = range(1, min(k, len(self.means)) + 1)
        distances, indices = self.tree.query(z, ranks)  # pyright: ignore[reportArgumentType]  # SciPy's type: int
        return np.asarray(indices), np.asarray(distances)

    def votes(self, points: np.ndarray, k: int) -> np.ndarray:
        """How many of each point's k nearest digits are of each class. points: (N, 2). Returns (N, 10) integers."""
        ranks = range(1, min(k, len(self.means)) + 1)
        _, indices = self.tree.query(points, ranks)  # pyright: ignore[reportArgumentType]  # SciPy's type: int
        return self._count(np.asarray(indices))

    def votes_of_neighbours(self, training: "LatentMap", k: int) -> np.ndarray:
        """Of each digit's k nearest training digits, how many are of each class: (N, 10) integers.

        If there are no training digits, the neighbours are the other digits of this map.
        """
        if len(training.means):
            return training.votes(self.means, k)
        ranks = range(1, min(k + 1, len(self.means)) + 1)
        _, indices = self.tree.query(self.means, ranks)  # pyright: ignore[reportArgumentType]  # SciPy's type: int
        itself = indices == np.arange(len(self.means))[:, None]  # (N, k + 1)
        itself[:, -1] |= ~itself.any(axis=1)  # if more than k others lie on a digit, one of them stands for it
        return self._count(np.asarray(indices)[~itself].reshape(len(self.means), -1))

    def _count(self, neighbours: np.ndarray) -> np.ndarray:
        """How many of these digits are of each class. neighbours: (N, k) indices. Returns (N, 10) integers."""
        labels = self.labels[neighbours].astype(int) + 10 * np.arange(len(neighbours))[:, None]
        return np.bincount(labels.ravel(), minlength=10 * len(neighbours)).reshape(-1, 10)

    def support(self, z: Point) -> Support:
        """How far z lies from the digits (see support.py)."""
        return Support(distance=float(self.nearest(z, SUPPORT_RANK)[1][-1]), reach=self.reach)
