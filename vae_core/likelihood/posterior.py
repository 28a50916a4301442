"""The exact posterior of a digit, p(z|x), on a lattice: what the encoder's is held against."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vae_core.data.images import to_pixels
from vae_core.likelihood.evidence import tiles_of_mass
from vae_core.likelihood.tiles import log_joint
from vae_core.networks.network import Network

_FINEST, _COARSEST = 1 / 1024, 1 / 32  # spacings
_NODES, _LATTICE = 16_384, 262_144  # decoded and in all, at most, unless even the coarsest spacing needs more


@dataclass(frozen=True)
class Posterior:
    """p(z|x) of one digit on a window of the lattice that holds all of its mass but a ten-thousandth."""

    z1: np.ndarray
    """(n1,) float64, ascending."""
    z2: np.ndarray
    """(n2,) float64, ascending."""
    density: np.ndarray
    """(n2, n1) float64 per unit of area: a row is one z2. Zero where next to nothing is."""

    @property
    def cell(self) -> float:
        """The area that a node stands for."""
        return float((self.z1[1] - self.z1[0]) * (self.z2[1] - self.z2[0]))

    def level(self, mass: float) -> float:
        """The density whose level set holds this share of the mass: the border of the highest density region."""
        ranked = np.sort(self.density.ravel())[::-1]
        return float(ranked[np.searchsorted(np.cumsum(ranked) * self.cell, mass).clip(max=len(ranked) - 1)])

    def within(self, mean: Sequence[float], spread: Sequence[float], mass: float) -> float:
        """How much of the mass lies in the ellipse that holds the share `mass` of N(mean, diag(spread^2))."""
        z1, z2 = np.meshgrid((self.z1 - mean[0]) / spread[0], (self.z2 - mean[1]) / spread[1])
        return float(self.density[z1**2 + z2**2 <= -2 * math.log(1 - mass)].sum() * self.cell)


def exact_posterior(network: Network, image: np.ndarray) -> Posterior:
    """The exact posterior of one image (28, 28) uint8, on nodes 1/1024 apart, or more, at most 1/32, if it is wide."""
    pixels = to_pixels(image)
    lower, side = tiles_of_mass(network, pixels)
    low, high = lower.min(axis=0), lower.max(axis=0) + side
    spacing = _FINEST
    while spacing < _COARSEST and (
        len(lower) * (side / spacing) ** 2 > _NODES or np.prod((high - low) / spacing) > _LATTICE
    ):
        spacing *= 2
    axes = [low[i] + spacing * (np.arange(round((high[i] - low[i]) / spacing)) + 0.5) for i in range(2)]
    z1, z2 = np.meshgrid(*axes)
    held = np.zeros([round(extent) for extent in (high - low)[::-1] / side], bool)
    held[tuple(np.rint((lower - low) / side).astype(int).T[::-1])] = True
    nodes = held.repeat(round(side / spacing), axis=0).repeat(round(side / spacing), axis=1)  # those in the tiles
    joint = log_joint(network, pixels, np.column_stack([z1[nodes], z2[nodes]]))[0].astype(np.float64)
    density = np.zeros(z1.shape)
    density[nodes] = np.exp(joint - joint.max())
    return Posterior(axes[0], axes[1], density / (density.sum() * spacing**2))
