"""The evidence of a digit, and its exact posterior, by quadrature over the latent plane.

    p(x) = integral of p(x|z) N(z; 0, I) dz  ~  h^2 sum over nodes z_k of p(x|z_k) N(z_k; 0, I)

In two dimensions this sum can be taken; in more it has to be bounded, which is what the ELBO does. On a regular lattice
it converges faster than any power of h where the integrand is smooth and dies away at the border (Trefethen and
Weideman 2014, section 5), and still as h^2 across the kinks that ReLU leaves in it. Grey pixels make it a Bernoulli
pseudo-likelihood, as the reconstruction is.

The plane is cut into tiles. All digits are summed over coarse nodes in every tile; finer nodes are then placed only in
the tiles where a digit has mass, for the digits whose sum is not certain yet. It is where five lattices of twice the
spacing, each shifted against the others, agree with it: two alone may agree by chance, when a narrow peak lies between
the nodes of both.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vae_core.data import to_pixels
from vae_core.latent import Z_LIMIT
from vae_core.likelihood import softplus
from vae_core.network import Network

TILE = 0.5
TOLERANCE = 0.01
"""nats: a digit is done whose log p(x) moves less than this from what lattices of twice the spacing say."""

_SIDES = (4, 8, 16, 32)  # nodes along a tile's side, from coarse to fine
_NEGLIGIBLE = (40.0, 20.0, 15.0)  # nats below a digit's best tile; between coarse nodes a peak may hide its height
_LEAST_REACH, _SPREADS = 4.5, 6.0
_NODES, _DIGITS = 1024, 10_000  # a block's joint densities take 41 MB

Tell = Callable[[float], None]
"""Told the share that is done, from 0 to 1."""


@dataclass(frozen=True)
class Evidence:
    """log p(x) of each digit, and how far it can be trusted."""

    nats: np.ndarray
    """(N,) float64: log p(x)."""
    moved: np.ndarray
    """(N,) float64, nats: how far off the farthest of five lattices of twice the spacing is. Its own error is less."""
    spacing: float
    """The finest spacing h that any digit needed."""
    reach: float
    """The sum is over the square from -reach to reach."""


@dataclass(frozen=True)
class Posterior:
    """p(z|x) of one digit on a window of the lattice that holds all of its mass but exp(-40)."""

    z1: np.ndarray
    """(n1,) float64, ascending."""
    z2: np.ndarray
    """(n2,) float64, ascending."""
    density: np.ndarray
    """(n2, n1) float64 per unit of area: a row is one z2."""

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


def evidence(network: Network, images: np.ndarray, tell: Tell = lambda share: None) -> Evidence:
    """log p(x) of images (N, 28, 28) uint8, each refined until it moves less than TOLERANCE or the spacing is 1/64.

    Takes a few seconds for 10,000 digits and at most about 200 MB.
    """
    blocks = [to_pixels(images[i : i + _DIGITS]) for i in range(0, len(images), _DIGITS)]
    reach = max(_reach(network, pixels) for pixels in blocks)
    corners = _corners(reach)
    parts = []
    for b, pixels in enumerate(blocks):
        parts.append(_refined(network, pixels, corners, lambda share, b=b: tell((b + share) / len(blocks))))
    nats, moved = (np.concatenate(arrays) for arrays in zip(*(part[:2] for part in parts), strict=True))
    return Evidence(nats, moved, TILE / max(part[2] for part in parts), reach)


def posterior(network: Network, image: np.ndarray) -> Posterior:
    """The exact posterior of one image (28, 28) uint8, on nodes 1/32 or less apart."""
    pixels = to_pixels(image)
    corners = _corners(_reach(network, pixels))
    tiles = _tile_sums(network, pixels, corners)[0]
    held = corners[tiles > tiles.max() - _NEGLIGIBLE[0]]
    low, high = held.min(axis=0), held.max(axis=0) + TILE
    fine = _SIDES[-1] if len(held) <= 16 else _SIDES[-2]  # in many tiles the posterior is wide, and coarser nodes do
    axes = [low[i] + TILE / fine * (np.arange(round((high[i] - low[i]) / TILE) * fine) + 0.5) for i in range(2)]
    z1, z2 = np.meshgrid(*axes)
    joint = np.concatenate([_joint(network, pixels, z)[0] for z in _blocks(np.stack([z1, z2], -1).reshape(-1, 2))])
    density = np.exp(joint - joint.max()).reshape(z1.shape)
    return Posterior(axes[0], axes[1], density / (density.sum() * (TILE / fine) ** 2))


def _refined(
    network: Network, pixels: np.ndarray, corners: np.ndarray, tell: Tell
) -> tuple[np.ndarray, np.ndarray, int]:
    """log p(x), how far it moved, and the number of nodes along a tile's side that the hardest digit needed."""
    moving, moved = np.arange(len(pixels)), np.empty(len(pixels))
    sums = _tile_sums(network, pixels, corners, lambda share: tell(share / len(_SIDES)))  # (N, T)
    nats = _log_sum_exp(sums.astype(np.float64)) + _log_cell(_SIDES[0])
    for level, side in enumerate(_SIDES[1:], start=1):
        held = sums > sums.max(axis=1, keepdims=True) - _NEGLIGIBLE[level - 1]
        sums, totals = np.full(sums.shape, -np.inf, np.float32), np.full((len(moving), 4), -np.inf)
        tiles, lattices = np.flatnonzero(held.any(axis=0)), _interleaved(side)
        for done, t in enumerate(tiles):
            members = np.flatnonzero(held[:, t])
            parts = _sums(network, pixels[moving[members]], corners[t] + lattices)  # (M, 4)
            sums[members, t] = np.logaddexp.reduce(parts, axis=1)
            totals[members] = np.logaddexp(totals[members], parts)
            tell((level + done / len(tiles)) / len(_SIDES))
        now = np.logaddexp.reduce(totals, axis=1) + _log_cell(side)
        coarser = np.column_stack([nats[moving], totals + _log_cell(side / 2)])  # (N, 5)
        nats[moving], moved[moving] = now, np.abs(coarser - now[:, None]).max(axis=1)
        still = moved[moving] >= TOLERANCE
        moving, sums = moving[still], sums[still]
        if not len(moving):
            break
    tell(1.0)
    return nats, moved, side


