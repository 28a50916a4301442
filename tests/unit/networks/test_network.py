"""The NumPy network against plain loops in double precision; the weights that a training starts from."""

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import scipy.special
import scipy.stats

from tests.unit.builders import make_run, random_tensors
from vae_core.config import TrainingConfig
from vae_core.data.images import to_pixels
from vae_core.errors import RunDamaged
from vae_core.latent.points import as_points
from vae_core.networks.dense import sigmoid
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import Network

Tensors = dict[str, np.ndarray]


def dense(tensors: Tensors, name: str, inputs: list[float]) -> list[float]:
    kernel, bias = (tensors[f"{name}.{part}"].astype(float).tolist() for part in ("kernel", "bias"))
    return [
        sum(value * row[unit] for value, row in zip(inputs, kernel, strict=True)) + bias[unit]
        for unit in range(len(bias))
    ]


def hidden(config: TrainingConfig, tensors: Tensors, half: str, values: list[float]) -> list[float]:
    for i in range(len(config.encoder_widths)):
        values = [activated(config, value) for value in dense(tensors, f"{half}.hidden.{i}", values)]
    return values


def activated(config: TrainingConfig, value: float) -> float:
    return value / (1 + math.exp(-value)) if config.activation == "silu" else max(0.0, value)


def test_encode_is_the_loop_over_layers_and_units(config: TrainingConfig, tensors: Tensors, images: np.ndarray):
    pixels = (images.reshape(-1, 784) / 255).astype(np.float32)
    mean, log_var = Network.from_tensors(tensors, config.activation).encode(pixels)
    assert mean.dtype == log_var.dtype == np.float32
    for row, found_mean, found_log_var in zip(pixels.astype(float).tolist(), mean, log_var, strict=True):
        features = hidden(config, tensors, "encoder", row)
        np.testing.assert_allclose(found_mean, dense(tensors, "encoder.mean", features), atol=1e-5)
        np.testing.assert_allclose(found_log_var, dense(tensors, "encoder.log_var", features), atol=1e-5)


def test_decode_is_the_loop_over_layers_and_units(config: TrainingConfig, tensors: Tensors):
    network = Network.from_tensors(tensors, config.activation)
    z = np.array([[0, 0], [1.5, -2], [-10, 10]], np.float32)
    logits, pictures = network.logits(z), network.decode(z)
    assert pictures.shape == (3, 28, 28)
    assert logits.dtype == pictures.dtype == np.float32
    for point, found_logits, picture in zip(z.astype(float).tolist(), logits, pictures, strict=True):
        features = hidden(config, tensors, "decoder", point)
        expected = dense(tensors, "decoder.logits", features)
        np.testing.assert_allclose(found_logits, expected, atol=2e-5)
        np.testing.assert_allclose(picture.ravel(), [1 / (1 + math.exp(-value)) for value in expected], atol=1e-5)


def test_the_jacobian_is_how_the_picture_changes_with_each_coordinate(config: TrainingConfig, tensors: Tensors):
    """Against the loop's central differences. No point of these lies within a step of a kink."""
    z, step = np.array([[0.1, 0.2], [1.5, -2], [-0.7, 0.9]], np.float32), 1e-5

    def decode(point: list[float]) -> np.ndarray:
        features = hidden(config, tensors, "decoder", point)
        return scipy.special.expit(dense(tensors, "decoder.logits", features))

    found = Network.from_tensors(tensors, config.activation).jacobian(z)
    assert (found.shape, found.dtype) == ((3, 784, 2), np.float32)
    for (z1, z2), jacobian in zip(z.astype(float).tolist(), found, strict=True):
        right = (decode([z1 + step, z2]) - decode([z1 - step, z2])) / (2 * step)
        up = (decode([z1, z2 + step]) - decode([z1, z2 - step])) / (2 * step)
        np.testing.assert_allclose(jacobian, np.stack([right, up], axis=1), atol=1e-6)
    assert abs(found).max() > 0.01


def test_a_saturated_pixel_does_not_change(tensors: Tensors):
    network = Network.from_tensors(tensors | {"decoder.logits.bias": np.full(784, 1e30, np.float32)})
    assert not network.jacobian(np.zeros((2, 2), np.float32)).any()
    assert network.jacobian(np.zeros((0, 2), np.float32)).shape == (0, 784, 2)


