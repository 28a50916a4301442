"""Fields over the latent plane: one value for each cell of a square lattice, to be drawn under the map's points.

density         the share of the digits that a unit of area holds: the aggregated posterior q(z)
regions         the class of most of the 50 nearest test digits, and how many of them agree
magnification   how much the decoded picture changes: 1/2 log det J'J
width           how wide the encoder's posterior of the digit decoded there is
"""

from dataclasses import dataclass

import numpy as np

from vae_core.latent.aggregate_posterior import masses
from vae_core.latent.geometry import log_magnification
from vae_core.latent.latent_map import LatentMap
from vae_core.latent.points import Z_LIMIT
from vae_core.networks.network import Network

CELLS = 128
VOTE_K = 50
_MARGIN = 0.04  # of the digits' extent: as much as the map leaves around them
_LEAST_MARGIN = 0.01  # where an encoder puts all digits in one place
_BLOCK = 2000


@dataclass(frozen=True)
class Heatmap:
    """Values on a square: cell (i, j) is the i-th from the lowest z2 and the j-th from the lowest z1."""

    edges: np.ndarray
    """(n + 1,) float64: the cells' borders along either axis."""
    values: np.ndarray
    """(n, n) float32, all finite."""
    classes: np.ndarray | None = None
    """(n, n) uint8 in 0..9, where a cell belongs to a class; the values are then shares from 0 to 1."""


def density(network: Network, embedded: LatentMap) -> Heatmap:
    """Digits a unit of area, if there were one in all: q(z) averaged over each cell."""
    edges = _edges(embedded)
    return Heatmap(edges, (masses(embedded, edges) / (edges[1] - edges[0]) ** 2).astype(np.float32))


def regions(network: Network, embedded: LatentMap) -> Heatmap:
    """The class that the nearest test digits vote for, with the share of the votes that it got."""
    edges = _edges(embedded)
    counts = embedded.votes(_centres(edges), VOTE_K)
    shares = counts.max(axis=1) / counts.sum(axis=1)
    return Heatmap(edges, _square(shares), _square(counts.argmax(axis=1)).astype(np.uint8))


def magnification(network: Network, embedded: LatentMap) -> Heatmap:
    """1/2 log det J'J of the decoder at each cell's centre."""
    edges = _edges(embedded)
    return Heatmap(edges, _square(log_magnification(network, _centres(edges))))


def width(network: Network, embedded: LatentMap) -> Heatmap:
    """The posterior's width at each cell's centre: the digit decoded there is encoded again.

    The geometric mean of the two standard deviations, in units of z.
    """
    edges = _edges(embedded)
    z = _centres(edges)
    log_vars = [network.encode(network.decode(z[i : i + _BLOCK]).reshape(-1, 784))[1] for i in range(0, len(z), _BLOCK)]
    return Heatmap(edges, _square(np.exp(0.5 * np.concatenate(log_vars).mean(axis=1))))


def _edges(embedded: LatentMap) -> np.ndarray:
    """Of a square around all digits."""
    low, high = embedded.means.min(axis=0), embedded.means.max(axis=0)
    margin = np.maximum(_MARGIN * (high - low), _LEAST_MARGIN)
    return np.linspace(
        max(-Z_LIMIT, float((low - margin).min())), min(Z_LIMIT, float((high + margin).max())), CELLS + 1
    )


def _centres(edges: np.ndarray) -> np.ndarray:
    middle = (edges[:-1] + edges[1:]) / 2
    return np.stack(np.meshgrid(middle, middle), -1).reshape(-1, 2).astype(np.float32)


def _square(values: np.ndarray) -> np.ndarray:
    return values.reshape(CELLS, CELLS).astype(np.float32)
