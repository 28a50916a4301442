"""The evidence log p(x) of digits, by numerical integration over the latent plane.

    p(x) = integral of p(x|z) N(z; 0, I) dz  ~  h^2 sum over nodes z_k of p(x|z_k) N(z_k; 0, I)

The nodes z_k form a regular lattice of spacing h. The sum converges faster than any power of h if the integrand is
smooth and vanishes at the border (Trefethen and Weideman 2014, section 5), and as h^2 if it has kinks, as with ReLU. It
is feasible because the latent space has two dimensions; in many, only a bound such as the ELBO is. For grey pixels
p(x|z) is a Bernoulli pseudo-likelihood, as in the reconstruction.

The method is adaptive. The plane is cut into tiles of side 1/2. First, p(x|z) p(z) is summed over 4 x 4 nodes in every
tile, for all digits. Then, for each digit, the tiles where it may have mass are summed over 8 x 8 nodes. While its
estimate is not accurate enough, those quarters of its tiles that contribute to it are tiles of the next stage, which
halves h.

The error of an estimate with spacing h is judged by its largest difference from five estimates with spacing 2 h, whose
lattices are shifted against each other: the one of the stage before, and four from every second node of this stage.
Fewer would not suffice: a narrow peak may lie between the nodes of two lattices, which then agree on a wrong result.
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
    flop,
    log_sum_exp,
    promising,
    quarters,
    reach_of,
    row_sums,
)
from vae_core.networks.decoder import Decoder
from vae_core.networks.network import Network

_SIZES = (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128)
"""Side of the tiles at each stage of refinement; the spacing is an eighth of it, 1/16 to 1/1024."""

_TOLERANCES = (0.01, 0.01, *5 * (0.3,))
"""At each stage, in nats: a digit is refined no further once its error estimate is below this.

The estimate is that of twice the spacing, and as a rule the error itself is far smaller: against sums with a tolerance
of 0.001 nats, of the test digits of `deep`, `seed` and `beta-0-25`, 0.05 nats at most and 0.0005 on average. The first
stages are stricter because of peaks that all their nodes may miss.
"""

_NEGLIGIBLE = (60.0, 20.0, 12.0, *4 * (9.0,))
"""At each stage, in nats: a quarter whose sum is so far below the largest of the digit's is not refined further.

The first stages are more cautious: their nodes, 1/16 and 1/32 apart, may miss a narrow peak or underestimate it.
"""

_MOST_FLOP = 8e12
"""Arithmetic, half a minute on two cores, after which no digit is refined further.

