"""The evidence of a digit by quadrature over the latent plane, and where on it the digit has its mass.

    p(x) = integral of p(x|z) N(z; 0, I) dz  ~  h^2 sum over nodes z_k of p(x|z_k) N(z_k; 0, I)

In two dimensions this sum can be taken; in more it has to be bounded, which is what the ELBO does. On a regular lattice
it converges faster than any power of h where the integrand is smooth and dies away at the border (Trefethen and
Weideman 2014, section 5), and still as h^2 across the kinks that ReLU leaves in it. Grey pixels make it a Bernoulli
pseudo-likelihood, as the reconstruction is.

The plane is cut into tiles. All digits are summed over coarse nodes in every tile; tiles where a digit may have mass
are then halved, and halved again, for the digits whose sum is not certain yet, so that finer nodes are placed on ever
less of the plane. A sum is certain where five lattices of twice the spacing, each shifted against the others, agree
with it: two alone may agree by chance, when a narrow peak lies between the nodes of both.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter

from vae_core.data import to_pixels
from vae_core.latent import Z_LIMIT
from vae_core.likelihood import softplus
from vae_core.network import Network

TILE = 0.5
TOLERANCE = 0.01
"""nats: a digit is done whose log p(x) moves less than this from what lattices of twice the spacing say."""

_COARSE, _SIDE = 4, 8  # nodes along a tile's side: at first, and when it is looked at more closely
_SIZES = (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128)  # of the tiles that are looked at more closely
# nats below a digit's best tile: of the coarse tiles, and by size. Nodes 1/16 apart may lie beside a narrow peak, and
# those 1/32 apart may hide its height.
_COARSELY_NEGLIGIBLE, _NEGLIGIBLE = 40.0, (math.inf, 40.0, 16.0, *4 * (12.0,))
_LEAST_REACH, _SPREADS = 4.5, 6.0
_NODES, _DIGITS = 1024, 10_000  # a block's joint densities take 41 MB
_ROWS = 500_000  # digits with a tile each that are refined together; halved twice, their sums take 64 MB at a time
_COARSE_SHARE = 0.12  # of the time, about
_LEFT_OUT = 1e-4  # the share of a digit's mass that its tiles may leave out

Tell = Callable[[float], None]
"""Told the share that is done, from 0 to 1."""


@dataclass(frozen=True)
class Evidence:
    """log p(x) of each digit, and how far it can be trusted."""

    nats: np.ndarray
    """(N,) float64: log p(x)."""
    moved: np.ndarray
    """(N,) float64, nats: how far off the farthest of five lattices of twice the spacing is. Its own error is less."""
    spacing: float
    """The finest spacing h that any digit needed."""
    reach: float
    """The sum is over the square from -reach to reach."""


def evidence(network: Network, images: np.ndarray, tell: Tell = lambda share: None) -> Evidence:
    """log p(x) of images (N, 28, 28) uint8, each refined until it moves less than TOLERANCE or the spacing is 1/1024.

    Takes some seconds for 10,000 digits, a minute where the decoder is large and sharp, and at most about 200 MB.
    """
    blocks = [to_pixels(images[i : i + _DIGITS]) for i in range(0, len(images), _DIGITS)]
    reach = max(_reach(network, pixels) for pixels in blocks)
    corners = _corners(reach)
    parts = []
    for b, pixels in enumerate(blocks):
        parts.append(_refined(network, pixels, corners, lambda share, b=b: tell((b + share) / len(blocks))))
    nats, moved = (np.concatenate(arrays) for arrays in zip(*(part[:2] for part in parts), strict=True))
    return Evidence(nats, moved, min(part[2] for part in parts), reach)


def tiles_of_mass(network: Network, pixels: np.ndarray) -> tuple[np.ndarray, float]:
    """Where one digit has all of its mass but a ten-thousandth: tiles' lower left corners (R, 2), and their side.

    pixels: (1, 784) float32 in [0, 1].
    """
    corners = _corners(_reach(network, pixels))
    lower = corners[_promising(network, pixels, corners, _tile_sums(network, pixels, corners))[0]]
    for size, negligible in zip(_SIZES[:3], _NEGLIGIBLE, strict=False):
        sums = np.logaddexp.reduce(_row_sums(network, pixels, np.zeros(len(lower), int), lower, size), axis=1)
        held = sums > sums.max() - negligible
        tiles, masses = lower[held], np.exp(sums[held] - sums.max())
        lower = _quarters(tiles, size)
    order = np.argsort(masses)
    return tiles[order[np.cumsum(masses[order]) > _LEFT_OUT * masses.sum()]], size


def log_joint(network: Network, pixels: np.ndarray, z: np.ndarray) -> np.ndarray:
    """log p(x|z) + log p(z) in nats. pixels: (N, 784) float32 in [0, 1]; z: (K, 2). Returns (N, K) float32."""
    parts = [_joint(pixels, *_terms(network, z[i : i + _NODES])) for i in range(0, len(z), _NODES)]
    return np.concatenate(parts, axis=1)


def _refined(
    network: Network, pixels: np.ndarray, corners: np.ndarray, tell: Tell
) -> tuple[np.ndarray, np.ndarray, float]:
    """log p(x), how far it moved, and the finest spacing that any digit needed."""
    sums = _tile_sums(network, pixels, corners, lambda share: tell(_COARSE_SHARE * share))  # (N, T)
    nats, moved = _log_sum_exp(sums.astype(np.float64)) + 2 * math.log(TILE / _COARSE), np.empty(len(pixels))
    promising = _promising(network, pixels, corners, sums)
    ends = np.cumsum(promising.sum(axis=1))
    parts = np.split(np.arange(len(pixels)), np.flatnonzero(np.diff(ends // _ROWS)) + 1)
    spacings = []
    for part in parts:
        begun = part[0] / len(pixels)

        def told(share: float, begun: float = begun, size: float = len(part) / len(pixels)) -> None:
            tell(_COARSE_SHARE + (1 - _COARSE_SHARE) * (begun + size * share))

        digits, tiles = np.nonzero(promising[part])
        spacings.append(_refine(network, pixels, part[digits], corners[tiles], nats, moved, told))
    tell(1.0)
    return nats, moved, min(spacings)


def _refine(
    network: Network,
    pixels: np.ndarray,
    digits: np.ndarray,
    lower: np.ndarray,
    nats: np.ndarray,
    moved: np.ndarray,
    tell: Tell,
) -> float:
    """Write what finer nodes say over nats and moved (N,). Returns the finest spacing that any digit needed.

    A row is a digit together with a tile where it may have mass, a digit's rows side by side. digits: (R,), rows of
    pixels; lower: (R, 2), the tiles' lower left corners.
    """
    for stage, size in enumerate(_SIZES):
        parts = _row_sums(network, pixels, digits, lower, size, lambda share, k=stage: tell((k + share) / len(_SIZES)))
        starts = np.flatnonzero(np.diff(digits, prepend=-1))
        moving, rows = digits[starts], np.diff(starts, append=len(digits))
        totals = np.logaddexp.reduceat(parts, starts, axis=0) + 2 * math.log(2 * size / _SIDE)  # (M, 4)
        now = np.logaddexp.reduce(totals, axis=1) - math.log(4)
        coarser = np.column_stack([nats[moving], totals])  # (M, 5)
        nats[moving], moved[moving] = now, np.abs(coarser - now[:, None]).max(axis=1)
        held = np.logaddexp.reduce(parts, axis=1)
        best = np.maximum.reduceat(held, starts)
        kept = np.repeat(moved[moving] >= TOLERANCE, rows) & (held > np.repeat(best, rows) - _NEGLIGIBLE[stage])
        if not kept.any():
            break
        digits, lower = np.repeat(digits[kept], 4), _quarters(lower[kept], size)
    return size / _SIDE


def _tile_sums(
    network: Network, pixels: np.ndarray, corners: np.ndarray, tell: Tell = lambda share: None
) -> np.ndarray:
    """log of the sum over each tile's coarse nodes of p(x|z) p(z). Returns (N, T) float32."""
    nodes = _interleaved(TILE, _COARSE).reshape(-1, 2)
    sums = np.empty((len(pixels), len(corners)), np.float32)
    together = _NODES // len(nodes)
    for start in range(0, len(corners), together):
        some = corners[start : start + together]
        terms = _terms(network, (some[:, None] + nodes).reshape(-1, 2))
        sums[:, start : start + together] = _log_sum_exp(_joint(pixels, *terms).reshape(len(pixels), len(some), -1))
        tell((start + len(some)) / len(corners))
    return sums


