"""Tiles of the plane: their sums, against the joint density at each of their nodes; and which of them hold mass."""

import numpy as np
import pytest
import scipy.special
import scipy.stats

from tests.unit.builders import CONFIG, GREY, GREYS, peaked_network, random_tensors
from vae_core.data.images import to_pixels
from vae_core.likelihood import tiles
from vae_core.likelihood.elbo import reconstruction_nats
from vae_core.likelihood.tiles import coarse_sums, corners_within, log_joint, promising, quarters, row_sums
from vae_core.networks.network import Network

NETWORK = Network.from_tensors(random_tensors(CONFIG))
PIXELS = to_pixels(GREYS)


def nodes(corner: np.ndarray, size: float, side: int) -> np.ndarray:
    """A tile's nodes, so many along its side, each in the middle of its own square: (side, side, 2)."""
    inner = size / side * (np.arange(side) + 0.5)
    return np.array([[(corner[0] + z1, corner[1] + z2) for z1 in inner] for z2 in inner])


def summed(digit: int, z: np.ndarray) -> float:
    """log of the sum of a digit's joint density over these nodes."""
    return float(np.logaddexp.reduce(log_joint(NETWORK.decoder, PIXELS[[digit]], z.reshape(-1, 2))[:, 0].astype(float)))


def test_the_joint_density_is_the_likelihood_times_the_prior(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tiles, "_NODES", 3)  # so that blocks are seen to leave no node out
    z = np.random.default_rng(4).normal(size=(7, 2))
    found = log_joint(NETWORK.decoder, PIXELS, z)
    assert (found.shape, found.dtype) == ((7, 3), np.float32)
    for row, point in zip(found, z, strict=True):
        logits = NETWORK.decoder.logits(point[None].astype(np.float32)).astype(float)
        prior = scipy.stats.norm.logpdf(point).sum()
        np.testing.assert_allclose(row, prior - reconstruction_nats(PIXELS, logits), rtol=1e-5)


def test_tiles_side_by_side_cover_the_square():
    corners = corners_within(1.0)
    assert sorted(map(tuple, corners)) == [(z1, z2) for z1 in (-1, -0.5, 0, 0.5) for z2 in (-1, -0.5, 0, 0.5)]
    assert sorted(map(tuple, quarters(corners[:1], 0.5))) == [(-1, -1), (-1, -0.75), (-0.75, -1), (-0.75, -0.75)]


def test_a_coarse_sum_is_that_of_sixteen_nodes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tiles, "_NODES", 48)  # three tiles at once
    corners, shares = corners_within(1.0), []
    found = coarse_sums(NETWORK.decoder, PIXELS, corners, shares.append)
    expected = [[summed(digit, nodes(corner, 0.5, 4)) for corner in corners] for digit in range(3)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.parametrize("size", [0.5, 0.125])
def test_the_sums_of_a_row_are_of_every_second_node_of_each_quarter_of_its_tile(size: float):
    digits, lower = np.array([2, 0, 1]), np.array([[0.5, -1.0], [0.0, 0.5], [0.5, -1.0]])
    found = row_sums(NETWORK.decoder, PIXELS, digits, lower, size)
    assert found.shape == (4, 4, 3)
    for sums, digit, corner in zip(found.transpose(2, 0, 1), digits, lower, strict=True):
        for of_quarter, quarter in zip(sums, quarters(corner[None], size), strict=True):
            z = nodes(quarter, size / 2, 4)
            expected = [summed(digit, z[i::2, j::2]) for i in range(2) for j in range(2)]
            np.testing.assert_allclose(of_quarter, expected, rtol=1e-6)


def test_tiles_on_both_sides_of_a_border_are_looked_at_where_a_peak_lies_on_it():
    network, corners = peaked_network((0.1065, 0.004), 0.0028), corners_within(4.5)
    held = promising(network.encoder, to_pixels(GREY), corners, coarse_sums(network.decoder, to_pixels(GREY), corners))[
        0
    ]
    assert {(0.0, 0.0), (0.0, -0.5)} <= set(map(tuple, corners[held]))
    assert held.sum() < len(corners) / 4
