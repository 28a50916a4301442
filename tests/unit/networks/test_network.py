"""The NumPy network against plain loops in double precision."""

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
from vae_core.networks.dense import weights
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
    mean, log_var = Network.from_tensors(tensors, config.activation).encoder.encode(pixels)
    assert mean.dtype == log_var.dtype == np.float32
    for row, found_mean, found_log_var in zip(pixels.astype(float).tolist(), mean, log_var, strict=True):
        features = hidden(config, tensors, "encoder", row)
        logits = dense(tensors, "encoder.choice", features) if config.proposals > 1 else [0.0]
        best = 2 * logits.index(max(logits))
        expected_mean, expected_log_var = (dense(tensors, f"encoder.{name}", features) for name in ("mean", "log_var"))
        np.testing.assert_allclose(found_mean, expected_mean[best : best + 2], atol=1e-5)
        np.testing.assert_allclose(found_log_var, expected_log_var[best : best + 2], atol=1e-5)


def test_each_digit_gets_the_proposal_that_the_encoder_prefers_for_it():
    """An encoder that says 10 k for proposal k, and looks at pixel k alone to choose."""
    config = TrainingConfig(encoder_widths=(3,), decoder_widths=(1,), proposals=3)
    tensors = {name: np.zeros_like(tensor) for name, tensor in random_tensors(config).items()}
    tensors["encoder.hidden.0.kernel"][:3] = tensors["encoder.choice.kernel"][:] = np.eye(3)
    tensors["encoder.mean.bias"][:] = 0, 1, 10, 11, 20, 21
    tensors["encoder.log_var.bias"][:] = 0, -1, -10, -11, -12, 99
    network = Network.from_tensors(tensors)
    pixels = np.zeros((4, 784), np.float32)
    pixels[[0, 1, 2, 3], [2, 0, 1, 2]] = 1
    mean, log_var = network.encoder.encode(pixels)
    np.testing.assert_array_equal(mean, [[20, 21], [0, 1], [10, 11], [20, 21]])
    np.testing.assert_array_equal(log_var, [[-12, 20], [0, -1], [-10, -11], [-12, 20]])
    assert network.encoder.proposals == 3


def test_decode_is_the_loop_over_layers_and_units(config: TrainingConfig, tensors: Tensors):
    network = Network.from_tensors(tensors, config.activation)
    z = np.array([[0, 0], [1.5, -2], [-10, 10]], np.float32)
    logits, pictures = network.decoder.logits(z), network.decoder.decode(z)
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

    found = Network.from_tensors(tensors, config.activation).decoder.jacobian(z)
    assert (found.shape, found.dtype) == ((3, 784, 2), np.float32)
    for (z1, z2), jacobian in zip(z.astype(float).tolist(), found, strict=True):
        right = (decode([z1 + step, z2]) - decode([z1 - step, z2])) / (2 * step)
        up = (decode([z1, z2 + step]) - decode([z1, z2 - step])) / (2 * step)
        np.testing.assert_allclose(jacobian, np.stack([right, up], axis=1), atol=1e-6)
    assert abs(found).max() > 0.01


def test_a_saturated_pixel_does_not_change(tensors: Tensors):
    network = Network.from_tensors(tensors | {"decoder.logits.bias": np.full(784, 1e30, np.float32)})
    assert not network.decoder.jacobian(np.zeros((2, 2), np.float32)).any()
    assert network.decoder.jacobian(np.zeros((0, 2), np.float32)).shape == (0, 784, 2)


def test_the_hidden_layers_are_taken_by_their_number_not_by_their_place_in_the_file():
    config = TrainingConfig(decoder_widths=(5, 5, 5))  # of one shape, so that a wrong order would go unnoticed
    tensors = random_tensors(config)
    shuffled = dict(sorted(tensors.items(), reverse=True))
    z = np.array([[0.5, -0.5]], np.float32)
    np.testing.assert_array_equal(
        Network.from_tensors(tensors).decoder.decode(z), Network.from_tensors(shuffled).decoder.decode(z)
    )


def test_log_var_is_clamped(config: TrainingConfig, tensors: Tensors, images: np.ndarray):
    tensors["encoder.log_var.bias"] = np.tile(np.array([1e6, -1e6], np.float32), config.proposals)
    _, log_var = Network.from_tensors(tensors).encoder.encode((images.reshape(-1, 784) / 255).astype(np.float32))
    np.testing.assert_array_equal(log_var, np.tile([20, -20], (len(images), 1)))


def test_extreme_weights_still_give_pixels_from_0_to_1(tensors: Tensors):
    network = Network.from_tensors(tensors | {"decoder.logits.bias": np.linspace(-1e30, 1e30, 784, dtype=np.float32)})
    picture = network.decoder.decode(np.zeros((1, 2), np.float32))
    assert picture.min() == 0
    assert picture.max() == 1


def test_the_parameters_are_counted_by_half(config: TrainingConfig, tensors: Tensors):
    by_half = {half: sum(t.size for name, t in tensors.items() if name.startswith(half)) for half in ("enc", "dec")}
    network = Network.from_tensors(tensors)
    assert weights(network.encoder.layers) == by_half["enc"]
    assert weights(network.decoder.layers) == by_half["dec"]
    seed = Network.from_tensors(random_tensors(TrainingConfig()))
    assert weights(seed.encoder.layers) == 784 * 256 + 256 + 2 * (256 * 2 + 2)
    assert weights(seed.decoder.layers) == 2 * 256 + 256 + 256 * 784 + 784


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
    expected = Network.from_tensors(random_tensors(run.vae_config)).decoder.decode(z)
    np.testing.assert_array_equal(run.network().decoder.decode(z), expected)


def test_weights_that_overflow_are_a_damaged_run(tensors: Tensors, images: np.ndarray):
    huge = {name: tensor * np.float32(1e30) for name, tensor in tensors.items()}
    with pytest.raises(RunDamaged, match="not finite"):
        Network.from_tensors(huge).encoder.encode(to_pixels(images))
