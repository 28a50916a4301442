"""PCA against scikit-learn's, and what it is for: a yardstick."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.evaluation import pca


def test_directions_are_those_of_scikit_learn(sample: Digits) -> None:
    images = sample.train_images
    mean, axes = pca.directions(images)
    expected = PCA(2, svd_solver="full").fit(to_pixels(images))
    np.testing.assert_allclose(axes.T @ axes, np.eye(2), atol=1e-9)
    np.testing.assert_allclose(np.abs(expected.components_ @ axes), np.eye(2), atol=1e-3)
    np.testing.assert_allclose(
        np.abs(pca.project(sample.test_images, mean, axes)),
        np.abs(expected.transform(to_pixels(sample.test_images))),
        atol=0.02,
    )


def test_accuracy_is_above_chance_and_below_a_good_map(sample: Digits) -> None:
    assert 0.3 < pca.accuracy(sample) < 0.5


@pytest.mark.mnist
def test_accuracy_on_mnist_is_as_published(mnist: Digits) -> None:
    assert pca.accuracy(mnist) == pytest.approx(0.42, abs=0.01)
