"""Heatmaps of the latent plane: a value for each cell of a square lattice, drawn under the points of the map.

density         the aggregated posterior q(z): the share of the digits per unit of area
regions         the most frequent class of the 50 nearest test digits, and the share that is of it
magnification   how much the decoded image changes with z: the logarithm of the magnification factor
width           the standard deviation of the encoder's posterior of the image decoded there

All four functions have the same parameters, though not each uses all of them, so that a page can call any of them. Each
takes a second and a half at most for `deep`, on two cores, and ten times as long for the largest network that a config
allows; with less than 50 MB. Of COARSE_CELLS a side, it takes a sixteenth of that.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vae_core.latent.aggregate_posterior import masses
from vae_core.latent.geometry import log_magnification
from vae_core.latent.latent_map import LatentMap
from vae_core.latent.points import Z_LIMIT
from vae_core.networks.network import Network

CELLS = 128
"""Cells along each side of a heatmap."""

COARSE_CELLS = 32
"""Cells along each side of one that is to be there soon."""

VOTE_K = 50
"""Nearest test digits that decide on a cell's class."""

_MARGIN = 0.04  # around the digits, as a share of their extent: the same as the map's
_LEAST_MARGIN = 0.01  # for an encoder that gives all digits the same mean
_BLOCK = 2000


@dataclass(frozen=True)
class Heatmap:
    """Values on a square of cells: index (i, j) is interval i of z2 and interval j of z1, both ascending."""

    edges: np.ndarray
    """(n + 1,) float64, ascending: the cells' borders along both axes."""
    values: np.ndarray
    """(n, n) float32, all finite."""
    classes: np.ndarray | None = None
    """(n, n) uint8 in 0..9: each cell's class; `values` are then shares from 0 to 1. None if cells have no class."""


OnProgress = Callable[[float], None]
"""Called with the share of the cells that are done, from 0 to 1. If it raises an exception, the computation ends."""


def density(network: Network, embedded: LatentMap, cells: int, on_progress: OnProgress) -> Heatmap:
    """q(z), the mean over each cell: the share of the digits per unit of area of z."""
    edges = _edges_around(embedded, cells)
    on_progress(0.0)
    return Heatmap(edges, (masses(embedded, edges) / (edges[1] - edges[0]) ** 2).astype(np.float32))


def regions(network: Network, embedded: LatentMap, cells: int, on_progress: OnProgress) -> Heatmap:
    """The most frequent class of the VOTE_K digits nearest to each cell's centre, and the share that is of it."""
    edges = _edges_around(embedded, cells)
    counts = in_blocks(lambda z: embedded.votes(z, VOTE_K), edges, on_progress)
    shares = counts.max(axis=1) / counts.sum(axis=1)  # of fewer than VOTE_K digits, where there are not so many
    return Heatmap(edges, square(shares), square(counts.argmax(axis=1)).astype(np.uint8))


def magnification(network: Network, embedded: LatentMap, cells: int, on_progress: OnProgress) -> Heatmap:
    """log sqrt(det J'J) at each cell's centre, with J the decoder's Jacobian."""
    edges = _edges_around(embedded, cells)
    return Heatmap(edges, square(in_blocks(lambda z: log_magnification(network.decoder, z), edges, on_progress)))


def width(network: Network, embedded: LatentMap, cells: int, on_progress: OnProgress) -> Heatmap:
    """How uncertain the encoder is: the image decoded at each cell's centre is encoded again.

    The values are the geometric means of the posterior's two standard deviations, in units of z.
    """
    edges = _edges_around(embedded, cells)
    log_vars = in_blocks(
        lambda z: network.encoder.encode(network.decoder.decode(z).reshape(-1, 784))[1], edges, on_progress
    )
    return Heatmap(edges, square(np.exp(0.5 * log_vars.mean(axis=1))))


HEATMAPS: dict[str, Callable[[Network, LatentMap, int, OnProgress], Heatmap]] = {
    "density": density,
    "regions": regions,
    "magnification": magnification,
    "width": width,
}
"""By name. cells: along each side."""


def in_blocks(compute: Callable[[np.ndarray], np.ndarray], edges: np.ndarray, on_progress: OnProgress) -> np.ndarray:
    """What `compute` makes of the centres (B, 2) float32 of the cells, row by row: (n * n, ...)."""
    z, parts = _centres(edges), []
    for start in range(0, len(z), _BLOCK):
        on_progress(start / len(z))
        parts.append(compute(z[start : start + _BLOCK]))
    return np.concatenate(parts)


def _edges_around(embedded: LatentMap, cells: int) -> np.ndarray:
    """The borders (cells + 1,) of a square with a margin around all posterior means, within +-Z_LIMIT."""
    low, high = embedded.means.min(axis=0), embedded.means.max(axis=0)
    margin = np.maximum(_MARGIN * (high - low), _LEAST_MARGIN)
    return np.linspace(
        max(-Z_LIMIT, float((low - margin).min())), min(Z_LIMIT, float((high + margin).max())), cells + 1
    )


def _centres(edges: np.ndarray) -> np.ndarray:
    """The cells' centres, z1 varying fastest: (n * n, 2) float32."""
    middle = (edges[:-1] + edges[1:]) / 2
    return np.stack(np.meshgrid(middle, middle), -1).reshape(-1, 2).astype(np.float32)


def square(values: np.ndarray) -> np.ndarray:
    """Values in the order of `_centres`, (n * n,), as (n, n) float32."""
    side = math.isqrt(len(values))
    return values.reshape(side, side).astype(np.float32)
