"""The lattice is even in probability; the mosaic's z1 runs right and its z2 runs up."""

import numpy as np
import pytest
import scipy.stats

from tests.unit.builders import random_tensors
from vae_core.config import TrainingConfig
from vae_core.errors import LatticeError
from vae_core.latent.manifold import as_lattice, lattice, lattice_points, mosaic
from vae_core.networks.network import Network

PRINTED = [
    -1.64485363e00,
    -1.20404696e00,
    -9.20822976e-01,
    -6.97141435e-01,
    -5.03965367e-01,
    -3.28072108e-01,
    -1.61844167e-01,
    -1.39145821e-16,
    1.61844167e-01,
    3.28072108e-01,
    5.03965367e-01,
    6.97141435e-01,
    9.20822976e-01,
    1.20404696e00,
    1.64485363e00,
]
"""norm.ppf(np.linspace(0.05, 0.95, 15)), as the blog post printed it."""


def test_the_default_lattice_is_the_posts():
    np.testing.assert_allclose(lattice(), PRINTED, rtol=1e-8, atol=1e-15)


@pytest.mark.parametrize("q", [0.005, 0.05, 0.25])
@pytest.mark.parametrize("n", [2, 5, 6, 15, 31])
def test_the_nodes_are_the_priors_quantiles(n: int, q: float):
    nodes = lattice(n, q)
    np.testing.assert_allclose(
        nodes, scipy.stats.norm.ppf([q + i * (1 - 2 * q) / (n - 1) for i in range(n)]), atol=1e-12
    )
    assert (np.diff(nodes) > 0).all()
    np.testing.assert_allclose(nodes, -nodes[::-1], atol=1e-12)


def test_the_points_run_left_to_right_and_top_to_bottom():
    low, high = lattice(5, 0.1)[[0, -1]]
    points = lattice_points(5, 0.1)
    assert points.shape == (25, 2)
    assert points.dtype == np.float32
    corners = {0: (low, high), 4: (high, high), 20: (low, low), 24: (high, low)}
    for index, corner in corners.items():
        np.testing.assert_allclose(points[index], corner, rtol=1e-6)


@pytest.mark.parametrize("n", [5, 8, 15])
def test_the_mosaics_corners_are_the_lattices_corners(n: int):
    network = Network.from_tensors(random_tensors(TrainingConfig(decoder_widths=(9,))))
    picture = mosaic(network.decoder.decode, n)
    assert picture.shape == (28 * n, 28 * n)
    assert picture.dtype == np.float32
    edge = 1.6448536
    first, last = slice(0, 28), slice(28 * (n - 1), 28 * n)
    for rows, z2 in ((first, edge), (last, -edge)):
        for columns, z1 in ((first, -edge), (last, edge)):
            expected = network.decoder.decode(np.array([[z1, z2]], np.float32))[0]
            np.testing.assert_allclose(picture[rows, columns], expected, atol=1e-6)


def test_every_tile_lies_where_its_node_says():
    def stub(z: np.ndarray) -> np.ndarray:
        """Tiles whose left half is z1 and whose right half is z2, so that no flip or transposition goes unnoticed."""
        return np.concatenate([np.repeat(value[:, None, None], 28, 1).repeat(14, 2) for value in z.T], axis=2)

    picture = mosaic(stub, 6, 0.2)
    nodes = scipy.stats.norm.ppf(np.linspace(0.2, 0.8, 6))
    for row in range(6):
        for column in range(6):
            tile = picture[28 * row : 28 * (row + 1), 28 * column : 28 * (column + 1)]
            np.testing.assert_allclose(tile[:, :14], nodes[column], atol=1e-6)
            np.testing.assert_allclose(tile[:, 14:], nodes[5 - row], atol=1e-6)


def test_the_lattice_is_decoded_in_one_batch():
    batches: list[int] = []

    def decode(z: np.ndarray) -> np.ndarray:
        batches.append(len(z))
        return np.zeros((len(z), 28, 28), np.float32)

    mosaic(decode, 7)
    assert batches == [49]


@pytest.mark.parametrize(
    ("n", "q", "expected"), [("21", "0.01", (21, 0.01)), (5, 0.25, (5, 0.25)), ("15", "0.0501", (15, 0.05))]
)
def test_a_lattice_is_read_from_text(n: object, q: object, expected: tuple[int, float]):
    assert as_lattice(n, q) == expected


@pytest.mark.parametrize(
    ("n", "q"),
    [("4", 0.05), ("32", 0.05), ("7.5", 0.05), ("nan", 0.05), ("", 0.05), ("9" * 400, 0.05), (15, "0"), (15, "inf")],
)
def test_a_lattice_that_makes_no_sense_is_refused(n: object, q: object):
    with pytest.raises(LatticeError, match="expected a"):
        as_lattice(n, q)
