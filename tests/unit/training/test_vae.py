"""Keras's VAE has the post's layers, and computes what the NumPy network and the NumPy losses do."""

import math
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.unit.builders import random_tensors
from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.data.images import to_images, to_pixels
from vae_core.likelihood import elbo
from vae_core.networks.network import Network, network_shapes
from vae_core.training import vae
from vae_core.training.vae import VAE, build_decoder, build_encoder

Tensors = dict[str, np.ndarray]


def vae_with(config: TrainingConfig, tensors: Tensors) -> VAE:
    """A Keras VAE that has these weights."""
    vae = VAE(config)
    vae.restore(tensors)
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
    vae(np.zeros((1, 784), np.float32), np.zeros((1, 784), np.float32), np.zeros((1, 2), np.float32))
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


def test_the_weights_go_by_the_names_of_a_run_file(config: TrainingConfig, tensors: Tensors):
    """Layer by layer, so that two mistakes cannot undo each other."""
    vae = vae_with(config, tensors)
    for half in (vae.encoder, vae.decoder):
        for layer in half.layers:
            for part, found in zip(("kernel", "bias"), layer.get_weights(), strict=False):
                np.testing.assert_array_equal(found, tensors[f"{half.name}.{layer.name}.{part}"], strict=True)
    found = vae.tensors()
    assert {name: (tensor.shape, tensor.dtype.type) for name, tensor in found.items()} == network_shapes(config)
    for name, tensor in found.items():
        np.testing.assert_array_equal(tensor, tensors[name], strict=True)


def test_the_tensors_are_a_copy_that_later_steps_leave_alone(config: TrainingConfig, tensors: Tensors):
    vae = vae_with(config, tensors)
    before = vae.tensors()
    vae.restore(random_tensors(config, seed=1))
    for name, tensor in before.items():
        np.testing.assert_array_equal(tensor, tensors[name])


# --- Keras against NumPy


def test_encoding_is_that_of_the_numpy_network(config: TrainingConfig, tensors: Tensors, sample: Digits):
    pixels = to_pixels(sample.test_images[:200])
    mean, log_var, *choice = (array(output) for output in vae_with(config, tensors).encoder(pixels))
    best = choice[0].argmax(axis=1) if choice else np.zeros(len(pixels), int)
    for found, expected in zip(
        (mean, log_var), Network.from_tensors(tensors, config.activation).encoder.encode(pixels), strict=True
    ):
        proposed = found.reshape(len(pixels), config.proposals, 2)
        np.testing.assert_allclose(proposed[np.arange(len(pixels)), best], expected, atol=1e-5)
    assert len(set(best.tolist())) > 1 or config.proposals == 1


def test_decoding_is_that_of_the_numpy_network_to_the_grey_level(config: TrainingConfig, tensors: Tensors):
    z = np.random.default_rng(2).normal(0, 2, (200, 2)).astype(np.float32)
    pixels = array(keras.ops.sigmoid(vae_with(config, tensors).decoder(z)))
    expected = Network.from_tensors(tensors, config.activation).decoder.decode(z)
    np.testing.assert_allclose(pixels, expected.reshape(-1, 784), atol=1e-5)
    greys = to_images(pixels).astype(int) - to_images(expected.reshape(-1, 784))
    assert abs(greys).max() <= 1


def test_the_losses_are_the_numpy_ones():
    noise = np.random.default_rng(0)
    pixels = noise.random((20, 784)).astype(np.float32)
    logits = noise.normal(0, 5, (20, 784)).astype(np.float32)
    mean, log_var = noise.normal(0, 2, (2, 20, 2)).astype(np.float32)
    reconstruction, kl = array(vae.reconstruction_nats(pixels, logits)), array(vae.kl_nats(mean, log_var))
    np.testing.assert_allclose(reconstruction, elbo.reconstruction_nats(pixels, logits), rtol=1e-5)
    np.testing.assert_allclose(kl, elbo.kl_nats(mean, log_var), rtol=1e-5, atol=1e-5)


def test_the_losses_stay_finite_at_the_extremes():
    pixels, logits = np.array([[1, 0, 1]], np.float32), np.array([[1000, -1000, 1e30]], np.float32)
    np.testing.assert_allclose(array(vae.reconstruction_nats(pixels, logits)), [0], atol=1e-6)
    assert np.isfinite(array(vae.kl_nats(np.zeros((1, 2), np.float32), np.array([[20, -20]], np.float32)))).all()


def test_log_var_is_clamped_in_keras_too(config: TrainingConfig, tensors: Tensors, images: np.ndarray):
    tensors["encoder.log_var.bias"] = np.tile(np.array([1e6, -1e6], np.float32), config.proposals)
    _, log_var, *_ = vae_with(config, tensors).encoder(to_pixels(images))
    np.testing.assert_array_equal(log_var, np.tile([20, -20], (len(images), config.proposals)))


