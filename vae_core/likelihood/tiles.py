"""The latent plane cut into tiles, and the joint density of digits and z summed over nodes in them.

Sums are of p(x|z) p(z), as logarithms in nats. Nodes are decoded in blocks, whose memory is used again.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy.ndimage import maximum_filter

from vae_core.latent.points import Z_LIMIT
from vae_core.likelihood.elbo import softplus
from vae_core.networks.network import Network

TILE = 0.5
COARSE, SIDE = 4, 8
"""Nodes along a tile's side: at first, and when it is looked at more closely."""

_COARSELY_NEGLIGIBLE = 40.0  # nats below a digit's best tile
_LEAST_REACH, _SPREADS = 4.5, 6.0
_NODES = 1024  # at once; of 10,000 digits their joint densities take 41 MB

OnShare = Callable[[float], None]
"""Called with the share that is done, from 0 to 1."""


def log_joint(network: Network, pixels: np.ndarray, z: np.ndarray) -> np.ndarray:
    """log p(x|z) + log p(z) in nats. pixels: (N, 784) float32 in [0, 1]; z: (K, 2). Returns (N, K) float32."""
    parts = [_joint(pixels, *_terms(network, z[i : i + _NODES])) for i in range(0, len(z), _NODES)]
    return np.concatenate(parts, axis=1)


def coarse_sums(
    network: Network, pixels: np.ndarray, corners: np.ndarray, on_share: OnShare = lambda share: None
) -> np.ndarray:
    """log of the sum over each tile's coarse nodes of p(x|z) p(z). Returns (N, T) float32."""
    nodes = _interleaved(TILE, COARSE).reshape(-1, 2)
    sums = np.empty((len(pixels), len(corners)), np.float32)
    together = _NODES // len(nodes)
    for start in range(0, len(corners), together):
        some = corners[start : start + together]
        terms = _terms(network, (some[:, None] + nodes).reshape(-1, 2))
        sums[:, start : start + together] = log_sum_exp(_joint(pixels, *terms).reshape(len(pixels), len(some), -1))
        on_share((start + len(some)) / len(corners))
    return sums


def promising(network: Network, pixels: np.ndarray, corners: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Where a digit may have mass: in tiles that are not negligible, where the encoder puts it, and in all their
    neighbours, for a narrow peak may lie between coarse nodes, or across a tile's border. Returns (N, T) bool.
    """
    side = math.isqrt(len(corners))
    mean, _ = network.encode(pixels)
    column, row = np.clip((mean - corners[0]) // TILE, 0, side - 1).astype(int).T
    held = (sums > sums.max(axis=1, keepdims=True) - _COARSELY_NEGLIGIBLE).reshape(-1, side, side)
    held[np.arange(len(held)), row, column] = True
    return maximum_filter(held, size=(1, 3, 3)).reshape(len(held), -1)


def row_sums(
    network: Network,
    pixels: np.ndarray,
    digits: np.ndarray,
    lower: np.ndarray,
    size: float,
    on_share: OnShare = lambda share: None,
) -> np.ndarray:
    """log of the sums of p(x|z) p(z) over the four lattices of each row's tile.

    digits: (R,), rows of pixels; lower: (R, 2), the tiles' lower left corners; size: their sides'. Returns (R, 4).
    """
    lattices = _interleaved(size, SIDE)  # (4, K, 2)
    corners, tile_of = np.unique(lower, axis=0, return_inverse=True)
    order = np.argsort(tile_of, kind="stable")
    ends = np.searchsorted(tile_of[order], np.arange(len(corners) + 1))
    parts = np.empty((len(digits), 4))
    together = _NODES // SIDE**2  # tiles that are decoded at once
    for start in range(0, len(corners), together):
        some = corners[start : start + together]
        logits, constant = _terms(network, (some[:, None, None] + lattices).reshape(-1, 2))
        for t in range(len(some)):
            nodes = slice(t * SIDE**2, (t + 1) * SIDE**2)
            rows = order[ends[start + t] : ends[start + t + 1]]
            joint = _joint(pixels[digits[rows]], logits[nodes], constant[nodes])
            parts[rows] = log_sum_exp(joint.reshape(len(rows), 4, -1))
        on_share((start + len(some)) / len(corners))
    return parts


def _interleaved(size: float, side: int) -> np.ndarray:
    """The nodes of a tile at the origin, side^2 in all, as four lattices of twice the spacing: (4, side^2 / 4, 2)."""
    inner = size / side * (np.arange(side) + 0.5)
    nodes = np.stack(np.meshgrid(inner, inner), -1).reshape(side // 2, 2, side // 2, 2, 2)
    return nodes.transpose(1, 3, 0, 2, 4).reshape(4, -1, 2)


def quarters(lower: np.ndarray, size: float) -> np.ndarray:
    """The lower left corners of the quarters of tiles so large. lower: (R, 2). Returns (4 R, 2)."""
    offsets = size / 2 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    return (lower[:, None] + offsets).reshape(-1, 2)


def _terms(network: Network, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What log p(x|z) + log p(z) is made of, for any x. z: (K, 2). Returns logits (K, 784), constant (K,) float32."""
    logits = network.logits(z.astype(np.float32))
    constant = -softplus(logits).sum(axis=1) - 0.5 * (z**2).sum(axis=1) - math.log(2 * math.pi)
    return logits, constant.astype(np.float32)


def _joint(pixels: np.ndarray, logits: np.ndarray, constant: np.ndarray) -> np.ndarray:
    """log p(x|z) + log p(z). pixels: (N, 784); the others as `_terms` returns them. Returns (N, K) float32."""
    return pixels @ logits.T + constant


def log_sum_exp(values: np.ndarray) -> np.ndarray:
    """Over the last axis, in place of which nothing is left; `values` is overwritten."""
    most = values.max(axis=-1, keepdims=True)
    values -= most
    np.exp(values, out=values)
    return np.log(values.sum(axis=-1)) + most[..., 0]


def reach_of(network: Network, pixels: np.ndarray) -> float:
    """Half the side of the square to sum over: the prior's bulk, and where the encoder thinks the digits are."""
    mean, log_var = network.encode(pixels)
    farthest = float((np.abs(mean) + _SPREADS * np.exp(0.5 * log_var)).max())
    return min(Z_LIMIT, TILE * math.ceil(max(_LEAST_REACH, farthest) / TILE))


def corners_within(reach: float) -> np.ndarray:
    """The lower left corner of each tile, (T, 2) float64."""
    starts = np.arange(-reach, reach - TILE / 2, TILE)
    return np.stack(np.meshgrid(starts, starts), -1).reshape(-1, 2)
