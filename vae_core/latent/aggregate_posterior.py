"""The aggregated posterior: the mean of the posteriors of all encoded digits, a density over the latent plane.

    q(z) = 1/N sum_n q(z|x_n)        (Makhzani et al. 2016; Hoffman and Johnson 2016)

Ideally it equals the prior N(0, I), from which z is drawn to generate digits: where q(z) is higher than the prior, the
model generates such digits less often than they occur. Each posterior is a product of two normal distributions, so the
mass of q(z) in a rectangular cell follows from the normal CDF, exactly however narrow a posterior is, and the masses of
all cells of a lattice are one matrix product.
"""

import math

import numpy as np

from vae_core.cores import for_each
from vae_core.latent.latent_map import LatentMap
from vae_core.latent.points import Z_LIMIT

CELL = 1 / 128
"""Side of a cell, in units of z. Half of it would raise the KL of `deep`, whose posteriors are narrow, by 0.6 %."""

_STDS = 8.0  # standard deviations around each mean that the cells cover, if Z_LIMIT allows
_DIGITS = 1000  # at once, which takes 40 MB at most


def masses(embedded: LatentMap, edges: np.ndarray) -> np.ndarray:
    """The mass of q(z) in each cell of a square lattice. edges: (n + 1,) ascending, the cells' borders along both axes.

    Returns (n, n) float64: a row for each interval of z2, a column for each of z1. Their sum is at most 1.
    """
    total = np.zeros((len(edges) - 1, len(edges) - 1))

    def product(block: slice) -> np.ndarray:
        z1_masses, z2_masses = _block_masses(embedded, edges, block)
        return z2_masses.T @ z1_masses

    for part in for_each(product, _blocks(embedded)):
        total += part
    return total / len(embedded.means)


def kl_from_prior(embedded: LatentMap) -> np.ndarray:
    """KL(q(z) || N(0, I)) in nats, as (N,) values of the digits whose mean it is.

    It is the sum over cells of side CELL of q log(q / p), with q and p the masses in a cell; since q is the mean of the
    digits' own masses, it is the mean of the digits' sums of mass times log(q / p). How these vary tells how far the
    KL would move with other digits: they are its influence function, but for a constant.

    It deviates from the KL of the two densities in two ways. Cells make it smaller, the more the larger they are (the
    log sum inequality). And q(z) is the mean over N digits, which makes it larger on average than with the q(z) of
    infinitely many digits, because KL is convex.
    """
    farthest = float((np.abs(embedded.means) + _STDS * embedded.std).max())
    reach = min(Z_LIMIT, CELL * math.ceil(farthest / CELL))
    edges = np.arange(-round(reach / CELL), round(reach / CELL) + 1) * CELL
    q = masses(embedded, edges)
    interval_masses = _normal_masses(edges, np.zeros(1), np.ones(1))[0]
    p = np.outer(interval_masses, interval_masses)
    positive = (q > 0) & (p > 0)  # far out, masses round to 0
    ratio = np.divide(q, p, out=np.ones_like(q), where=positive)
    log_ratio = np.log(ratio, out=ratio)  # 0 where a mass is 0

    def values_of(block: slice) -> np.ndarray:
        z1_masses, z2_masses = _block_masses(embedded, edges, block)
        return np.einsum("bi,bi->b", z2_masses @ log_ratio, z1_masses)

    return np.concatenate([np.empty(0), *for_each(values_of, _blocks(embedded))])


def _blocks(embedded: LatentMap) -> list[slice]:
    """The digits in blocks."""
    return [slice(start, start + _DIGITS) for start in range(0, len(embedded.means), _DIGITS)]


def _block_masses(embedded: LatentMap, edges: np.ndarray, block: slice) -> tuple[np.ndarray, np.ndarray]:
    """The masses of the digits' posteriors along z1 and along z2, each (B, n)."""
    mean, std = embedded.means[block].astype(np.float64), embedded.std[block].astype(np.float64)
    z1_masses, z2_masses = (_normal_masses(edges, mean[:, i], std[:, i]) for i in range(2))
    return z1_masses, z2_masses


def _normal_masses(edges: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """The mass of N(mean, std^2) between neighbouring edges (n + 1,). mean, std: (B,). Returns (B, n)."""
    from scipy.special import ndtr  # here, because it takes a tenth of a second, which the app's start does not need

    return np.diff(ndtr((edges - mean[:, None]) / std[:, None]), axis=1)
