"""A GAN's two steps against gradients worked out by hand in NumPy, and its losses against their formulas."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from vae_core.gan_config import GanConfig
from vae_core.networks.decoder import Decoder
from vae_core.networks.initialization import initial_tensors
from vae_core.training import gan as functions
from vae_core.training.adam import Learner, new_learner
from vae_core.training.gan import Gan, discriminator_step, generator_step, judge, learning_rate

CONFIG = GanConfig(
    generator_widths=(4, 3), discriminator_widths=(5, 4), loss="relativistic", gamma=3.0, steps=100, averaging=0.9
)
LOSSES = ["minimax", "non-saturating", "relativistic"]
NOISE = np.random.default_rng(4)
REAL = NOISE.uniform(0, 1, (6, 784)).astype(np.float32)
Z = NOISE.normal(size=(6, 2)).astype(np.float32)
TENSORS = initial_tensors(CONFIG, np.zeros((1, 28, 28), np.uint8))
for name, tensor in TENSORS.items():  # no bias at 0, where a leaky ReLU has its kink
    if name.endswith(".bias"):
        tensor += NOISE.normal(0, 0.3, tensor.shape).astype(np.float32)
GENERATOR, DISCRIMINATOR = (
    [tensor for name, tensor in TENSORS.items() if name.startswith(part)] for part in ("decoder", "discriminator")
)
STEP = tf.constant(7)


def new_gan() -> Gan:
    generator, discriminator = ([tf.constant(array) for array in part] for part in (GENERATOR, DISCRIMINATOR))
    return Gan(new_learner(generator), new_learner(discriminator), [2 * weight for weight in generator])


def with_loss(loss: str, **changes: Any) -> GanConfig:
    return dataclasses.replace(CONFIG, loss=loss, **changes)


# --- By hand: everything in double precision


def softplus(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, x)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def drawn_by_hand(weights: list[np.ndarray], z: np.ndarray) -> np.ndarray:
    hidden = z.astype(float)
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        before = hidden @ kernel + bias
        hidden = before * sigmoid(before)
    return sigmoid(hidden @ weights[-2] + weights[-1])


def logits_by_hand(weights: list[np.ndarray], pixels: np.ndarray) -> np.ndarray:
    hidden = pixels.astype(float)
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        before = hidden @ kernel + bias
        hidden = np.where(before > 0, before, 0.2 * before)
    return (hidden @ weights[-2] + weights[-1])[:, 0]


def steepness_by_hand(weights: list[np.ndarray], pixels: np.ndarray) -> np.ndarray:
    """|dD/dx|^2 of each digit: (N,), from the product of the layers' matrices, each unit's times its slope."""
    found = []
    for digit in pixels.astype(float):
        hidden, matrix = digit, None
        for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
            slope = np.where(hidden @ kernel + bias > 0, 1.0, 0.2)
            matrix = kernel * slope if matrix is None else (matrix @ kernel) * slope  # (784, H)
            hidden = (hidden @ kernel + bias) * slope
        assert matrix is not None
        found.append(float(((matrix @ weights[-2]) ** 2).sum()))
    return np.array(found)


def error_by_hand(config: GanConfig, weights: list[np.ndarray]) -> float:
    """What the discriminator with these weights minimises on the batch."""
    drawn = drawn_by_hand([array.astype(float) for array in GENERATOR], Z)
    real_logits, drawn_logits = (logits_by_hand(weights, pixels) for pixels in (REAL, drawn))
    if config.loss == "relativistic":
        loss = softplus(drawn_logits - real_logits).mean()
    else:
        loss = softplus(-real_logits).mean() + softplus(drawn_logits).mean()
    steepness = sum(steepness_by_hand(weights, pixels).mean() for pixels in (REAL, drawn))
    return float(loss + config.gamma / 2 * steepness)


def generators_loss_by_hand(config: GanConfig, weights: list[np.ndarray]) -> float:
    discriminator = [array.astype(float) for array in DISCRIMINATOR]
    real_logits, drawn_logits = (logits_by_hand(discriminator, pixels) for pixels in (REAL, drawn_by_hand(weights, Z)))
    return {
        "minimax": float(-softplus(drawn_logits).mean()),
        "non-saturating": float(softplus(-drawn_logits).mean()),
        "relativistic": float(softplus(real_logits - drawn_logits).mean()),
    }[config.loss]


def difference(loss: Any, weights: list[np.ndarray], array: int, place: tuple[int, ...], size: float = 1e-6) -> float:
    """The derivative of a loss by one weight, from values of the loss on both sides."""
    values = []
    for sign in (1, -1):
        moved = [one.astype(float) for one in weights]
        moved[array][place] += sign * size
        values.append(loss(moved))
    return (values[0] - values[1]) / (2 * size)


def gradients(before: Learner, after: Learner) -> list[np.ndarray]:
    """What Adam was given in a step: it starts from nothing and beta_1 is 0, so that its mean is the gradient."""
    assert not any(np.any(mean) for mean in before.means)
    return [np.array(mean) for mean in after.means]


def places(array: np.ndarray) -> list[tuple[int, ...]]:
    """Three of an array's places, those of the largest values among them."""
    order = np.argsort(-np.abs(array), axis=None)[[0, array.size // 3, array.size // 2]]
    return [tuple(int(i) for i in np.unravel_index(flat, array.shape)) for flat in order]


# --- The steps


@pytest.mark.parametrize("loss", LOSSES)
def test_the_discriminators_step_goes_down_its_error_with_both_penalties(loss: str):
    config, gan = with_loss(loss), new_gan()
    after, verdict = discriminator_step(config, gan, STEP, REAL, Z)
    assert float(verdict.loss + verdict.penalty) == pytest.approx(
        error_by_hand(config, [array.astype(float) for array in DISCRIMINATOR]), rel=1e-4
    )
    for i, found in enumerate(gradients(gan.discriminator, after.discriminator)):
        for place in places(found):
            expected = difference(lambda moved: error_by_hand(config, moved), DISCRIMINATOR, i, place)
            assert found[place] == pytest.approx(expected, rel=2e-3, abs=2e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_generators_step_goes_down_its_loss_through_the_discriminator(loss: str):
    config, gan = with_loss(loss), new_gan()
    after, found_loss = generator_step(config, gan, STEP, REAL, Z)
    start = [array.astype(float) for array in GENERATOR]
    assert float(found_loss) == pytest.approx(generators_loss_by_hand(config, start), rel=1e-4)
    for i, found in enumerate(gradients(gan.generator, after.generator)):
        for place in places(found):
            expected = difference(lambda moved: generators_loss_by_hand(config, moved), GENERATOR, i, place)
            assert found[place] == pytest.approx(expected, rel=2e-3, abs=2e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_each_step_leaves_the_other_network_alone_to_the_last_bit(loss: str):
    """Its weights, what the optimizer remembers of it, and in the discriminator's step the generator's average."""
    config, gan = with_loss(loss), new_gan()
    gan = discriminator_step(config, gan, STEP, REAL, Z)[0]
    gan = generator_step(config, gan, STEP, REAL, Z)[0]  # now nothing is 0 any more
    after = discriminator_step(config, gan, STEP, REAL, Z)[0]
    for found, expected in zip(
        tf.nest.flatten((after.generator, after.average)), tf.nest.flatten((gan.generator, gan.average)), strict=True
    ):
        np.testing.assert_array_equal(found, expected, strict=True)
    assert any(np.any(a != b) for a, b in zip(after.discriminator.weights, gan.discriminator.weights, strict=True))
    after = generator_step(config, gan, STEP, REAL, Z)[0]
    for found, expected in zip(tf.nest.flatten(after.discriminator), tf.nest.flatten(gan.discriminator), strict=True):
        np.testing.assert_array_equal(found, expected, strict=True)
    assert any(np.any(a != b) for a, b in zip(after.generator.weights, gan.generator.weights, strict=True))


@pytest.mark.parametrize("loss", LOSSES)
def test_a_small_step_makes_the_discriminators_error_smaller_and_the_generators_step_makes_it_larger(loss: str):
    """The post's two sentences, as numbers on the batch of the step; without penalties, which are not the error."""
    config, gan = with_loss(loss, gamma=0.0, learning_rate=1e-4), new_gan()

    def error(gan: Gan) -> float:
        drawn = functions.draw(config, gan.generator.weights, Z)
        return float(judge(config, gan.discriminator.weights, REAL, drawn).loss)

    assert error(discriminator_step(config, gan, STEP, REAL, Z)[0]) < error(gan)
    assert error(generator_step(config, gan, STEP, REAL, Z)[0]) > error(gan)


def test_the_average_is_of_the_generators_weights_and_forgets_faster_at_first():
    gan = new_gan()
    for step, kept in ((1, 2 / 11), (7, 8 / 17), (90, 0.9)):
        after = generator_step(CONFIG, gan, tf.constant(step), REAL, Z)[0]
        for found, old, new in zip(after.average, gan.average, after.generator.weights, strict=True):
            np.testing.assert_allclose(found, kept * old + (1 - kept) * new, rtol=1e-5, atol=1e-7)
    plain = generator_step(dataclasses.replace(CONFIG, averaging=0.0), gan, STEP, REAL, Z)[0]
    for found, new in zip(plain.average, plain.generator.weights, strict=True):
        np.testing.assert_array_equal(found, new)


# --- Their parts


def test_the_penalties_are_the_slopes_of_the_discriminator_at_real_and_at_drawn_digits():
    """R1 and R2 against finite differences of the discriminator itself, in double precision."""
    weights = [tf.constant(array) for array in DISCRIMINATOR]
    drawn = drawn_by_hand([array.astype(float) for array in GENERATOR], Z).astype(np.float32)
    verdict = judge(CONFIG, weights, REAL, drawn)
    size, expected = 1e-6, 0.0
    for pixels in (REAL, drawn):
        for digit in pixels.astype(float):
            both = [logits_by_hand(DISCRIMINATOR, digit + sign * size * np.eye(784)) for sign in (1, -1)]
            expected += float((((both[0] - both[1]) / (2 * size)) ** 2).sum()) / len(pixels)
    assert float(verdict.penalty) == pytest.approx(CONFIG.gamma / 2 * expected, rel=1e-4)
    assert float(judge(dataclasses.replace(CONFIG, gamma=0.0), weights, REAL, drawn).penalty) == 0


def test_the_losses_are_their_formulas():
    real, drawn = np.array([0.0, 2.0, -1.0], np.float32), np.array([1.0, -3.0, -1.0], np.float32)
    mean_softplus = {
        sign: [np.mean([math.log1p(math.exp(sign * x)) for x in xs]) for xs in (real, drawn)] for sign in (1, -1)
    }
    classified = mean_softplus[-1][0] + mean_softplus[1][1]
    pairs = [x - y for x, y in zip(drawn.tolist(), real.tolist(), strict=True)]
    found = {
        loss: (functions.discriminator_loss(loss, real, drawn), functions.generator_loss(loss, real, drawn))
        for loss in LOSSES
    }
    expected = {
        "minimax": (classified, -mean_softplus[1][1]),
        "non-saturating": (classified, mean_softplus[-1][1]),
        "relativistic": tuple(np.mean([math.log1p(math.exp(sign * d)) for d in pairs]) for sign in (1, -1)),
    }
    for loss, both in expected.items():
        assert [float(one) for one in found[loss]] == pytest.approx(both, rel=1e-5)


def test_the_accuracy_is_the_share_of_pairs_in_which_the_real_digit_seems_more_real():
    kernel, bias = np.zeros((784, 1), np.float32), np.zeros(1, np.float32)
    kernel[0] = 1
    real, drawn = (np.zeros((4, 784), np.float32) for _ in range(2))
    real[:, 0], drawn[:, 0] = [0.5, 0.5, 0.5, 0.5], [0.1, 0.9, 0.5, 0.4]
    assert float(judge(CONFIG, [kernel, bias], real, drawn).accuracy) == 0.5


def test_the_generator_draws_what_numpys_decoder_draws():
    for activation in ("silu", "relu"):
        config = dataclasses.replace(CONFIG, activation=activation)
        found = functions.draw(config, [tf.constant(array) for array in GENERATOR], Z)
        expected = Decoder.from_tensors(TENSORS, activation).decode(Z).reshape(-1, 784)
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_learning_rate_stays_for_half_of_the_steps_and_then_falls_to_zero():
    falling = dataclasses.replace(CONFIG, schedule="half cosine", learning_rate=0.5)
    found = [float(learning_rate(falling, tf.constant(step))) for step in (1, 50, 75, 100)]
    assert found == pytest.approx([0.5, 0.5, 0.25, 0.0], abs=1e-6)
    assert float(learning_rate(dataclasses.replace(CONFIG, learning_rate=0.5), tf.constant(100))) == 0.5
