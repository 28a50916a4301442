"""A GAN's networks: made of a run's tensors, told apart by their digest, and what its loss says of its logits."""

import dataclasses

import numpy as np
import pytest

from tests.unit.builders import CONFIG, GAN_CONFIG, GREY, random_tensors
from vae_core.networks.decoder import Decoder
from vae_core.networks.discriminator import Discriminator
from vae_core.networks.gan_network import GanNetwork
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import Network, model_of

TENSORS = initial_tensors(GAN_CONFIG, GREY)


def test_a_config_decides_which_networks_its_tensors_make():
    gan, vae = model_of(TENSORS, GAN_CONFIG), model_of(random_tensors(CONFIG), CONFIG)
    assert isinstance(gan, GanNetwork)
    assert isinstance(vae, Network)
    z = np.ones((2, 2), np.float32)
    np.testing.assert_array_equal(gan.decoder.decode(z), Decoder.from_tensors(TENSORS, "silu").decode(z))
    pixels = np.ones((2, 784), np.float32)
    np.testing.assert_array_equal(gan.discriminator.logits(pixels), Discriminator.from_tensors(TENSORS).logits(pixels))


@pytest.mark.parametrize(("loss", "expected"), [("minimax", False), ("non-saturating", False), ("relativistic", True)])
def test_only_a_relativistic_loss_leaves_the_logits_without_a_zero(loss: str, expected: bool):
    model = model_of(TENSORS, dataclasses.replace(GAN_CONFIG, loss=loss))
    assert isinstance(model, GanNetwork)
    assert model.relativistic == expected


@pytest.mark.parametrize("name", ["decoder.logits.bias", "discriminator.hidden.0.kernel"])
def test_the_digest_is_of_the_weights_of_both(name: str):
    before = model_of(TENSORS, GAN_CONFIG).digest
    assert model_of({key: array.copy() for key, array in TENSORS.items()}, GAN_CONFIG).digest == before
    assert model_of(TENSORS | {name: TENSORS[name] + np.float32(1)}, GAN_CONFIG).digest != before