def _promising(network: Network, pixels: np.ndarray, corners: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Where a digit may have mass: in tiles that are not negligible, where the encoder puts it, and in all their
    neighbours, for a narrow peak may lie between coarse nodes, or across a tile's border. Returns (N, T) bool.
    """
    side = math.isqrt(len(corners))
    mean, _ = network.encode(pixels)
    column, row = np.clip((mean - corners[0]) // TILE, 0, side - 1).astype(int).T
    held = (sums > sums.max(axis=1, keepdims=True) - _COARSELY_NEGLIGIBLE).reshape(-1, side, side)
    held[np.arange(len(held)), row, column] = True
    return maximum_filter(held, size=(1, 3, 3)).reshape(len(held), -1)


def _row_sums(
    network: Network,
    pixels: np.ndarray,
    digits: np.ndarray,
    lower: np.ndarray,
    size: float,
    tell: Tell = lambda share: None,
) -> np.ndarray:
    """log of the sums of p(x|z) p(z) over the four lattices of each row's tile.

    digits: (R,), rows of pixels; lower: (R, 2), the tiles' lower left corners; size: their sides'. Returns (R, 4).
    """
    lattices = _interleaved(size, _SIDE)  # (4, K, 2)
    corners, tile_of = np.unique(lower, axis=0, return_inverse=True)
    order = np.argsort(tile_of, kind="stable")
    ends = np.searchsorted(tile_of[order], np.arange(len(corners) + 1))
    parts = np.empty((len(digits), 4))
    together = _NODES // _SIDE**2  # tiles that are decoded at once
    for start in range(0, len(corners), together):
        some = corners[start : start + together]
        logits, constant = _terms(network, (some[:, None, None] + lattices).reshape(-1, 2))
        for t in range(len(some)):
            nodes = slice(t * _SIDE**2, (t + 1) * _SIDE**2)
            rows = order[ends[start + t] : ends[start + t + 1]]
            joint = _joint(pixels[digits[rows]], logits[nodes], constant[nodes])
            parts[rows] = _log_sum_exp(joint.reshape(len(rows), 4, -1))
        tell((start + len(some)) / len(corners))
    return parts


def _interleaved(size: float, side: int) -> np.ndarray:
    """The nodes of a tile at the origin, side^2 in all, as four lattices of twice the spacing: (4, side^2 / 4, 2)."""
    inner = size / side * (np.arange(side) + 0.5)
    nodes = np.stack(np.meshgrid(inner, inner), -1).reshape(side // 2, 2, side // 2, 2, 2)
    return nodes.transpose(1, 3, 0, 2, 4).reshape(4, -1, 2)


def _quarters(lower: np.ndarray, size: float) -> np.ndarray:
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


def _log_sum_exp(values: np.ndarray) -> np.ndarray:
    """Over the last axis, in place of which nothing is left; `values` is overwritten."""
    most = values.max(axis=-1, keepdims=True)
    values -= most
    np.exp(values, out=values)
    return np.log(values.sum(axis=-1)) + most[..., 0]


def _reach(network: Network, pixels: np.ndarray) -> float:
    """Half the side of the square to sum over: the prior's bulk, and where the encoder thinks the digits are."""
    mean, log_var = network.encode(pixels)
    farthest = float((np.abs(mean) + _SPREADS * np.exp(0.5 * log_var)).max())
    return min(Z_LIMIT, TILE * math.ceil(max(_LEAST_REACH, farthest) / TILE))


def _corners(reach: float) -> np.ndarray:
    """The lower left corner of each tile, (T, 2) float64."""
    starts = np.arange(-reach, reach - TILE / 2, TILE)
    return np.stack(np.meshgrid(starts, starts), -1).reshape(-1, 2)
