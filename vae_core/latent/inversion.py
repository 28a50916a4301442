"""Inversion: the latent point at which a decoder draws a given digit best, found by search.

An encoder answers in one pass where a digit belongs. A GAN has none, so the point must be searched for: the z that
minimises the squared error |G(z) - x|^2 over the pixels. There are many local minima, so the search begins at many
points: wherever the error on a lattice is lower than at all neighbouring nodes. From each it goes on by the
Levenberg-Marquardt method (Marquardt 1963), with the decoder's Jacobian; the best end is the answer.
"""

from dataclasses import dataclass

import numpy as np

from vae_core.latent.manifold import lattice_points
from vae_core.latent.points import Point, as_point
from vae_core.networks.decoder import Decoder

_SIDE, _QUANTILE = 61, 0.002
"""Of the lattice: it reaches to +-2.9, beyond which 0.4 % of the prior lie on each axis."""

_MOST_STARTS = 16
_STEPS = 12
_LIMIT = 4.0
"""Of |z1| and |z2|: farther out a decoder was hardly ever trained."""

_DAMPING, _LEAST_DAMPING, _MOST_DAMPING = 1e-1, 1e-6, 1e6


@dataclass(frozen=True)
class Inversion:
    """Where a decoder draws a digit best."""

    z: Point
    error: float
    """The mean squared error of a pixel, in [0, 1]."""
    starts: int
    """How many points the search began at."""


class Inverter:
    """A decoder whose drawings on a lattice are known, from which searches begin. Immutable; threads can share it."""

    def __init__(self, decoder: Decoder):
        self._decoder = decoder
        self._nodes = lattice_points(_SIDE, _QUANTILE)  # (N, 2)
        self._drawn = decoder.decode(self._nodes).reshape(len(self._nodes), -1)  # (N, 784)

    def invert(self, pixels: np.ndarray) -> Inversion:
        """The point whose drawing is nearest to a digit. pixels: (784,) float32 in [0, 1]."""
        starts = self._starts(pixels)
        z, errors = self._descend(starts, pixels)
        best = int(errors.argmin())
        return Inversion(as_point(*z[best].tolist()), float(errors[best]) / len(pixels), len(starts))

    def _starts(self, pixels: np.ndarray) -> np.ndarray:
        """The nodes whose error is lower than that of their eight neighbours, the best first: (S, 2) float32."""
        errors = np.square(self._drawn - pixels).sum(axis=1).reshape(_SIDE, _SIDE)
        around = np.pad(errors, 1, constant_values=np.inf)
        windows = np.lib.stride_tricks.sliding_window_view(around, (3, 3))  # (side, side, 3, 3)
        lowest = np.flatnonzero(errors.ravel() == windows.min(axis=(2, 3)).ravel())
        order = lowest[np.argsort(errors.ravel()[lowest], kind="stable")]
        return self._nodes[order[:_MOST_STARTS]]

    def _descend(self, z: np.ndarray, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Go downhill from each point at once. z: (S, 2). Returns the ends (S, 2) and their squared errors (S,)."""
        damping = np.full(len(z), _DAMPING)
        errors = self._errors(z, pixels)
        for _ in range(_STEPS):
            residuals = self._decoder.decode(z).reshape(len(z), -1) - pixels  # (S, 784)
            jacobian = self._decoder.jacobian(z)  # (S, 784, 2)
            transposed = jacobian.transpose(0, 2, 1)
            gradient = transposed @ residuals[..., None]  # (S, 2, 1)
            curvature = (transposed @ jacobian).astype(np.float64)  # (S, 2, 2)
            # Marquardt's scaling, and a little more, for where the drawing does not change at all.
            diagonal = np.einsum("skk->sk", curvature)
            diagonal += damping[:, None] * diagonal + 1e-9
            step = np.linalg.solve(curvature, -gradient.astype(np.float64))[..., 0]
            tried = np.clip(z + step, -_LIMIT, _LIMIT).astype(np.float32)
            found = self._errors(tried, pixels)
            better = found < errors
            z, errors = np.where(better[:, None], tried, z), np.where(better, found, errors)
            damping = np.clip(np.where(better, damping / 5, damping * 5), _LEAST_DAMPING, _MOST_DAMPING)
        return z, errors

    def _errors(self, z: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        """(S,) float64: the squared error of each drawing."""
        drawn = self._decoder.decode(z).reshape(len(z), -1)
        return np.square(drawn - pixels, dtype=np.float64).sum(axis=1)