# --- Sampling and the loss


def test_z_is_the_mean_and_epsilons_share_of_the_spread():
    noise = np.random.default_rng(1)
    mean, log_var, epsilon = noise.normal(0, 2, (3, 50, 2)).astype(np.float32)
    found = array(vae.sample(mean, log_var, epsilon))
    np.testing.assert_allclose(found, mean + np.sqrt(np.exp(log_var)) * epsilon, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(array(vae.sample(mean, log_var, np.zeros_like(epsilon))), mean)


def test_the_vae_tells_each_digits_two_terms(config: TrainingConfig, tensors: Tensors, images: np.ndarray):
    pixels, network = to_pixels(images), Network.from_tensors(tensors, config.activation)
    epsilon = np.random.default_rng(2).normal(size=(5, 2)).astype(np.float32)
    seen = pixels[::-1].copy()
    reconstruction, kl, surprise = (array(term) for term in vae_with(config, tensors)(pixels, seen, epsilon))
    mean, log_var, expected_surprise = best_by_decoder(config, tensors, pixels, seen)
    logits = network.decoder.logits(mean + np.exp(log_var / 2) * epsilon)
    np.testing.assert_allclose(reconstruction, elbo.reconstruction_nats(pixels, logits), rtol=1e-5)
    np.testing.assert_allclose(kl, elbo.kl_nats(mean, log_var), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(surprise, expected_surprise, rtol=1e-4, atol=1e-5)


def best_by_decoder(
    config: TrainingConfig, tensors: Tensors, pixels: np.ndarray, seen: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each digit the proposal with the least -ELBO at its mean: mean, log_var, and -log of what it was given.

    Digit by digit and proposal by proposal, with networks that have one proposal each.
    """
    network = Network.from_tensors(tensors, config.activation)
    if config.proposals == 1:
        return *network.encoder.encode(seen), np.zeros(len(seen))
    rows = []
    for x, masked in zip(pixels, seen, strict=True):
        losses, proposed = [], []
        for k in range(config.proposals):
            columns = slice(2 * k, 2 * k + 2)
            alone = {
                f"encoder.{name}.{part}": tensors[f"encoder.{name}.{part}"][..., columns]
                for name in ("mean", "log_var")
                for part in ("kernel", "bias")
            }
            others = {name: tensor for name, tensor in tensors.items() if not name.startswith("encoder.choice")}
            mean, log_var = Network.from_tensors(others | alone, config.activation).encoder.encode(masked[None])
            proposed.append((mean[0], log_var[0]))
            drawn = network.decoder.logits(mean)
            losses.append(elbo.reconstruction_nats(x[None], drawn)[0] + elbo.kl_nats(mean, log_var)[0])
        features = masked
        for kernel, bias in network.encoder.hidden:
            features = features @ kernel + bias
            features = features / (1 + np.exp(-features))
        logits = features @ tensors["encoder.choice.kernel"] + tensors["encoder.choice.bias"]
        best = int(np.argmin(losses))
        rows.append((*proposed[best], np.log(np.exp(logits).sum()) - logits[best]))
    mean, log_var, surprise = (np.array(column) for column in zip(*rows, strict=True))
    return mean, log_var, surprise


def test_only_the_best_proposal_learns_and_the_choice_does():
    """The gradient of the loss is zero in the columns of proposals that are best for no digit."""
    config = TrainingConfig(encoder_widths=(4,), decoder_widths=(3,), proposals=3)
    tensors = random_tensors(config)
    tensors["encoder.mean.bias"][:] = 0, 0, 30, 30, 0, 0
    tensors["encoder.log_var.bias"][:] = 0, 0, 0, 0, 9, 9
    vae, pixels = vae_with(config, tensors), np.random.default_rng(3).random((8, 784)).astype(np.float32)
    with tf.GradientTape() as tape:
        reconstruction, kl, surprise = vae(pixels, pixels, np.zeros((8, 2), np.float32))
        loss = tf.reduce_sum(reconstruction + kl + surprise)
    variables = [vae.variables_by_name[f"encoder.{name}.bias"].value for name in ("mean", "log_var", "choice")]
    mean, log_var, choice = (array(gradient) for gradient in tape.gradient(loss, variables))
    for gradient in (mean, log_var):
        assert gradient[:2].all()
        assert not gradient[2:].any()
    assert choice[0] < 0 < min(choice[1], choice[2])
    assert choice.sum() == pytest.approx(0, abs=1e-4)
