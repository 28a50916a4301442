"""PCA of the digits to two dimensions: the simplest map, and so a baseline for the accuracy of any other.

The principal directions are the eigenvectors of the pixels' covariance with the largest eigenvalues (Pearson 1901). The
covariance is summed in blocks, which takes a quarter of the memory of scikit-learn's PCA, and spares its import.
"""

import numpy as np

from vae_core.config import LATENT_DIM
from vae_core.data.digits import Digits
from vae_core.data.images import PIXELS, to_pixels
from vae_core.latent.latent_map import LatentMap

_BLOCK = 5000  # digits at once


def directions(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """images: (N, 28, 28) uint8. Returns the mean of their pixels (784,) and the two principal directions (784, 2).

    The directions are orthonormal float64, that of the larger variance first.
    """
    total, products = np.zeros(PIXELS), np.zeros((PIXELS, PIXELS))
    for start in range(0, len(images), _BLOCK):
        pixels = to_pixels(images[start : start + _BLOCK])
        total += pixels.sum(axis=0, dtype=np.float64)
        products += pixels.T @ pixels
    mean = total / len(images)
    _, vectors = np.linalg.eigh(products / len(images) - np.outer(mean, mean))  # by ascending eigenvalue
    return mean, vectors[:, : -LATENT_DIM - 1 : -1]


def project(images: np.ndarray, mean: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """The coordinates of images in the plane, (N, 2) float32. mean: (784,) and axes: (784, 2), by `directions`."""
    blocks = [(to_pixels(images[i : i + _BLOCK]) - mean) @ axes for i in range(0, len(images), _BLOCK)]
    return np.concatenate([np.empty((0, LATENT_DIM)), *blocks]).astype(np.float32)


def accuracy(digits: Digits, k: int = 5) -> float:
    """The share of test digits classified rightly by the most frequent class of their k nearest training digits.

    Nearest in the plane of the training digits' two principal directions. Where there are no training digits, the other
    test digits take their place. Takes about a second for MNIST.
    """
    plane = directions(digits.train_images if len(digits.train_images) else digits.test_images)
    tests, training = (
        LatentMap(means, np.zeros_like(means), labels)
        for means, labels in (
            (project(digits.test_images, *plane), digits.test_labels),
            (project(digits.train_images, *plane), digits.train_labels),
        )
    )
    counts = tests.votes_of_neighbours(training, k)
    return float((counts.argmax(axis=1) == digits.test_labels).mean())
