"""Keras's VAE has the post's layers, and computes what the NumPy network and the NumPy losses do."""

import math
from typing import Any

import keras
import numpy as np
import pytest

from tests.unit.toys import random_tensors
from vae_core import likelihood, model
from vae_core.config import TrainingConfig
from vae_core.data import Digits, to_images, to_pixels
from vae_core.model import VAE, build_decoder, build_encoder
from vae_core.network import Network
from vae_core.runs import tensor_shapes

Tensors = dict[str, np.ndarray]


def vae_with(config: TrainingConfig, tensors: Tensors) -> VAE:
    """A Keras VAE that has these weights."""
    vae = VAE(config)
    for half in (vae.encoder, vae.decoder):
        for layer in half.layers:
            if layer.weights:
                layer.set_weights([tensors[f"{half.name}.{layer.name}.{part}"] for part in ("kernel", "bias")])
    return vae


def array(value: Any) -> np.ndarray:
    """A tensor of Keras's, whose stubs do not say that it is one."""
    return np.asarray(value)


def test_the_seeds_layers_are_the_posts():
    config = TrainingConfig()
    encoder = {layer.name: layer.count_params() for layer in build_encoder(config).layers if layer.weights}
    decoder = {layer.name: layer.count_params() for layer in build_decoder(config).layers if layer.weights}
    assert encoder == {"hidden.0": 200_960, "mean": 514, "log_var": 514}
    assert decoder == {"hidden.0": 768, "logits": 201_488}


def test_the_seeds_parameters_are_the_posts():
    vae = VAE(TrainingConfig())
    vae(np.zeros((1, 784), np.float32))
    assert vae.encoder.count_params() == 201_988
    assert vae.decoder.count_params() == 202_256
    assert sum(math.prod(weight.shape) for weight in vae.trainable_weights) == 404_244


def test_the_seeds_shapes_are_the_posts():
    vae = VAE(TrainingConfig())
    assert vae.encoder.input_shape == (None, 784)
    assert vae.encoder.output_shape == [(None, 2), (None, 2)]
    assert vae.decoder.input_shape == (None, 2)
    assert vae.decoder.output_shape == (None, 784)
    for half, names in ((vae.encoder, ["relu", "linear", "linear"]), (vae.decoder, ["relu", "linear"])):
        assert [layer.activation.__name__ for layer in half.layers if layer.weights] == names


def test_the_tensors_are_those_of_a_run_file(config: TrainingConfig, tensors: Tensors):
    found = vae_with(config, tensors).tensors()
    assert {name: tensor.shape for name, tensor in found.items()} == tensor_shapes(config)
    for name, tensor in found.items():
        np.testing.assert_array_equal(tensor, tensors[name], strict=True)


# --- Keras against NumPy


def test_encoding_is_that_of_the_numpy_network(config: TrainingConfig, tensors: Tensors, sample: Digits):
    pixels = to_pixels(sample.test_images[:200])
    for found, expected in zip(
        vae_with(config, tensors).encoder(pixels), Network.from_tensors(tensors).encode(pixels), strict=True
    ):
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_decoding_is_that_of_the_numpy_network_to_the_grey_level(config: TrainingConfig, tensors: Tensors):
    z = np.random.default_rng(2).normal(0, 2, (200, 2)).astype(np.float32)
    pixels = array(keras.ops.sigmoid(vae_with(config, tensors).decoder(z)))
    expected = Network.from_tensors(tensors).decode(z)
    np.testing.assert_allclose(pixels, expected.reshape(-1, 784), atol=1e-5)
    greys = to_images(pixels).astype(int) - to_images(expected.reshape(-1, 784))
    assert abs(greys).max() <= 1


def test_the_losses_are_the_numpy_ones():
    noise = np.random.default_rng(0)
    pixels = noise.random((20, 784)).astype(np.float32)
    logits = noise.normal(0, 5, (20, 784)).astype(np.float32)
    mean, log_var = noise.normal(0, 2, (2, 20, 2)).astype(np.float32)
    reconstruction, kl = array(model.reconstruction_nats(pixels, logits)), array(model.kl_nats(mean, log_var))
    np.testing.assert_allclose(reconstruction, likelihood.reconstruction_nats(pixels, logits), rtol=1e-5)
    np.testing.assert_allclose(kl, likelihood.kl_nats(mean, log_var), rtol=1e-5, atol=1e-5)


def test_the_losses_stay_finite_at_the_extremes():
    pixels, logits = np.array([[1, 0, 1]], np.float32), np.array([[1000, -1000, 1e30]], np.float32)
    np.testing.assert_allclose(array(model.reconstruction_nats(pixels, logits)), [0], atol=1e-6)
    assert np.isfinite(array(model.kl_nats(np.zeros((1, 2), np.float32), np.array([[20, -20]], np.float32)))).all()


def test_log_var_is_clamped_in_keras_too(config: TrainingConfig, tensors: Tensors, images: np.ndarray):
    tensors["encoder.log_var.bias"] = np.array([1e6, -1e6], np.float32)
    _, log_var = vae_with(config, tensors).encoder(to_pixels(images))
    np.testing.assert_array_equal(log_var, np.tile([20, -20], (len(images), 1)))


# --- Sampling and the loss


def test_without_noise_z_is_the_mean(tensors: Tensors, config: TrainingConfig, images: np.ndarray):
    still = TrainingConfig(config.recipe, config.encoder_widths, config.decoder_widths, epsilon_std=0.0)
    logits, mean, _ = vae_with(still, tensors)(to_pixels(images))
    np.testing.assert_allclose(logits, Network.from_tensors(tensors).logits(array(mean)), atol=1e-5)


@pytest.mark.parametrize("epsilon_std", [0.5, 1.0, 2.0])
def test_z_has_the_posteriors_mean_and_epsilons_share_of_its_spread(epsilon_std: float):
    mean = np.tile(np.array([[1.0, -2.0]], np.float32), (20_000, 1))
    log_var = np.tile(np.array([[0.0, 2.0]], np.float32), (20_000, 1))
    z = array(model.Sampling(epsilon_std, seed=0)(mean, log_var))
    spread = epsilon_std * np.array([1, math.e])
    np.testing.assert_allclose(z.mean(axis=0), [1, -2], atol=4 * spread.max() / math.sqrt(20_000))
    np.testing.assert_allclose(z.std(axis=0), spread, rtol=0.03)


def test_each_batch_gets_other_noise():
    sampling = model.Sampling(1.0, seed=0)
    zeros = np.zeros((5, 2), np.float32)
    assert (array(sampling(zeros, zeros)) != array(sampling(zeros, zeros))).all()


@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_beta_weights_the_kl_in_the_loss(beta: float, images: np.ndarray):
    config = TrainingConfig(encoder_widths=(6,), decoder_widths=(4,), beta=beta)
    vae = vae_with(config, random_tensors(config))
    pixels = to_pixels(images)
    logits, mean, log_var = (array(output) for output in vae(pixels))
    reconstruction = likelihood.reconstruction_nats(pixels, logits).mean()
    kl = likelihood.kl_nats(mean, log_var).mean()
    assert kl > 0.01
    assert array(vae.compute_loss(x=pixels, y_pred=(logits, mean, log_var))) == pytest.approx(
        reconstruction + beta * kl, rel=1e-5
    )
    assert array(vae.reconstruction.result()) == pytest.approx(reconstruction, rel=1e-5)
    assert array(vae.kl.result()) == pytest.approx(kl, rel=1e-4)  # the KL itself, whatever its weight
