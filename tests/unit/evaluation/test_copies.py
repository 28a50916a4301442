"""Nearest training digits against scikit-learn; copies that were planted are found, and no others."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.evaluation import copies
from vae_core.evaluation.copies import near_copies, two_nearest

NOISE = np.random.default_rng(6)


@pytest.fixture(autouse=True)
def several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_BLOCK", 130)


@pytest.mark.parametrize("itself", [False, True])
def test_the_nearest_are_scikit_learns(sample: Digits, itself: bool):
    training = sample.train_images[:400]
    pixels = to_pixels(training[:50] if itself else sample.test_images[:50])
    found, _ = NearestNeighbors(n_neighbors=3).fit(to_pixels(training)).kneighbors(pixels)
    expected = 255 * (found[:, 1:] if itself else found[:, :2]) / 28
    np.testing.assert_allclose(two_nearest(pixels, training, itself), expected, rtol=1e-4)


def test_of_all_white_from_all_black_it_is_255_grey_levels():
    found = two_nearest(np.ones((1, 784), np.float32), np.zeros((1, 28, 28), np.uint8))
    assert found.tolist() == [[255, np.inf]]


def test_planted_copies_are_found_and_nothing_else(sample: Digits):
    training = sample.train_images
    pixels = to_pixels(sample.test_images[:200])
    planted = NOISE.choice(200, 20, replace=False)
    chosen = NOISE.choice(len(training), 20, replace=False)
    pixels[planted] = (to_pixels(training[chosen]) + NOISE.normal(0, 0.02, (20, 784))).clip(0, 1)
    found = near_copies(two_nearest(pixels, training))
    assert sorted(np.flatnonzero(found).tolist()) == sorted(planted.tolist())
