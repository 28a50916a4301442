"""Density and coverage: whether samples lie among real points, and whether they reach all of these (Naeem et al. 2020).

Around each real point lies a ball as far as its k-th nearest other real point. Density: of how many balls a sample lies
in, on average, 1/k; 1 for samples that are spread as the real points are, more where they crowd at the most typical of
them. Coverage: the share of balls that hold a sample; at best about 1 - 2^-k.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import numpy as np

from vae_core.cores import for_each

Result = TypeVar("Result")

NEIGHBOURS = 5
"""k, as in the paper."""

_ROWS = 1000
"""So many real points are compared with all others at a time: 40 MB of distances for 10,000."""


class DensityCoverage(NamedTuple):
    densities: np.ndarray
    """(M,) float64, of each sample: equation 5 is their mean."""
    covered: np.ndarray
    """(N,) bool, of each real point: equation 6 is their mean."""


def squared_radii(real: np.ndarray) -> np.ndarray:
    """The squared radius of each point's ball, (N,). real: (N, D) float32.

    With too few points for k neighbours, the farthest of them counts.
    """
    k = min(NEIGHBOURS, len(real) - 1)  # the nearest, at 0, is the point itself

    def of_rows(distances: np.ndarray, rows: slice) -> np.ndarray:
        distances.partition(k, axis=1)
        return distances[:, k].copy()

    return np.concatenate(list(_for_each_rows(real, real, of_rows)))


def density_coverage(real: np.ndarray, radii: np.ndarray, samples: np.ndarray) -> DensityCoverage:
    """real: (N, D) float32; radii: as from `squared_radii`; samples: (M, D) float32."""

    def of_rows(distances: np.ndarray, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        inside = distances < radii[rows, None]
        return inside.sum(axis=0), np.asarray(inside.any(axis=1))

    counts, covered = zip(*_for_each_rows(real, samples, of_rows), strict=True)
    return DensityCoverage(np.sum(counts, axis=0) / NEIGHBOURS, np.concatenate(covered))


def _for_each_rows(
    points: np.ndarray, others: np.ndarray, compute: Callable[[np.ndarray, slice], Result]
) -> Iterator[Result]:
    """What `compute` makes of each block of rows of the matrix of squared distances: (rows, M) float32; which rows."""
    centre = points.mean(axis=0)  # far from 0, squares would lose digits
    points, others = points - centre, others - centre
    squares = np.einsum("md,md->m", others, others)

    def of_block(first: int) -> Result:
        block = points[first : first + _ROWS]
        distances = block @ others.T
        distances *= -2
        distances += squares
        distances += np.einsum("nd,nd->n", block, block)[:, None]
        return compute(distances, slice(first, first + len(block)))

    return for_each(of_block, range(0, len(points), _ROWS))
