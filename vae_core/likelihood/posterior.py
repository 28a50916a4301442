"""The exact posterior p(z|x) of a digit on a lattice, to compare with the encoder's approximation q(z|x)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vae_core.data.images import to_pixels
from vae_core.likelihood.evidence import tiles_of_mass
from vae_core.likelihood.tiles import log_joint
from vae_core.networks.network import Network

_FINEST, _COARSEST = 1 / 1024, 1 / 32  # spacings of the lattice
# Nodes that are decoded, and nodes of the whole lattice: the spacing is chosen so that there are at most so many,
# unless even the coarsest one needs more.
_NODES, _LATTICE = 16_384, 262_144


@dataclass(frozen=True)
class Posterior:
    """p(z|x) of one digit, at the nodes of a rectangular lattice that contains all of its mass but at most 1e-4."""

    z1: np.ndarray
    """(n1,) float64, ascending."""
    z2: np.ndarray
    """(n2,) float64, ascending."""
    density: np.ndarray
    """(n2, n1) float64 per unit of area: a row for each z2. Zero outside the tiles that contain the mass."""

    @property
    def cell(self) -> float:
        """The area of a lattice cell, in units of z squared."""
        return float((self.z1[1] - self.z1[0]) * (self.z2[1] - self.z2[0]))

    @property
    def mode(self) -> tuple[float, float]:
        """The node of the highest density: the most probable place of the digit on the map."""
        row, column = np.unravel_index(self.density.argmax(), self.density.shape)
        return float(self.z1[column]), float(self.z2[row])

    def level(self, mass: float) -> float:
        """The density at the border of the highest-density region that contains this share of the mass, in (0, 1)."""
        ranked = np.sort(self.density.ravel())[::-1]
        return float(ranked[np.searchsorted(np.cumsum(ranked) * self.cell, mass).clip(max=len(ranked) - 1)])

    def within(self, mean: Sequence[float], std: Sequence[float], mass: float) -> float:
        """The share of this posterior inside the ellipse that contains the share `mass` of N(mean, diag(std^2))."""
        z1, z2 = np.meshgrid((self.z1 - mean[0]) / std[0], (self.z2 - mean[1]) / std[1])
        return float(self.density[z1**2 + z2**2 <= -2 * math.log(1 - mass)].sum() * self.cell)


def exact_posterior(network: Network, image: np.ndarray) -> Posterior:
    """The exact posterior of one image (28, 28) uint8.

    The nodes are 1/1024 apart, or, for a wide posterior, twice, four times, ... as far, up to 1/32. Raises RunDamaged
    if the encoder's numbers are not finite.
    """
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
    tiles = np.zeros([round(extent) for extent in (high - low)[::-1] / side], bool)  # which have mass: by z2, z1
    tiles[tuple(np.rint((lower - low) / side).astype(int).T[::-1])] = True
    nodes = tiles.repeat(round(side / spacing), axis=0).repeat(round(side / spacing), axis=1)  # (n2, n1) bool
    joint = log_joint(network.decoder, pixels, np.column_stack([z1[nodes], z2[nodes]]))[:, 0].astype(np.float64)
    density = np.zeros(z1.shape)
    density[nodes] = np.exp(joint - joint.max())
    return Posterior(axes[0], axes[1], density / (density.sum() * spacing**2))
