"""The weights that a training starts from: drawn by Glorot or He, and a first guess at the mean digit."""

import dataclasses
import math

import numpy as np
import pytest
import scipy.special
import scipy.stats

from vae_core.config import TrainingConfig
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import Network

WIDE = TrainingConfig(encoder_widths=(60, 40), decoder_widths=(30, 50))


def kernels(config: TrainingConfig, images: np.ndarray) -> dict[str, np.ndarray]:
    return {name: t for name, t in initial_tensors(config, images).items() if name.endswith(".kernel")}


def test_a_training_starts_from_the_configs_layers_in_float32(config: TrainingConfig, images: np.ndarray):
    found = initial_tensors(config, images)
    assert list(found) == [f"{name}.{part}" for name in config.layers for part in ("kernel", "bias")]
    for name, (inputs, outputs) in config.layers.items():
        assert found[f"{name}.kernel"].shape == (inputs, outputs)
        assert found[f"{name}.bias"].shape == (outputs,)
    assert {tensor.dtype for tensor in found.values()} == {np.dtype(np.float32)}


def test_glorots_kernels_are_uniform_within_his_bounds(images: np.ndarray):
    for name, kernel in kernels(WIDE, images).items():
        bound = math.sqrt(6 / sum(kernel.shape))
        assert abs(kernel).max() <= bound * (1 + 1e-6)
        if kernel.size > 1000:
            assert abs(kernel).max() > 0.98 * bound
            found = scipy.stats.kstest(kernel.ravel(), scipy.stats.uniform(-bound, 2 * bound).cdf)
            assert found.pvalue > 1e-4, name


def test_hes_kernels_are_normal_in_the_hidden_layers_and_glorots_elsewhere(images: np.ndarray):
    glorot, he = (
        kernels(dataclasses.replace(WIDE, initialization=initialization), images) for initialization in ("glorot", "he")
    )
    for name, kernel in he.items():
        if ".hidden." not in name:
            assert abs(kernel).max() <= math.sqrt(6 / sum(kernel.shape)) * (1 + 1e-6)
        elif kernel.size > 1000:
            found = scipy.stats.kstest(kernel.ravel(), scipy.stats.norm(0, math.sqrt(2 / len(kernel))).cdf)
            assert found.pvalue > 1e-4, name
            assert abs(kernel).max() > math.sqrt(6 / sum(kernel.shape)), "a normal distribution has tails"
            assert (kernel != glorot[name]).any()


@pytest.mark.parametrize("initialization", ["glorot", "he"])
def test_biases_are_zeros(images: np.ndarray, initialization: str):
    found = initial_tensors(dataclasses.replace(WIDE, initialization=initialization), images)
    for name in WIDE.layers:
        assert not found[f"{name}.bias"].any()


def test_the_mean_digit_is_what_the_decoder_draws_at_first_if_it_is_to():
    noise = np.random.default_rng(4)
    images = noise.integers(0, 256, (50, 28, 28), dtype=np.uint8)
    images[:, 0], images[:, 1] = 0, 255  # black and white everywhere: their log-odds would be infinite
    config = dataclasses.replace(WIDE, output_bias="mean digit")
    tensors = initial_tensors(config, images)
    expected = np.clip(images.reshape(50, 784).astype(float).mean(axis=0) / 255, 0.001, 0.999)
    np.testing.assert_allclose(scipy.special.expit(tensors["decoder.logits.bias"]), expected, rtol=1e-5)
    nothing = tensors | {"decoder.logits.kernel": np.zeros_like(tensors["decoder.logits.kernel"])}
    drawn = Network.from_tensors(nothing).decoder.decode(np.zeros((1, 2), np.float32)).ravel()
    np.testing.assert_allclose(drawn, expected, atol=1e-6)
    grey = initial_tensors(WIDE, images)
    assert {name for name in tensors if (tensors[name] != grey[name]).any()} == {"decoder.logits.bias"}


def test_the_same_seed_starts_from_the_same_weights_and_another_does_not(images: np.ndarray):
    first, again, other = (kernels(dataclasses.replace(WIDE, seed=seed), images) for seed in (1, 1, 2))
    for name, kernel in first.items():
        np.testing.assert_array_equal(kernel, again[name])
        assert (kernel != other[name]).any()
