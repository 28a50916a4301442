"""The Frechet distance between two sets of points, each taken for a normal distribution (Heusel et al. 2017).

    d^2 = |m1 - m2|^2 + tr(S1 + S2 - 2 (S1^1/2 S2 S1^1/2)^1/2)

with the means m and the covariances S (Dowson and Landau 1982). As in most papers, what is called the distance is d^2.
It is biased: the fewer the points, the larger it is, so it compares only at the same numbers of points.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

_NOTHING = 1e-10
"""A share of the largest eigenvalue that counts as 0: what float64 cannot tell from it."""

_ROWS = 1000


@dataclass(frozen=True)
class Gaussian:
    """A set of points taken for a normal distribution."""

    points: np.ndarray
    """(N, D)."""

    @functools.cached_property
    def mean(self) -> np.ndarray:
        """(D,) float64."""
        return self.points.mean(axis=0, dtype=np.float64)

    @functools.cached_property
    def covariance(self) -> np.ndarray:
        """(D, D) float64; of a single point it is 0."""
        products = np.zeros((len(self.mean), len(self.mean)))
        for block in self.centred():
            products += block.T @ block
        return products / max(len(self.points) - 1, 1)

    @functools.cached_property
    def powers(self) -> tuple[np.ndarray, np.ndarray]:
        """The covariance's square root, and the inverse of that where it has one: each (D, D)."""
        return _powers(self.covariance)

    def centred(self) -> Iterator[np.ndarray]:
        """The points less their mean, in blocks (rows, D) float64: all at once they would take much memory."""
        for start in range(0, len(self.points), _ROWS):
            yield self.points[start : start + _ROWS] - self.mean


def frechet_distance(first: Gaussian, second: Gaussian) -> float:
    """The squared distance of two distributions."""
    root, _ = second.powers
    eigenvalues = np.linalg.eigvalsh(root @ first.covariance @ root).clip(0)
    apart = first.mean - second.mean
    spread = np.trace(first.covariance) + np.trace(second.covariance) - 2 * np.sqrt(eigenvalues).sum()
    return max(float(apart @ apart + spread), 0.0)


def standard_error(first: Gaussian, second: Gaussian) -> float:
    """How far the squared distance would move with other points of the same two distributions.

    By the delta method: it is that of the mean of the points' influences, added up for both sets. I - T is the
    derivative of the squared distance by a covariance (Bhatia, Jain and Lim 2019, theorem 1), where T is the linear map
    that carries this distribution to the other.
    """
    root, inverse = second.powers
    cross_root, cross_inverse = _powers(root @ first.covariance @ root)
    to_first, to_second = inverse @ cross_root @ inverse, root @ cross_inverse @ root
    apart = first.mean - second.mean
    return (_variance(first, to_second, apart) + _variance(second, to_first, -apart)) ** 0.5


def _powers(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The square root of a symmetric, positive semidefinite matrix, and the root's inverse where it has one."""
    values, vectors = np.linalg.eigh(matrix)
    roots = np.sqrt(np.where(values > _NOTHING * values[-1], values, 0))
    inverses = np.divide(1, roots, out=np.zeros_like(roots), where=roots > 0)
    return (vectors * roots) @ vectors.T, (vectors * inverses) @ vectors.T


def _variance(of: Gaussian, transport: np.ndarray, apart: np.ndarray) -> float:
    """The variance of the squared distance that comes from the points of one set.

    The influence of a point x is (x - m)' (I - T) (x - m) + 2 (x - m)' (m - m'), less a constant, with m' the mean of
    the other set. transport: T; apart: m - m'.
    """
    influences = [np.einsum("nd,nd->n", block, block - block @ transport + 2 * apart) for block in of.centred()]
    return float(np.concatenate(influences).var()) / max(len(of.points) - 1, 1)
