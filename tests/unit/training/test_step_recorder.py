"""Single steps of a GAN: what is noted of each is what NumPy computes from the weights before and after it."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from vae_core.data.digits import Digits
from vae_core.data.images import to_images, to_pixels
from vae_core.errors import TrainingDiverged
from vae_core.gan_config import GanConfig
from vae_core.networks.initialization import initial_tensors
from vae_core.recipes import STEP_BY_STEP
from vae_core.runs.recording import NetworkName, Steps, read_recording
from vae_core.training.adam import new_learner
from vae_core.training.gan import Gan, discriminator_step, draw, generator_step, judge
from vae_core.training.step_recorder import StepRecorder

CONFIG = GanConfig(
    generator_widths=(5, 4), discriminator_widths=(6, 3), loss="minimax", gamma=2.0, batch_size=12, learning_rate=0.05
)
IMAGES = np.random.default_rng(1).integers(0, 256, (40, 28, 28), dtype=np.uint8)
ORDER: list[NetworkName] = ["discriminator", "generator", "generator", "discriminator", "generator"]


def arrays(weights: list) -> list[np.ndarray]:
    return [np.array(weight).astype(float) for weight in weights]


def drawn_by(weights: list[np.ndarray], z: np.ndarray) -> np.ndarray:
    """(B, 784) in [0, 1], in double precision."""
    hidden = z.astype(float)
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        before = hidden @ kernel + bias
        hidden = before / (1 + np.exp(-before))
    return 1 / (1 + np.exp(-(hidden @ weights[-2] + weights[-1])))


def logits_of(weights: list[np.ndarray], pixels: np.ndarray) -> np.ndarray:
    hidden = pixels
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        before = hidden @ kernel + bias
        hidden = np.where(before > 0, before, 0.2 * before)
    return (hidden @ weights[-2] + weights[-1])[:, 0]


def error_of(real: np.ndarray, drawn: np.ndarray) -> float:
    return float(np.logaddexp(0, -real).mean() + np.logaddexp(0, drawn).mean())


class Watched(StepRecorder):
    """Keeps each step's weights before and after it, its rows and its latent points."""

    def take(self, network: NetworkName) -> Steps:
        replay = np.random.default_rng()
        before = self.gan
        # A discriminator step first draws its real digits; in both, the latent points come last.
        replay.bit_generator.state = self._noise.bit_generator.state
        steps = super().take(network)
        if network == "discriminator":
            replay.integers(0, len(self.images), self.config.batch_size)
        self.z = replay.standard_normal((self.config.batch_size, 2)).astype(np.float32)
        self.pair = before, self.gan
        return steps


@pytest.mark.parametrize("loss", ["minimax", "non-saturating"])
def test_each_number_of_a_step_is_what_numpy_computes_on_its_batch(loss: str):
    recorder = Watched(dataclasses.replace(CONFIG, loss=loss), IMAGES)
    for network in ORDER:
        steps = recorder.take(network)
        assert len(steps) == 1
        assert steps.trained[0] == ("discriminator", "generator").index(network)
        np.testing.assert_array_equal(steps.rows[0], recorder.rows[:8])
        real = IMAGES[recorder.rows].reshape(12, 784) / 255
        for i, gan in enumerate(recorder.pair):
            drawn = drawn_by(arrays(gan.generator.weights), recorder.z)
            judged = arrays(gan.discriminator.weights)
            real_logits, drawn_logits = logits_of(judged, real), logits_of(judged, drawn)
            assert steps.error[0, i] == pytest.approx(error_of(real_logits, drawn_logits), rel=1e-4)
            verdicts = 1 / (1 + np.exp(-np.concatenate([real_logits[:8], drawn_logits[:8]])))
            np.testing.assert_allclose(steps.verdicts[0, i], verdicts, rtol=1e-3, atol=1e-6)
            assert np.abs(steps.drawn[0, i].astype(int) - to_images(drawn[:8])).max() <= 1
        frozen = ({"discriminator", "generator"} - {network}).pop()
        for old, new in zip(*(getattr(gan, frozen).weights for gan in recorder.pair), strict=True):
            np.testing.assert_array_equal(old, new)