A usual run takes a fifth of it. A run whose training diverged may have hundreds of narrow peaks for every digit.
"""

_MOST_FLOP_FOR_ONE = 3e11
"""The same for a stage of the tiles of a single digit, while a visitor waits: a second or two."""

_DIGITS = 10_000  # whose coarse sums are computed together
_ROWS = 500_000  # pairs of a digit and a tile that are refined together: their sums take 64 MB
_COARSE_SHARE = 0.04  # of the time that the coarse sums take, for the progress shown
_USUAL_STAGES = 3  # of the refinement, which take nine tenths of its time or more, unless the training diverged
_OMITTED_MASS = 1e-4  # share of a digit's mass outside the tiles that `tiles_of_mass` returns


@dataclass(frozen=True)
class Evidence:
    """log p(x) of each digit, with an estimate of its error."""

    nats: np.ndarray
    """(N,) float64: log p(x)."""
    error_estimate: np.ndarray
    """(N,) float64, nats: the largest difference of `nats` from five estimates with twice the spacing. The
    error is smaller as a rule, for it falls with the square of the spacing or faster."""
    spacing: float
    """The smallest spacing h that any digit needed, in units of z."""
    reach: float
    """The sum is over the square from -reach to reach along both axes."""


def evidence(network: Network, images: np.ndarray, on_share: OnShare = lambda share: None) -> Evidence:
    """log p(x) of images (N, 28, 28) uint8, refined until the error estimate is below 0.3 nats.

    It stops before that, with larger estimates, at a spacing of 1/1024, or where the next stage would take more than
    8e12 operations in all. It takes 7 to 12 seconds for 10,000 digits and a usual network, a minute and a half if its
    training diverged, and at most about 200 MB. Raises RunDamaged if the encoder's numbers are not finite.
    """
    blocks = [to_pixels(images[i : i + _DIGITS]) for i in range(0, len(images), _DIGITS)]
    reach = max(reach_of(network.encoder, pixels) for pixels in blocks)
    corners = corners_within(reach)
    parts = []
    for b, pixels in enumerate(blocks):
        parts.append(_refined(network, pixels, corners, lambda share, b=b: on_share((b + share) / len(blocks))))
    nats, error_estimate = (np.concatenate(arrays) for arrays in zip(*(part[:2] for part in parts), strict=True))
    return Evidence(nats, error_estimate, min(part[2] for part in parts), reach)


def tiles_of_mass(network: Network, pixels: np.ndarray) -> tuple[np.ndarray, float]:
    """The tiles that contain all of a digit's posterior mass p(z|x) but at most 1e-4.

    pixels: (1, 784) float32 in [0, 1]. Returns the tiles' lower left corners (R, 2) and their side: 1/8, or more where
    so many small tiles have mass that they would take more than 3e11 operations.
    """
    corners = corners_within(reach_of(network.encoder, pixels))
    lower = corners[promising(network.encoder, pixels, corners, coarse_sums(network.decoder, pixels, corners))[0]]
    for size, negligible in zip(_SIZES[:3], _NEGLIGIBLE, strict=False):
        parts = row_sums(network.decoder, pixels, np.zeros(len(lower), int), lower, size)
        sums = np.logaddexp.reduce(parts, axis=1)  # (4, R), of each quarter
        finer = quarters(lower, size)[(sums > sums.max() - negligible).T.ravel()]
        if size == _SIZES[2] or flop(network.decoder, finer) > _MOST_FLOP_FOR_ONE:
            break
        lower = finer
    totals = np.logaddexp.reduce(sums, axis=0)
    masses = np.exp(totals - totals.max())
    order = np.argsort(masses)
    return lower[order[np.cumsum(masses[order]) > _OMITTED_MASS * masses.sum()]], size


def _refined(
    network: Network, pixels: np.ndarray, corners: np.ndarray, on_share: OnShare
) -> tuple[np.ndarray, np.ndarray, float]:
    """log p(x) and its error estimate, each (N,) in nats, and the smallest spacing that any digit needed.

    pixels: (N, 784) float32 in [0, 1]; corners: (T, 2), the tiles' lower left corners.
    """
    sums = coarse_sums(network.decoder, pixels, corners, lambda share: on_share(_COARSE_SHARE * share))  # (N, T)
    nats = log_sum_exp(sums.astype(np.float64)) + 2 * math.log(TILE / COARSE)  # log of the sum times h^2
    error_estimate = np.empty(len(pixels))
    candidates = promising(network.encoder, pixels, corners, sums)  # (N, T)
    ends = np.cumsum(candidates.sum(axis=1))
    parts = np.split(np.arange(len(pixels)), np.flatnonzero(np.diff(ends // _ROWS)) + 1)
    spacings = []
    for part in parts:
        before = part[0] / len(pixels)

        def on_part(share: float, before: float = before, size: float = len(part) / len(pixels)) -> None:
            on_share(_COARSE_SHARE + (1 - _COARSE_SHARE) * (before + size * share))

        digits, tiles = np.nonzero(candidates[part])
        spacings.append(
            _refine(
                network.decoder,
                pixels,
                part[digits],
                corners[tiles],
                nats,
                error_estimate,
                _MOST_FLOP * len(part) / len(pixels),
                on_part,
            )
        )
    on_share(1.0)
    return nats, error_estimate, min(spacings)


def _share_of(stages: float) -> float:
    """The share of the refinement's time that so many stages take."""
    return float(np.interp(stages, (0, _USUAL_STAGES, len(_SIZES)), (0, 0.9, 1)))


def _refine(
    decoder: Decoder,
    pixels: np.ndarray,
    digits: np.ndarray,
    lower: np.ndarray,
    nats: np.ndarray,
    error_estimate: np.ndarray,
    most_flop: float,
    on_share: OnShare,
) -> float:
    """Improve `nats` and `error_estimate`, each (N,), in place. Returns the smallest spacing that any digit needed.

    A row is a pair of a digit and a tile in which it may have mass; rows of the same digit are adjacent. digits: (R,),
    each row's index into pixels (N, 784); lower: (R, 2), its tile's lower left corner; most_flop: what all stages
    after the first may take together.
    """
    for stage, size in enumerate(_SIZES):
        parts = row_sums(  # (4, 4, R)
            decoder, pixels, digits, lower, size, lambda share, k=stage: on_share(_share_of(k + share))
        )
        spacing = size / SIDE
        starts = np.flatnonzero(np.diff(digits, prepend=-1))
        active, rows = digits[starts], np.diff(starts, append=len(digits))  # M digits, and how many rows each has
        lattices = np.logaddexp.reduceat(np.logaddexp.reduce(parts, axis=0), starts, axis=1)  # (4, M)
        finer = np.logaddexp.reduce(lattices, axis=0) + 2 * math.log(spacing)  # (M,)
        coarser = np.vstack([nats[active], lattices + 2 * math.log(2 * spacing)])  # (5, M)
        nats[active], error_estimate[active] = finer, np.abs(coarser - finer).max(axis=0)
        sums = np.logaddexp.reduce(parts, axis=1).T  # (R, 4), of each quarter
        least = np.maximum.reduceat(sums.max(axis=1), starts) - _NEGLIGIBLE[stage]  # (M,)
        least[error_estimate[active] < _TOLERANCES[stage]] = math.inf
        row, quarter = np.nonzero(sums > np.repeat(least, rows)[:, None])
        digits, lower = digits[row], quarters(lower, size).reshape(-1, 4, 2)[row, quarter]
        most_flop -= flop(decoder, lower)
        if not len(row) or most_flop < 0:
            break
    return spacing
