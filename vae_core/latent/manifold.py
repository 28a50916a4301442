"""The lattice of latent points, and the manifold: the mosaic of the digits decoded at them.

The nodes along each axis are norm.ppf(linspace(q, 1 - q, n)): evenly spaced in probability under the prior N(0, 1), not
in z, so that every tile represents the same share of the digits that the model generates. z1 increases to the right and
z2 upwards, as on the map: the mosaic's top row has the highest z2.
"""

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from vae_core.data.images import IMAGE_SIDE
from vae_core.errors import LatticeError

_PRIOR = NormalDist()

MIN_SIDE, MAX_SIDE, DEFAULT_SIDE = 5, 31, 15
MIN_QUANTILE, MAX_QUANTILE, DEFAULT_QUANTILE = 0.005, 0.25, 0.05


def as_lattice(n: object, q: object) -> tuple[int, float]:
    """Tiles a side and quantile, from numbers or their texts. Raises LatticeError, which says what was expected."""
    side, quantile = _number(n), _number(q)
    if not (MIN_SIDE <= side <= MAX_SIDE and side == int(side)):
        raise LatticeError(f"n: expected a whole number from {MIN_SIDE} to {MAX_SIDE}; found {str(n)[:40]!r}.")
    if not MIN_QUANTILE <= quantile <= MAX_QUANTILE:
        raise LatticeError(f"q: expected a number from {MIN_QUANTILE} to {MAX_QUANTILE}; found {str(q)[:40]!r}.")
    return int(side), round(quantile, 3)


def _number(given: object) -> float:
    try:
        return float(given)  # type: ignore[arg-type]  # anything that a URL asks for
    except (TypeError, ValueError, OverflowError):
        return math.nan


def lattice(n: int = DEFAULT_SIDE, q: float = DEFAULT_QUANTILE) -> np.ndarray:
    """The n nodes along one axis, ascending: (n,) float64. q: the prior's mass below the first node, in (0, 0.5)."""
    # inv_cdf equals norm.ppf to within rounding (a test compares them) and spares the app's start the import of SciPy.
    return np.array([_PRIOR.inv_cdf(p) for p in np.linspace(q, 1 - q, n)])


def lattice_points(n: int = DEFAULT_SIDE, q: float = DEFAULT_QUANTILE) -> np.ndarray:
    """The n * n nodes in the order of the mosaic's tiles, left to right and top to bottom: (n * n, 2) float32."""
    nodes = lattice(n, q)
    z1, z2 = np.meshgrid(nodes, nodes[::-1])
    return np.stack([z1.ravel(), z2.ravel()], axis=1).astype(np.float32)


def mosaic(
    decode: Callable[[np.ndarray], np.ndarray], n: int = DEFAULT_SIDE, q: float = DEFAULT_QUANTILE
) -> np.ndarray:
    """The lattice decoded in one batch: (28n, 28n) float32 in [0, 1]. decode: (N, 2) -> (N, 28, 28) in [0, 1]."""
    tiles = decode(lattice_points(n, q)).reshape(n, n, IMAGE_SIDE, IMAGE_SIDE)  # row, column, y, x
    return tiles.transpose(0, 2, 1, 3).reshape(n * IMAGE_SIDE, n * IMAGE_SIDE)
