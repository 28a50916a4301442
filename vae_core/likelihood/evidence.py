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
from dataclasses import dataclass

import numpy as np

from vae_core.data.images import to_pixels
from vae_core.likelihood.tiles import (
    COARSE,
    SIDE,
    TILE,
    OnShare,
    coarse_sums,
    corners_within,
    log_sum_exp,
    promising,
    quarters,
    reach_of,
    row_sums,
)
from vae_core.networks.network import Network

TOLERANCE = 0.01
"""nats: a digit is done whose log p(x) moves less than this from what lattices of twice the spacing say."""

_SIZES = (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128)  # of the tiles that are looked at more closely
# nats below a digit's best tile, by size. Nodes 1/16 apart may lie beside a narrow peak, and those 1/32 apart may hide
# its height.
_NEGLIGIBLE = (math.inf, 40.0, 16.0, *4 * (12.0,))
_DIGITS = 10_000  # summed over coarse nodes together
_ROWS = 500_000  # digits with a tile each that are refined together; halved twice, their sums take 64 MB at a time
_COARSE_SHARE = 0.12  # of the time, about
_LEFT_OUT = 1e-4  # the share of a digit's mass that its tiles may leave out


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


def evidence(network: Network, images: np.ndarray, on_share: OnShare = lambda share: None) -> Evidence:
    """log p(x) of images (N, 28, 28) uint8, each refined until it moves less than TOLERANCE or the spacing is 1/1024.

    Takes some seconds for 10,000 digits, a minute where the decoder is large and sharp, and at most about 200 MB.
    """
    blocks = [to_pixels(images[i : i + _DIGITS]) for i in range(0, len(images), _DIGITS)]
    reach = max(reach_of(network, pixels) for pixels in blocks)
    corners = corners_within(reach)
    parts = []
    for b, pixels in enumerate(blocks):
        parts.append(_refined(network, pixels, corners, lambda share, b=b: on_share((b + share) / len(blocks))))
    nats, moved = (np.concatenate(arrays) for arrays in zip(*(part[:2] for part in parts), strict=True))
    return Evidence(nats, moved, min(part[2] for part in parts), reach)


def tiles_of_mass(network: Network, pixels: np.ndarray) -> tuple[np.ndarray, float]:
    """Where one digit has all of its mass but a ten-thousandth: tiles' lower left corners (R, 2), and their side.

    pixels: (1, 784) float32 in [0, 1].
    """
    corners = corners_within(reach_of(network, pixels))
    lower = corners[promising(network, pixels, corners, coarse_sums(network, pixels, corners))[0]]
    for size, negligible in zip(_SIZES[:3], _NEGLIGIBLE, strict=False):
        sums = np.logaddexp.reduce(row_sums(network, pixels, np.zeros(len(lower), int), lower, size), axis=1)
        held = sums > sums.max() - negligible
        tiles, masses = lower[held], np.exp(sums[held] - sums.max())
        lower = quarters(tiles, size)
    order = np.argsort(masses)
    return tiles[order[np.cumsum(masses[order]) > _LEFT_OUT * masses.sum()]], size


def _refined(
    network: Network, pixels: np.ndarray, corners: np.ndarray, on_share: OnShare
) -> tuple[np.ndarray, np.ndarray, float]:
    """log p(x), how far it moved, and the finest spacing that any digit needed."""
    sums = coarse_sums(network, pixels, corners, lambda share: on_share(_COARSE_SHARE * share))  # (N, T)
    nats, moved = log_sum_exp(sums.astype(np.float64)) + 2 * math.log(TILE / COARSE), np.empty(len(pixels))
    held = promising(network, pixels, corners, sums)
    ends = np.cumsum(held.sum(axis=1))
    parts = np.split(np.arange(len(pixels)), np.flatnonzero(np.diff(ends // _ROWS)) + 1)
    spacings = []
    for part in parts:
        begun = part[0] / len(pixels)

        def told(share: float, begun: float = begun, size: float = len(part) / len(pixels)) -> None:
            on_share(_COARSE_SHARE + (1 - _COARSE_SHARE) * (begun + size * share))

        digits, tiles = np.nonzero(held[part])
        spacings.append(_refine(network, pixels, part[digits], corners[tiles], nats, moved, told))
    on_share(1.0)
    return nats, moved, min(spacings)


def _refine(
    network: Network,
    pixels: np.ndarray,
    digits: np.ndarray,
    lower: np.ndarray,
    nats: np.ndarray,
    moved: np.ndarray,
    on_share: OnShare,
) -> float:
    """Write what finer nodes say over nats and moved (N,). Returns the finest spacing that any digit needed.

    A row is a digit together with a tile where it may have mass, a digit's rows side by side. digits: (R,), rows of
    pixels; lower: (R, 2), the tiles' lower left corners.
    """
    for stage, size in enumerate(_SIZES):
        parts = row_sums(
            network, pixels, digits, lower, size, lambda share, k=stage: on_share((k + share) / len(_SIZES))
        )
        starts = np.flatnonzero(np.diff(digits, prepend=-1))
        moving, rows = digits[starts], np.diff(starts, append=len(digits))
        totals = np.logaddexp.reduceat(parts, starts, axis=0) + 2 * math.log(2 * size / SIDE)  # (M, 4)
        now = np.logaddexp.reduce(totals, axis=1) - math.log(4)
        coarser = np.column_stack([nats[moving], totals])  # (M, 5)
        nats[moving], moved[moving] = now, np.abs(coarser - now[:, None]).max(axis=1)
        held = np.logaddexp.reduce(parts, axis=1)
        best = np.maximum.reduceat(held, starts)
        kept = np.repeat(moved[moving] >= TOLERANCE, rows) & (held > np.repeat(best, rows) - _NEGLIGIBLE[stage])
        if not kept.any():
            break
        digits, lower = np.repeat(digits[kept], 4), quarters(lower[kept], size)
    return size / SIDE
