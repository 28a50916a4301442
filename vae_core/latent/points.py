"""Points of the latent plane: checking, conversion, and their place in the prior N(0, I)."""

import math
from statistics import NormalDist

import numpy as np

from vae_core.config import LATENT_DIM
from vae_core.errors import LatentPointError

Z_LIMIT = 10.0
"""Coordinates beyond +-10 are refused: the prior's mass there is below 1e-22."""

Point = tuple[float, float]
"""(z1, z2), finite and within +-Z_LIMIT."""


def as_point(z1: object, z2: object) -> Point:
    """Two numbers, or their texts, as a Point. Raises LatentPointError, which names the coordinate that is wrong.

    A text may have the true minus sign that the pages write. It may not have the underscores that Python allows.
    """
    return _coordinate("z1", z1), _coordinate("z2", z2)


def as_points(z: np.ndarray) -> np.ndarray:
    """One point (2,) or several (N, 2) as float32 (N, 2), as `Network` expects them."""
    return np.asarray(z, np.float32).reshape(-1, LATENT_DIM)


def _coordinate(name: str, given: object) -> float:
    value = given.replace("\u2212", "-").replace("_", "?") if isinstance(given, str) else given
    try:
        number = float(value)  # type: ignore[arg-type]  # anything that a URL or a browser sends
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not abs(number) <= Z_LIMIT:
        found = str(given)[:40]
        raise LatentPointError(f"{name}: expected a number from -{Z_LIMIT:g} to {Z_LIMIT:g}; found {found!r}.")
    return number + 0.0  # turns -0.0 into 0.0


def point_text(z: Point) -> str:
    """A point as the pages write it: to two decimals, with true minus signs, and none before a zero."""
    z1, z2 = (f"{value:.2f}".replace("-0.00", "0.00").replace("-", "\u2212") for value in z)
    return f"z1 {z1}, z2 {z2}"


def prior_quantiles(z: Point) -> Point:
    """(Phi(z1), Phi(z2)), with Phi the CDF of N(0, 1): the prior's mass left of z and its mass below z, in [0, 1]."""
    return NormalDist().cdf(z[0]), NormalDist().cdf(z[1])


def random_point(noise: np.random.Generator) -> Point:
    """A draw from the prior N(0, I), clipped to +-Z_LIMIT."""
    z1, z2 = np.clip(noise.standard_normal(2), -Z_LIMIT, Z_LIMIT)
    return float(z1), float(z2)