def _tile_sums(
    network: Network, pixels: np.ndarray, corners: np.ndarray, tell: Tell = lambda share: None
) -> np.ndarray:
    """log of the sum over each tile's coarse nodes of p(x|z) p(z). Returns (N, T) float32."""
    nodes = _interleaved(_SIDES[0]).reshape(-1, 2)
    sums = np.empty((len(pixels), len(corners)), np.float32)
    together = _NODES // len(nodes)
    for start in range(0, len(corners), together):
        some = corners[start : start + together]
        sums[:, start : start + together] = _sums(network, pixels, some[:, None] + nodes)
        tell((start + len(some)) / len(corners))
    return sums


def _sums(network: Network, pixels: np.ndarray, z: np.ndarray) -> np.ndarray:
    """log of the sums of p(x|z) p(z) over groups of nodes. pixels: (N, 784); z: (G, K, 2). Returns (N, G) float32."""
    return _log_sum_exp(_joint(network, pixels, z.reshape(-1, 2)).reshape(len(pixels), *z.shape[:2]))


def _interleaved(side: int) -> np.ndarray:
    """The nodes of a tile at the origin, side^2 in all, as four lattices of twice the spacing: (4, side^2 / 4, 2)."""
    inner = TILE / side * (np.arange(side) + 0.5)
    nodes = np.stack(np.meshgrid(inner, inner), -1).reshape(side // 2, 2, side // 2, 2, 2)
    return nodes.transpose(1, 3, 0, 2, 4).reshape(4, -1, 2)


def _joint(network: Network, pixels: np.ndarray, z: np.ndarray) -> np.ndarray:
    """log p(x|z) + log p(z). pixels: (N, 784); z: (K, 2). Returns (N, K) float32."""
    logits = network.logits(z.astype(np.float32))  # (K, 784)
    constant = -softplus(logits).sum(axis=1) - 0.5 * (z**2).sum(axis=1) - math.log(2 * math.pi)
    return pixels @ logits.T + constant.astype(np.float32)


def _log_sum_exp(values: np.ndarray) -> np.ndarray:
    """Over the last axis, in place of which nothing is left; `values` is overwritten."""
    most = values.max(axis=-1, keepdims=True)
    values -= most
    np.exp(values, out=values)
    return np.log(values.sum(axis=-1)) + most[..., 0]


def _log_cell(side: float) -> float:
    """log of the area that a node stands for where a tile has so many along its side."""
    return 2 * math.log(TILE / side)


def _reach(network: Network, pixels: np.ndarray) -> float:
    """Half the side of the square to sum over: the prior's bulk, and where the encoder thinks the digits are."""
    mean, log_var = network.encode(pixels)
    farthest = float((np.abs(mean) + _SPREADS * np.exp(0.5 * log_var)).max())
    return min(Z_LIMIT, TILE * math.ceil(max(_LEAST_REACH, farthest) / TILE))


def _corners(reach: float) -> np.ndarray:
    """The lower left corner of each tile, (T, 2) float64."""
    starts = np.arange(-reach, reach - TILE / 2, TILE)
    return np.stack(np.meshgrid(starts, starts), -1).reshape(-1, 2)


def _blocks(z: np.ndarray) -> Iterator[np.ndarray]:
    return (z[i : i + _NODES] for i in range(0, len(z), _NODES))
