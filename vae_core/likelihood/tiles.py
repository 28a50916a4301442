"""Square tiles of the latent plane, and sums of the joint density p(x|z) p(z) over nodes in them.

Densities and sums are returned as logarithms, in nats. Nodes are decoded in blocks to bound the memory. Letters in
shapes: N digits, T tiles, R rows (pairs of a digit and a tile), K nodes.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy.ndimage import maximum_filter

from vae_core.cores import for_each
from vae_core.latent.points import Z_LIMIT
from vae_core.likelihood.elbo import softplus
from vae_core.networks.decoder import Decoder
from vae_core.networks.dense import weights
from vae_core.networks.encoder import Encoder

TILE = 0.5
"""Side of a tile before it is refined, in units of z."""

COARSE, SIDE = 4, 8
"""Nodes along the side of a tile: in the first, coarse sum, and in the refinements."""

_COARSELY_NEGLIGIBLE = 40.0  # nats below a digit's largest sum: in such a tile it has no mass to speak of
_LEAST_REACH = 4.5  # standard deviations of the prior
_STDS = 6.0  # standard deviations around each posterior mean that the tiles cover
_NODES = 512  # decoded at once: in blocks that fit the processor's cache, all is faster
_DIGITS = 1000  # whose joint densities with so many nodes are computed at once, likewise

_FLOP_PER_ROW = 1e6  # to sum a tile of a digit; measured as time, in which as many operations of matrices fit
_FLOP_PER_NODE = 1e6  # besides the decoder's matrices


OnShare = Callable[[float], None]
"""Called with the share of the work that is done, from 0 to 1."""


def log_joint(decoder: Decoder, pixels: np.ndarray, z: np.ndarray) -> np.ndarray:
    """log p(x|z) + log p(z) in nats. pixels: (N, 784) float32 in [0, 1]; z: (K, 2). Returns (K, N) float32."""
    return np.concatenate([_joint(pixels, *_terms(decoder, z[i : i + _NODES])) for i in range(0, len(z), _NODES)])


def coarse_sums(
    decoder: Decoder, pixels: np.ndarray, corners: np.ndarray, on_share: OnShare = lambda share: None
) -> np.ndarray:
    """log of the sum of p(x|z) p(z) over the COARSE^2 nodes of each tile, for each digit.

    pixels: (N, 784) float32 in [0, 1]; corners: (T, 2), the tiles' lower left corners. Returns (N, T) float32.
    """
    nodes = _interleaved(TILE, COARSE).reshape(-1, 1, 2)  # (K, 1, 2)
    sums = np.empty((len(pixels), len(corners)), np.float32)
    together = _NODES // len(nodes)

    def sum_some(start: int) -> None:
        some = slice(start, start + together)
        shape = (len(nodes), len(corners[some]), -1)  # nodes first: NumPy sums along a short last axis slowly
        logits, constant = _terms(decoder, (nodes + corners[some]).reshape(-1, 2))
        for first in range(0, len(pixels), _DIGITS):
            block = slice(first, first + _DIGITS)
            sums[block, some] = log_sum_exp(_joint(pixels[block], logits, constant).reshape(shape), axis=0).T

    starts = range(0, len(corners), together)
    for start, _ in zip(starts, for_each(sum_some, starts), strict=True):
        on_share(min(1.0, (start + together) / len(corners)))
    return sums


def promising(encoder: Encoder, pixels: np.ndarray, corners: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """In which tiles each digit may have mass: (N, T) bool.

    These are the tiles whose sum is not negligible, the tile in which the encoder puts the digit, and all neighbours of
    both, because a narrow peak may lie between coarse nodes or across the border of a tile. corners: (T, 2), of a
    square of tiles; sums: (N, T), by `coarse_sums`.
    """
    side = math.isqrt(len(corners))
    mean, _ = encoder.encode(pixels)
    column, row = np.clip((mean - corners[0]) // TILE, 0, side - 1).astype(int).T
    chosen = (sums > sums.max(axis=1, keepdims=True) - _COARSELY_NEGLIGIBLE).reshape(-1, side, side)
    chosen[np.arange(len(chosen)), row, column] = True
    return maximum_filter(chosen, size=(1, 3, 3)).reshape(len(chosen), -1)


def row_sums(
    decoder: Decoder,
    pixels: np.ndarray,
    digits: np.ndarray,
    lower: np.ndarray,
    size: float,
    on_share: OnShare = lambda share: None,
) -> np.ndarray:
    """log of the sum of p(x|z) p(z) over the nodes of each row's tile, in sixteen parts.

    digits: (R,), each row's index into pixels (N, 784); lower: (R, 2), its tile's lower left corner; size: the side of
    all tiles. Returns (4, 4, R) float64: for each quarter of the tile (in the order of `quarters`) and each of the four
    interleaved lattices (see `_interleaved`).
    """
    inner = quarters(np.zeros((1, 2)), size)[:, None, None] + _interleaved(size / 2, SIDE // 2)  # (4, 4, K, 2)
    corners, tile_of = np.unique(lower, axis=0, return_inverse=True)
    order = np.argsort(tile_of, kind="stable")
    ends = np.searchsorted(tile_of[order], np.arange(len(corners) + 1))
    parts = np.empty((4, 4, len(digits)))
    together = _NODES // SIDE**2  # tiles decoded at once

    def sum_some(start: int) -> None:
        some = corners[start : start + together]
        logits, constant = _terms(decoder, (some[:, None, None, None] + inner).reshape(-1, 2))
        for t in range(len(some)):
            nodes = slice(t * SIDE**2, (t + 1) * SIDE**2)
            rows = order[ends[start + t] : ends[start + t + 1]]
            joint = _joint(pixels[digits[rows]], logits[nodes], constant[nodes])
            parts[..., rows] = log_sum_exp(joint.reshape(*inner.shape[:-1], -1), axis=2)

    starts = range(0, len(corners), together)
    for start, _ in zip(starts, for_each(sum_some, starts), strict=True):
        on_share(min(1.0, (start + together) / len(corners)))
    return parts


def flop(decoder: Decoder, lower: np.ndarray) -> float:
    """How many operations `row_sums` takes. lower: (R, 2), the lower left corners of the rows' tiles."""
    nodes = SIDE**2 * len(np.unique(lower, axis=0))
    return len(lower) * _FLOP_PER_ROW + nodes * (2 * weights(decoder.layers) + _FLOP_PER_NODE)


