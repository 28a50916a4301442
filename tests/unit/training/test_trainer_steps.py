"""A step's sums and gradients are those of exactly its digits, the last of an epoch included, against NumPy."""

import dataclasses
import math

import numpy as np
import pytest

from tests.unit.builders import random_tensors
from tests.unit.training.trainers import CONFIG, gradients, start
from vae_core.config import TrainingConfig
from vae_core.likelihood import elbo
from vae_core.networks.network import Network
from vae_core.runs.checkpoint import Checkpoint
from vae_core.storage.tensors import Tensors
from vae_core.training.trainer import Trainer

BORDER = 10
"""Where the second epoch ends."""
STEPS = [50, 50, 50, 50, 30]
"""How many of 230 digits each step of an epoch sees."""


@dataclasses.dataclass
class Still:
    """A training without noise, so that NumPy can follow it."""

    config: TrainingConfig
    networks: list[Tensors]
    sums: list[np.ndarray]
    means: list[Tensors]
    """Adam's running means of the gradients."""


@pytest.fixture(scope="module")
def still(train_images: np.ndarray) -> Still:
    config = dataclasses.replace(CONFIG, optimizer="adam", epochs=2, epsilon_std=0.0, beta=2.5, learning_rate=0.01)
    trainer = Trainer(
        config, train_images, dataclasses.replace(start(config, train_images), network=random_tensors(config))
    )
    names = list(trainer.vae.variables_by_name)

    def means() -> Tensors:
        """After the count come a mean and a mean square of each weight."""
        rest = trainer.checkpoint(0.0).optimizer
        rest = rest[-2 * len(names) :]
        return dict(zip(names, rest[::2], strict=True))

    found = Still(config, [trainer.vae.tensors()], [np.zeros(2)], [means()])
    for step in range(BORDER):
        trainer.advance(step + 1)
        found.networks.append(trainer.vae.tensors())
        found.sums.append(trainer.sums)
        found.means.append(means())
    return found


def digits_of(step: int, images: np.ndarray) -> np.ndarray:
    """The digits that step number `step` sees, from 0: each epoch is a shuffle of its own."""
    epoch, position = divmod(step, len(STEPS))
    order = np.random.default_rng([CONFIG.seed, epoch]).permutation(len(images))
    begin = sum(STEPS[:position])
    return images[order[begin : begin + STEPS[position]]]


def terms(tensors: Tensors, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each digit's reconstruction and KL without noise, in double precision."""
    network = Network.from_tensors({name: tensor.astype(float) for name, tensor in tensors.items()})
    pixels = images.reshape(-1, 784) / 255
    mean, log_var = network.encoder.encode(pixels)
    return elbo.reconstruction_nats(pixels, network.decoder.logits(mean)), elbo.kl_nats(mean, log_var)


@pytest.mark.parametrize("step", range(BORDER))
def test_the_sums_are_those_of_exactly_the_digits_that_the_epoch_has_seen(
    still: Still, train_images: np.ndarray, step: int
):
    before = still.sums[step] if step % len(STEPS) else np.zeros(2)
    expected = [term.sum() for term in terms(still.networks[step], digits_of(step, train_images))]
    np.testing.assert_allclose(still.sums[step + 1] - before, expected, rtol=1e-5)


def test_every_epoch_sees_each_digit_once_in_another_order():
    """One digit a step. With a decoder of biases, all that tells losses apart is the grey of the first pixel."""
    config = TrainingConfig(encoder_widths=(1,), decoder_widths=(1,), batch_size=1, epochs=2, learning_rate=1e-6)
    tensors = {name: np.zeros_like(tensor) for name, tensor in random_tensors(config).items()}
    tensors["decoder.logits.bias"][0] = -1
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 0, 0] = 10 * np.arange(20)
    trainer = Trainer(config, images, Checkpoint(0, 0.0, {"reconstruction": 0.0, "kl": 0.0}, tensors, []))
    seen = []
    for step in range(40):
        before = trainer.sums[0] if step % 20 else 0.0
        trainer.advance(step + 1)
        grey = trainer.sums[0] - before - 783 * math.log(2) - math.log1p(math.exp(-1))
        seen.append(grey * 25.5)
        assert seen[-1] == pytest.approx(round(seen[-1]), abs=0.1)
    first, second = (np.rint(epoch).astype(int).tolist() for epoch in (seen[:20], seen[20:]))
    assert sorted(first) == sorted(second) == list(range(20))
    assert list(range(20)) != first != second


@pytest.mark.parametrize("name", ["encoder.mean.bias", "encoder.log_var.bias", "decoder.hidden.0.bias"])
@pytest.mark.parametrize("step", [0, 4, 9])
def test_the_gradient_is_that_of_the_mean_loss_of_the_steps_digits(
    still: Still, train_images: np.ndarray, name: str, step: int
):
    """Steps 4 and 9 see 30 digits only. Against central differences."""
    gradient = (still.means[step + 1][name] - 0.9 * still.means[step][name].astype(float)) / 0.1
    batch, tensors = digits_of(step, train_images), still.networks[step]

    def loss(index: int, change: float) -> float:
        moved = tensors[name].astype(float)
        moved[index] += change
        reconstruction, kl = terms(tensors | {name: moved}, batch)
        return float((reconstruction + still.config.beta * kl).mean())

    expected = [(loss(i, 1e-4) - loss(i, -1e-4)) / 2e-4 for i in range(len(gradient))]
    np.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-3)


def test_the_gradient_of_the_logits_is_the_mean_error_of_the_pixels(still: Still, train_images: np.ndarray):
    """d/dl of softplus(l) - x l is sigmoid(l) - x."""
    for step in (0, 4):
        name, batch = "decoder.logits.bias", digits_of(step, train_images).reshape(-1, 784) / 255
        gradient = (still.means[step + 1][name] - 0.9 * still.means[step][name].astype(float)) / 0.1
        network = Network.from_tensors(still.networks[step])
        drawn = network.decoder.decode(network.encoder.encode(batch.astype(np.float32))[0]).reshape(-1, 784)
        np.testing.assert_allclose(gradient, (drawn - batch).mean(axis=0), atol=1e-5)


def test_a_gradient_that_is_too_long_is_shortened_and_any_other_stays(train_images: np.ndarray):
    free, loose, tight = (gradients(train_images, clip_norm=most) for most in (0, 1e5, 0.5))
    for name in free:
        np.testing.assert_array_equal(free[name], loose[name])
    lengths = [math.sqrt(sum(float((g.astype(float) ** 2).sum()) for g in found.values())) for found in (free, tight)]
    assert lengths[0] > 0.1
    assert lengths[1] == pytest.approx(0.05, rel=1e-4)  # a tenth of it: see `gradients`
    for name in free:
        np.testing.assert_allclose(tight[name] / lengths[1], free[name] / lengths[0], rtol=1e-3, atol=1e-7)
