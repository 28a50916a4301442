"""The discriminator against a plain loop over its layers."""

import numpy as np
import pytest

from tests.unit.builders import GAN_CONFIG, GREYS
from vae_core.data.images import to_pixels
from vae_core.errors import RunDamaged
from vae_core.networks.discriminator import Discriminator
from vae_core.networks.network import network_shapes


def test_logits_are_the_loops():
    noise = np.random.default_rng(5)
    tensors = {
        name: noise.normal(0, 0.3, shape).astype(np.float32) for name, (shape, _) in network_shapes(GAN_CONFIG).items()
    }
    pixels = to_pixels(GREYS)
    found = Discriminator.from_tensors(tensors).logits(pixels)
    assert found.dtype == np.float32
    for x, logit in zip(pixels.astype(float), found, strict=True):
        for i in range(2):
            x = x @ tensors[f"discriminator.hidden.{i}.kernel"] + tensors[f"discriminator.hidden.{i}.bias"]
            x = np.where(x > 0, x, 0.2 * x)
        (expected,) = x @ tensors["discriminator.logits.kernel"] + tensors["discriminator.logits.bias"]
        np.testing.assert_allclose(logit, expected, rtol=1e-4, atol=1e-5)


def test_weights_that_are_too_large_are_a_damaged_run():
    tensors = {name: np.full(shape, 1e30, np.float32) for name, (shape, _) in network_shapes(GAN_CONFIG).items()}
    with pytest.raises(RunDamaged, match="discriminator's logits are not finite"):
        Discriminator.from_tensors(tensors).logits(to_pixels(GREYS))
