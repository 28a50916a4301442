"""Bent digits against SciPy's look-up; hidden pixels are counted."""

from typing import Any

import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf
from scipy.interpolate import CubicSpline

from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.training import augmentation

SEED = (3, 14)


@pytest.fixture(scope="module")
def pixels(sample: Digits) -> np.ndarray:
    return to_pixels(sample.train_images[:40])


def test_a_bent_digit_is_the_one_that_scipy_looks_up(pixels: np.ndarray):
    found = np.array(augmentation.affine(pixels, SEED)).reshape(-1, 28, 28)
    assert found.dtype == np.float32
    chance = tf.random.stateless_uniform((6, 40, 1), SEED, minval=-1.0, maxval=1.0)
    for digit, bent, (turn, shear, width, height, right, down) in zip(
        pixels.reshape(-1, 28, 28), found, np.array(chance)[..., 0].T, strict=True
    ):
        rotation = np.array([[np.cos(0.15 * turn), -np.sin(0.15 * turn)], [np.sin(0.15 * turn), np.cos(0.15 * turn)]])
        matrix = rotation @ np.diag([1 + 0.1 * width, 1 + 0.1 * height]) + [[0, 0.1 * shear], [0, 0]]  # of (x, y)
        matrix = matrix[::-1, ::-1]  # of (row, column)
        middle = np.array([13.5, 13.5])
        offset: Any = middle + 1.5 * np.array([down, right]) - matrix @ middle
        expected = scipy.ndimage.affine_transform(digit.astype(float), matrix, offset, order=1, mode="grid-constant")
        np.testing.assert_allclose(bent, expected, atol=1e-4)


def test_a_digit_on_rubber_is_the_one_that_scipy_looks_up(pixels: np.ndarray):
    """Where the affine map alone puts each pixel is known from the test above."""
    pixels = pixels[:10]
    found = np.array(augmentation.bend(pixels, SEED)).reshape(-1, 28, 28)
    x, y = (np.array(axis).reshape(-1, 28, 28) for axis in augmentation._origins(10, SEED, augmentation.JUDGE))
    nodes = np.array(tf.random.stateless_normal((2, 10, 5, 5), SEED), float)
    for i, digit in enumerate(pixels.reshape(-1, 28, 28)):
        right, down = (splined(splined(nodes[axis, i]).T).T for axis in (0, 1))
        looked_up = scipy.ndimage.map_coordinates(
            digit.astype(float), [y[i] + down, x[i] + right], order=1, mode="grid-constant"
        )
        np.testing.assert_allclose(found[i], looked_up, atol=1e-3)


def splined(nodes: np.ndarray) -> np.ndarray:
    """(5, K) -> (28, K): along the first axis, the natural cubic spline through the nodes."""
    return np.stack([CubicSpline(range(5), column, bc_type="natural")(np.linspace(0, 4, 28)) for column in nodes.T], 1)


def test_pixels_of_the_border_are_not_smeared_outwards():
    bent = np.array(augmentation.affine(np.ones((200, 784), np.float32), SEED))
    assert 0 <= bent.min() < 0.01
    assert bent.max() <= 1
    assert 0.8 < bent.mean() < 0.99


def test_each_digit_is_bent_in_its_own_way_and_the_same_for_the_same_seed(pixels: np.ndarray):
    same = np.repeat(pixels[:1], 5, axis=0)
    found = np.array(augmentation.affine(same, SEED))
    assert len(np.unique(found, axis=0)) == 5
    np.testing.assert_array_equal(augmentation.affine(same, SEED), found)
    assert (np.array(augmentation.affine(same, (3, 15))) != found).any()


@pytest.mark.parametrize("share", [0.1, 0.25, 0.9])
def test_a_share_of_the_pixels_is_hidden_and_the_mean_stays(share: float):
    pixels = np.full((100, 784), 0.5, np.float32)
    seen = np.array(augmentation.mask(pixels, share, SEED))
    rounded = round(256 * share) / 256
    assert (seen == 0).mean() == pytest.approx(rounded, abs=4 * np.sqrt(share * (1 - share) / pixels.size))
    np.testing.assert_allclose(np.unique(seen), [0, 0.5 / (1 - rounded)], rtol=1e-6)
    assert len(np.unique(seen, axis=0)) == 100
    np.testing.assert_array_equal(augmentation.mask(pixels, share, SEED), seen)
