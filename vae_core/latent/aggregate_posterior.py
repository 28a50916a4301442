"""The aggregated posterior: where the digits are in the latent plane, taken together, each as wide as its posterior.

    q(z) = 1/N sum_n q(z|x_n)        (Makhzani et al. 2016; Hoffman and Johnson 2016)

Training wants it to equal the prior N(0, I): where it is denser or thinner, the manifold shows digits less or more
often than they occur. Each posterior is a product of two normal distributions, so all cells of a lattice together are
one matrix product, and a cell's mass is exact however narrow the posterior.
"""

import math

import numpy as np

from vae_core.latent.latent_map import LatentMap
from vae_core.latent.points import Z_LIMIT

_CELL = 1 / 32
_SPREADS = 8.0
_DIGITS = 5000  # a block takes about 50 MB


def masses(embedded: LatentMap, edges: np.ndarray) -> np.ndarray:
    """The mass of q(z) in each cell of the square lattice with these edges along either axis.

    edges: (n + 1,) ascending. Returns (n, n) float64, a row for each interval of z2; their sum is at most 1.
    """
    total = np.zeros((len(edges) - 1, len(edges) - 1))
    for start in range(0, len(embedded.means), _DIGITS):
        block = slice(start, start + _DIGITS)
        mean, spread = embedded.means[block].astype(np.float64), embedded.std[block].astype(np.float64)
        across, up = (_normal_masses(edges, mean[:, i], spread[:, i]) for i in range(2))  # (B, n)
        total += up.T @ across
    return total / len(embedded.means)


def kl_from_prior(embedded: LatentMap) -> float:
    """KL(q(z) || N(0, I)) in nats, over cells 1/32 wide.

    Of cells, and so a lower bound that rises as they shrink; of N digits, and so above what endlessly many would give.
    """
    farthest = float((np.abs(embedded.means) + _SPREADS * embedded.std).max())
    reach = min(Z_LIMIT, _CELL * math.ceil(farthest / _CELL))
    edges = np.arange(-round(reach / _CELL), round(reach / _CELL) + 1) * _CELL
    found = masses(embedded, edges)
    prior = _normal_masses(edges, np.zeros(1), np.ones(1))[0]
    expected = np.outer(prior, prior)
    held = (found > 0) & (expected > 0)
    return float((found[held] * np.log(found[held] / expected[held])).sum())


def _normal_masses(edges: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """The mass of N(mean, spread^2) between neighbouring edges. mean, spread: (B,). Returns (B, n)."""
    from scipy.special import ndtr  # a tenth of a second, which the app's start does not need

    return np.diff(ndtr((edges - mean[:, None]) / spread[:, None]), axis=1)
