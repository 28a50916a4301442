"""What a step leaves to chance: where z is drawn, which pixels are hidden, which digits are bent."""

import dataclasses
import math

import numpy as np
import pytest
import scipy.integrate

from tests.unit.builders import random_tensors
from tests.unit.training.trainers import gradients
from vae_core.config import TrainingConfig
from vae_core.runs.checkpoint import Checkpoint
from vae_core.storage.tensors import Tensors
from vae_core.training import augmentation
from vae_core.training.trainer import Trainer


def test_z_is_drawn_from_the_posterior_widened_by_epsilon_std_anew_in_each_step():
    """A decoder whose first logit is z1 turns the reconstruction of black digits into the mean of softplus(z1)."""
    config = TrainingConfig(encoder_widths=(1,), decoder_widths=(2,), batch_size=4000, epochs=2, epsilon_std=2.0)
    config = dataclasses.replace(config, learning_rate=1e-6)
    tensors = {name: np.zeros_like(tensor) for name, tensor in random_tensors(config).items()}
    tensors["encoder.mean.bias"][:] = 0.5, -3
    tensors["encoder.log_var.bias"][:] = 2 * math.log(0.75), 1
    tensors["decoder.hidden.0.kernel"][0] = 1, -1  # relu(z1) and relu(-z1)
    tensors["decoder.logits.kernel"][:, 0] = 1, -1
    black = np.zeros((4000, 28, 28), np.uint8)
    trainer = Trainer(config, black, Checkpoint(0, 0.0, {"reconstruction": 0.0, "kl": 0.0}, tensors, []))
    spread = 2.0 * 0.75

    def expected(power: int) -> float:
        def weighted(z: float) -> float:
            return math.log1p(math.exp(z)) ** power * math.exp(-(((z - 0.5) / spread) ** 2) / 2)

        return scipy.integrate.quad(weighted, -12, 13)[0] / (spread * math.sqrt(2 * math.pi))

    mean, deviation = expected(1), math.sqrt(expected(2) - expected(1) ** 2)
    found = []
    for step in (1, 2):
        trainer.advance(step)
        found.append(trainer.sums[0] / 4000 - 783 * math.log(2))
        assert found[-1] == pytest.approx(mean, abs=4.5 * deviation / math.sqrt(4000))
    assert abs(found[0] - found[1]) > 1e-4, "other noise in each step"
    assert deviation / math.sqrt(4000) < 0.02


def test_the_encoder_misses_the_share_of_the_pixels_that_is_hidden_and_the_decoder_draws_them_all():
    """Of white digits, of which the encoder looks at one pixel alone: the KL is half the square of what it sees."""
    config = TrainingConfig(encoder_widths=(1,), decoder_widths=(1,), batch_size=4000, epochs=1, learning_rate=1e-6)
    tensors = {name: np.zeros_like(tensor) for name, tensor in random_tensors(config).items()}
    tensors["encoder.hidden.0.kernel"][400] = tensors["encoder.mean.kernel"][0, 0] = 1
    white = np.full((4000, 28, 28), 255, np.uint8)

    def means(hidden: float) -> np.ndarray:
        hiding = dataclasses.replace(config, hidden_pixels=hidden)
        trainer = Trainer(hiding, white, Checkpoint(0, 0.0, {"reconstruction": 0.0, "kl": 0.0}, tensors, []))
        trainer.advance(1)
        return trainer.sums / 4000

    np.testing.assert_allclose(means(0.0), [784 * math.log(2), 0.5], rtol=1e-5)
    # Seen once in four times, and then four times as bright; the standard error is 0.05.
    np.testing.assert_allclose(means(0.75), [784 * math.log(2), 2.0], atol=0.25)


@pytest.fixture(scope="module")
def plain(train_images: np.ndarray) -> Tensors:
    """The gradients where nothing is bent."""
    return gradients(train_images)


def test_the_encoder_learns_from_bent_digits_and_the_decoder_does_not(train_images: np.ndarray, plain: Tensors):
    bent = gradients(train_images, bent_digits=0.5)
    for name in plain:
        assert np.array_equal(plain[name], bent[name]) == name.startswith("decoder."), name


def test_digits_that_are_bent_by_nothing_count_twice(
    train_images: np.ndarray, plain: Tensors, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(augmentation, "ENCODER", augmentation.Limits(0.0, 0.0, 0.0, 0.0))
    bent = gradients(train_images, bent_digits=1)
    for name in plain:
        times = 1 if name.startswith("decoder.") else 2
        np.testing.assert_allclose(bent[name], times * plain[name], rtol=1e-4, atol=1e-5 * abs(plain[name]).max())
