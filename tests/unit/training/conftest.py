"""Fixtures for the tests of the training half."""

import numpy as np
import pytest

from vae_core.data.digits import Digits


@pytest.fixture(scope="session")
def train_images(sample: Digits) -> np.ndarray:
    """The first 230 of the bundled sample's training digits: (230, 28, 28) uint8."""
    return sample.train_images[:230]