def test_the_hidden_layers_are_taken_by_their_number_not_by_their_place_in_the_file():
    config = TrainingConfig(decoder_widths=(5, 5, 5))  # of one shape, so that a wrong order would go unnoticed
    tensors = random_tensors(config)
    shuffled = dict(sorted(tensors.items(), reverse=True))
    z = np.array([[0.5, -0.5]], np.float32)
    np.testing.assert_array_equal(Network.from_tensors(tensors).decode(z), Network.from_tensors(shuffled).decode(z))


def test_log_var_is_clamped(config: TrainingConfig, tensors: Tensors, images: np.ndarray):
    tensors["encoder.log_var.bias"] = np.array([1e6, -1e6], np.float32)
    _, log_var = Network.from_tensors(tensors).encode((images.reshape(-1, 784) / 255).astype(np.float32))
    np.testing.assert_array_equal(log_var, np.tile([20, -20], (len(images), 1)))


def test_no_logit_overflows_the_sigmoid():
    """Warnings are errors here, so an overflow inside would fail."""
    logits = np.array([-np.inf, -1e30, -200, -1, 0, 1, 200, 1e30, np.inf], np.float32)
    expected = [0, 0, 0, 1 / (1 + math.e), 0.5, 1 / (1 + math.exp(-1)), 1, 1, 1]
    np.testing.assert_allclose(sigmoid(logits), expected, atol=1e-7)


def test_extreme_weights_still_give_pixels_from_0_to_1(tensors: Tensors):
    network = Network.from_tensors(tensors | {"decoder.logits.bias": np.linspace(-1e30, 1e30, 784, dtype=np.float32)})
    picture = network.decode(np.zeros((1, 2), np.float32))
    assert picture.min() == 0
    assert picture.max() == 1


def test_the_parameters_are_counted_by_half(config: TrainingConfig, tensors: Tensors):
    by_half = {half: sum(t.size for name, t in tensors.items() if name.startswith(half)) for half in ("enc", "dec")}
    assert Network.from_tensors(tensors).parameters == (by_half["enc"], by_half["dec"])
    seed = Network.from_tensors(random_tensors(TrainingConfig()))
    assert seed.parameters == (784 * 256 + 256 + 2 * (256 * 2 + 2), 2 * 256 + 256 + 256 * 784 + 784)


def test_the_digest_names_the_weights(config: TrainingConfig, tensors: Tensors):
    digests = {Network.from_tensors(tensors).digest, Network.from_tensors(random_tensors(config)).digest}
    assert len(digests) == 1
    for name in tensors:
        changed = tensors[name].copy()
        changed.flat[-1] += 1
        digests.add(Network.from_tensors(tensors | {name: changed}).digest)
    assert len(digests) == 1 + len(tensors)


def test_from_run_reads_the_runs_tensors(tmp_path: Path):
    run = make_run(tmp_path)
    z = np.array([[1, -1]], np.float32)
    expected = Network.from_tensors(random_tensors(run.record.config)).decode(z)
    np.testing.assert_array_equal(run.network().decode(z), expected)


@pytest.mark.parametrize("z", [(1, 2), [[1, 2]], np.array([1.0, 2.0])])
def test_as_points_makes_a_batch_of_one(z: object):
    points = as_points(z)  # pyright: ignore[reportArgumentType]  # whatever NumPy makes an array of
    np.testing.assert_array_equal(points, np.array([[1, 2]], np.float32), strict=True)


def test_weights_that_overflow_are_a_damaged_run(tensors: Tensors, images: np.ndarray):
    huge = {name: tensor * np.float32(1e30) for name, tensor in tensors.items()}
    with pytest.raises(RunDamaged, match="not finite"):
        Network.from_tensors(huge).encode(to_pixels(images))


# --- The weights that a training starts from


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
    drawn = Network.from_tensors(nothing).decode(np.zeros((1, 2), np.float32)).ravel()
    np.testing.assert_allclose(drawn, expected, atol=1e-6)
    grey = initial_tensors(WIDE, images)
    assert {name for name in tensors if (tensors[name] != grey[name]).any()} == {"decoder.logits.bias"}


def test_the_same_seed_starts_from_the_same_weights_and_another_does_not(images: np.ndarray):
    first, again, other = (kernels(dataclasses.replace(WIDE, seed=seed), images) for seed in (1, 1, 2))
    for name, kernel in first.items():
        np.testing.assert_array_equal(kernel, again[name])
        assert (kernel != other[name]).any()