def _interleaved(size: float, side: int) -> np.ndarray:
    """The side^2 nodes of a tile whose lower left corner is 0, split into four lattices: every second node along each
    axis, beginning with the first or the second. Returns (4, side^2 / 4, 2)."""
    inner = size / side * (np.arange(side) + 0.5)
    nodes = np.stack(np.meshgrid(inner, inner), -1).reshape(side // 2, 2, side // 2, 2, 2)
    return nodes.transpose(1, 3, 0, 2, 4).reshape(4, -1, 2)


def quarters(lower: np.ndarray, size: float) -> np.ndarray:
    """Quarter each tile. lower: (R, 2), lower left corners; size: the tiles' side. Returns the quarters' (4 R, 2)."""
    offsets = size / 2 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    return (lower[:, None] + offsets).reshape(-1, 2)


def _terms(decoder: Decoder, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The parts of log p(x|z) + log p(z) = x . logits + constant that do not depend on x.

    z: (K, 2). Returns logits (K, 784) and constant (K,), both float32.
    """
    logits = decoder.logits(z.astype(np.float32))
    constant = -softplus(logits).sum(axis=1) - 0.5 * (z**2).sum(axis=1) - math.log(2 * math.pi)
    return logits, constant.astype(np.float32)


def _joint(pixels: np.ndarray, logits: np.ndarray, constant: np.ndarray) -> np.ndarray:
    """log p(x|z) + log p(z) from the results of `_terms`. pixels: (N, 784). Returns (K, N) float32."""
    joint = logits @ pixels.T
    joint += constant[:, None]
    return joint


def log_sum_exp(values: np.ndarray, axis: int = -1) -> np.ndarray:
    """log(sum(exp(values))) over an axis, without overflow. `values` is overwritten, to save memory."""
    largest = values.max(axis=axis, keepdims=True)
    values -= largest
    np.exp(values, out=values)
    return np.log(values.sum(axis=axis)) + largest.squeeze(axis)


def reach_of(encoder: Encoder, pixels: np.ndarray) -> float:
    """Half the side of the square around 0 to sum over, a multiple of TILE, at most Z_LIMIT.

    It covers 4.5 standard deviations of the prior, and 6 of the encoder's posterior of each digit. pixels: (N, 784).
    """
    mean, log_var = encoder.encode(pixels)
    farthest = float((np.abs(mean) + _STDS * np.exp(0.5 * log_var)).max())
    return min(Z_LIMIT, TILE * math.ceil(max(_LEAST_REACH, farthest) / TILE))


def corners_within(reach: float) -> np.ndarray:
    """The lower left corners of the tiles of the square from -reach to reach, z1 varying fastest: (T, 2) float64."""
    starts = np.arange(-reach, reach - TILE / 2, TILE)
    return np.stack(np.meshgrid(starts, starts), -1).reshape(-1, 2)