def test_the_shipped_recording_is_of_the_two_pure_functions(sample: Digits):
    """Its first steps taken again by these alone, with real digits and latent points in the order in which a recorder
    draws them."""
    recorded, config = read_recording().steps, STEP_BY_STEP
    tensors = initial_tensors(config, sample.train_images)
    generator, discriminator = (
        [tf.constant(tensor) for name, tensor in tensors.items() if name.startswith(part)]
        for part in ("decoder", "discriminator")
    )
    gan = Gan(new_learner(generator), new_learner(discriminator), generator)
    noise = np.random.default_rng(config.seed)
    noise.integers(0, 4000, config.batch_size)
    rows = np.empty(0, int)
    for i in range(6):
        step, network = ((discriminator_step, "discriminator"), (generator_step, "generator"))[recorded.trained[i]]
        if network == "discriminator":
            rows = noise.integers(0, 4000, config.batch_size)
        np.testing.assert_array_equal(recorded.rows[i], rows[:8])
        real = to_pixels(sample.train_images[rows])
        z = noise.standard_normal((config.batch_size, 2)).astype(np.float32)
        after, _ = step(config, gan, tf.constant(i // 2 + 1), real, z)
        for j, one in enumerate((gan, after)):
            pixels = draw(config, one.generator.weights, z)
            error = judge(config, one.discriminator.weights, real, pixels).loss
            assert recorded.error[i, j] == pytest.approx(float(error), rel=0.01)
            assert np.abs(recorded.drawn[i, j].astype(int) - to_images(pixels[:8].numpy())).mean() < 5  # of 16 levels
        gan = after


def test_the_gradients_length_is_that_of_the_slope_on_the_batch():
    """By finite differences along the gradient's own direction; with a beta_1, so that Adam's mean is no gradient."""
    recorder = Watched(dataclasses.replace(CONFIG, gamma=0.0, beta_1=0.7), IMAGES)
    for network in ORDER:
        length = float(recorder.take(network).gradient[0])
        losses = [loss_along(recorder, network, length, size) for size in (1e-4, -1e-4)]
        assert (losses[0] - losses[1]) / 2e-4 == pytest.approx(length, rel=2e-3)


def loss_along(recorder: Watched, network: NetworkName, length: float, size: float) -> float:
    """What the network minimises, once its weights before the last step are moved by `size` along their gradient."""
    before, after = recorder.pair
    weights = {name: arrays(getattr(before, name).weights) for name in ("discriminator", "generator")}
    means = zip(*(arrays(getattr(gan, network).means) for gan in (before, after)), strict=True)
    slopes = [(new - 0.7 * old) / 0.3 for old, new in means]
    weights[network] = [w + size * slope / length for w, slope in zip(weights[network], slopes, strict=True)]
    drawn = logits_of(weights["discriminator"], drawn_by(weights["generator"], recorder.z))
    if network == "generator":
        return float(-np.logaddexp(0, drawn).mean())
    return error_of(logits_of(weights["discriminator"], IMAGES[recorder.rows].reshape(12, 784) / 255), drawn)


def test_steps_depend_on_the_seed_and_not_on_being_compiled_before():
    one, other, another = (StepRecorder(dataclasses.replace(CONFIG, seed=seed), IMAGES) for seed in (3, 3, 4))
    other.compile()
    for network in ORDER:
        first, second, third = (recorder.take(network) for recorder in (one, other, another))
        for name, array in first.tensors().items():
            np.testing.assert_array_equal(array, second.tensors()[name])
        assert not np.array_equal(first.drawn, third.drawn)


def test_a_generator_step_keeps_the_real_digits_and_draws_new_points():
    recorder = StepRecorder(CONFIG, IMAGES)
    first = recorder.take("discriminator")
    second, third = recorder.take("generator"), recorder.take("generator")
    np.testing.assert_array_equal(second.rows, first.rows)
    np.testing.assert_array_equal(third.rows, first.rows)
    assert not np.array_equal(second.drawn[0, 1], third.drawn[0, 0])
    assert not np.array_equal(recorder.take("discriminator").rows, first.rows)


def test_an_error_that_is_not_finite_is_told():
    recorder = StepRecorder(CONFIG, IMAGES)
    broken = [tf.fill(weight.shape, np.nan) for weight in recorder.gan.discriminator.weights]
    recorder.gan = recorder.gan._replace(discriminator=recorder.gan.discriminator._replace(weights=broken))
    with pytest.raises(TrainingDiverged, match="not finite"):
        recorder.take("generator")
