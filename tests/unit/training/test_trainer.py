"""The weights after step k depend on the config, the digits and k alone: not on stops, nor on how steps are bundled.

The sums and the gradients are those of exactly the digits of a step, the last of an epoch included, against NumPy.
"""

import dataclasses
import math
import os

import numpy as np
import pytest
import scipy.integrate
import tensorflow as tf

from tests.unit.builders import random_tensors
from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.errors import TrainingDiverged
from vae_core.likelihood import elbo
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import Network
from vae_core.runs import store
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import Run
from vae_core.storage.tensors import Tensors
from vae_core.training import augmentation
from vae_core.training.trainer import Trainer

CONFIG = TrainingConfig(encoder_widths=(8,), decoder_widths=(8,), epochs=3, batch_size=50, seed=7)
STEPS = [50, 50, 50, 50, 30]
"""How many of 230 digits each step of an epoch sees."""
MIDDLE, BORDER, END = 7, 10, 15
RULES = [("rmsprop", "constant", 0, 0), ("adam", "linear", 0.25, 0.5), ("rmsprop", "cosine", 0, 0)]
"""Optimizer, schedule, the share of the pixels that is hidden, and that of the digits that are bent."""


@pytest.fixture(scope="module")
def images(sample: Digits) -> np.ndarray:
    return sample.train_images[:230]


def start(config: TrainingConfig, images: np.ndarray) -> Checkpoint:
    return Checkpoint(0, 0.0, 0.0, 0.0, initial_tensors(config, images), [])


def through_disk(run: Run, checkpoint: Checkpoint) -> Checkpoint:
    checkpoint.write(run.directory)
    return Checkpoint.read(run)


@dataclasses.dataclass
class Whole:
    """A training without a stop, a step to a call."""

    config: TrainingConfig
    run: Run
    moments: list[Checkpoint]
    """After 0, 1, ... steps."""


@pytest.fixture(scope="module", params=RULES, ids=lambda rule: " ".join(rule[:2]))
def whole(
    request: pytest.FixtureRequest, sample: Digits, images: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> Whole:
    optimizer, schedule, hidden, bent = request.param
    changes = {"optimizer": optimizer, "schedule": schedule, "hidden_pixels": hidden, "bent_digits": bent}
    config = dataclasses.replace(CONFIG, learning_rate=0.01, **changes)
    digits = dataclasses.replace(sample, train_images=images)
    run = store.begin(config, digits, tmp_path_factory.mktemp("runs"))
    trainer = Trainer(config, images, start(config, images))
    moments = [trainer.checkpoint(0.0)]
    for step in range(END):
        trainer.advance(step + 1)
        moments.append(trainer.checkpoint(0.0))
    return Whole(config, run, moments)


def assert_equal(found: Checkpoint, expected: Checkpoint) -> None:
    """To the last bit."""
    numbers = [(one.step, one.reconstruction, one.kl) for one in (found, expected)]
    assert numbers[0] == numbers[1]
    for name, tensor in found.network.items():
        np.testing.assert_array_equal(tensor, expected.network[name], strict=True)
    for variable, other in zip(found.optimizer, expected.optimizer, strict=True):
        np.testing.assert_array_equal(variable, other, strict=True)


def advance(trainer: Trainer, until: int) -> list[int]:
    """Go on in as few calls as there need to be. Returns the steps at which Python came back."""
    steps = []
    while trainer.step < until:
        trainer.advance(until)
        steps.append(trainer.step)
    return steps


# --- Stopping and going on


def test_a_training_that_was_stopped_within_an_epoch_ends_as_one_that_was_not(whole: Whole, images: np.ndarray):
    stopped = through_disk(whole.run, whole.moments[MIDDLE])
    trainer = Trainer(whole.config, images, stopped)
    assert (trainer.step, trainer.epoch, trainer.seen) == (MIDDLE, 1, 100)
    trainer.compile()
    assert_equal(trainer.checkpoint(0.0), stopped)
    steps = advance(trainer, END)
    assert steps[0] == MIDDLE + 1, "how long a step takes is not known before the first"
    assert {BORDER, END} <= set(steps), "an epoch's end is never passed unseen"
    assert (trainer.epoch, trainer.seen) == (3, 230)
    assert_equal(trainer.checkpoint(0.0), whole.moments[END])


@pytest.mark.parametrize("whole", RULES[:2], indirect=True, ids=lambda rule: " ".join(rule[:2]))
def test_how_steps_are_bundled_and_a_stop_between_two_epochs_make_no_difference(
    whole: Whole, images: np.ndarray, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("vae_core.training.trainer._CALL_SECONDS", 1e9)
    trainer = Trainer(whole.config, images, whole.moments[0])
    assert advance(trainer, BORDER) == [1, 5, 10]
    assert_equal(trainer.checkpoint(0.0), whole.moments[BORDER])
    trainer = Trainer(whole.config, images, through_disk(whole.run, trainer.checkpoint(0.0)))
    assert (trainer.step, trainer.epoch, trainer.seen) == (BORDER, 2, 230)
    assert advance(trainer, 12) == [11, 12], "not beyond the step that is asked for"
    assert trainer.seen == 100
    assert advance(trainer, END) == [END]
    assert_equal(trainer.checkpoint(0.0), whole.moments[END])


def test_training_changes_every_weight_and_lowers_the_loss(whole: Whole):
    first, last = (whole.moments[step] for step in (5, END))
    assert last.reconstruction + last.kl < 0.8 * (first.reconstruction + first.kl)
    for name, tensor in last.network.items():
        assert (tensor != whole.moments[0].network[name]).any(), name


def test_it_starts_from_the_weights_that_it_is_given(whole: Whole, images: np.ndarray):
    for name, tensor in initial_tensors(whole.config, images).items():
        np.testing.assert_array_equal(whole.moments[0].network[name], tensor, strict=True)


# --- The digits of a step


@dataclasses.dataclass
class Still:
    """A training without noise, so that NumPy can follow it."""

    config: TrainingConfig
    networks: list[Tensors]
    sums: list[np.ndarray]
    means: list[Tensors]
    """Adam's running means of the gradients."""


@pytest.fixture(scope="module")
def still(images: np.ndarray) -> Still:
    config = dataclasses.replace(CONFIG, optimizer="adam", epochs=2, epsilon_std=0.0, beta=2.5, learning_rate=0.01)
    trainer = Trainer(config, images, dataclasses.replace(start(config, images), network=random_tensors(config)))
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
    mean, log_var = network.encode(pixels)
    return elbo.reconstruction_nats(pixels, network.logits(mean)), elbo.kl_nats(mean, log_var)


@pytest.mark.parametrize("step", range(BORDER))
def test_the_sums_are_those_of_exactly_the_digits_that_the_epoch_has_seen(still: Still, images: np.ndarray, step: int):
    before = still.sums[step] if step % len(STEPS) else np.zeros(2)
    expected = [term.sum() for term in terms(still.networks[step], digits_of(step, images))]
    np.testing.assert_allclose(still.sums[step + 1] - before, expected, rtol=1e-5)


def test_every_epoch_sees_each_digit_once_in_another_order():
    """One digit a step. With a decoder of biases, all that tells losses apart is the grey of the first pixel."""
    config = TrainingConfig(encoder_widths=(1,), decoder_widths=(1,), batch_size=1, epochs=2, learning_rate=1e-6)
    tensors = {name: np.zeros_like(tensor) for name, tensor in random_tensors(config).items()}
    tensors["decoder.logits.bias"][0] = -1
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 0, 0] = 10 * np.arange(20)
    trainer = Trainer(config, images, Checkpoint(0, 0.0, 0.0, 0.0, tensors, []))
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
    still: Still, images: np.ndarray, name: str, step: int
):
    """Steps 4 and 9 see 30 digits only. Against central differences."""
    gradient = (still.means[step + 1][name] - 0.9 * still.means[step][name].astype(float)) / 0.1
    batch, tensors = digits_of(step, images), still.networks[step]

    def loss(index: int, change: float) -> float:
        moved = tensors[name].astype(float)
        moved[index] += change
        reconstruction, kl = terms(tensors | {name: moved}, batch)
        return float((reconstruction + still.config.beta * kl).mean())

    expected = [(loss(i, 1e-4) - loss(i, -1e-4)) / 2e-4 for i in range(len(gradient))]
    np.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-3)


def test_the_gradient_of_the_logits_is_the_mean_error_of_the_pixels(still: Still, images: np.ndarray):
    """d/dl of softplus(l) - x l is sigmoid(l) - x."""
    for step in (0, 4):
        name, batch = "decoder.logits.bias", digits_of(step, images).reshape(-1, 784) / 255
        gradient = (still.means[step + 1][name] - 0.9 * still.means[step][name].astype(float)) / 0.1
        network = Network.from_tensors(still.networks[step])
        drawn = network.decode(network.encode(batch.astype(np.float32))[0]).reshape(-1, 784)
        np.testing.assert_allclose(gradient, (drawn - batch).mean(axis=0), atol=1e-5)


# --- The noise


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
    trainer = Trainer(config, black, Checkpoint(0, 0.0, 0.0, 0.0, tensors, []))
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


# --- Hidden pixels


def test_the_encoder_misses_the_share_of_the_pixels_that_is_hidden_and_the_decoder_draws_them_all():
    """Of white digits, of which the encoder looks at one pixel alone: the KL is half the square of what it sees."""
    config = TrainingConfig(encoder_widths=(1,), decoder_widths=(1,), batch_size=4000, epochs=1, learning_rate=1e-6)
    tensors = {name: np.zeros_like(tensor) for name, tensor in random_tensors(config).items()}
    tensors["encoder.hidden.0.kernel"][400] = tensors["encoder.mean.kernel"][0, 0] = 1
    white = np.full((4000, 28, 28), 255, np.uint8)

    def means(hidden: float) -> np.ndarray:
        hiding = dataclasses.replace(config, hidden_pixels=hidden)
        trainer = Trainer(hiding, white, Checkpoint(0, 0.0, 0.0, 0.0, tensors, []))
        trainer.advance(1)
        return trainer.sums / 4000

    np.testing.assert_allclose(means(0.0), [784 * math.log(2), 0.5], rtol=1e-5)
    # Seen once in four times, and then four times as bright; the standard error is 0.05.
    np.testing.assert_allclose(means(0.75), [784 * math.log(2), 2.0], atol=0.25)


# --- Long gradients


def gradients(images: np.ndarray, **changes: float) -> Tensors:
    """A tenth of each weight's first gradient, which is what Adam remembers of it, without sampling noise."""
    config = dataclasses.replace(CONFIG, epsilon_std=0, optimizer="adam", **changes)
    trainer = Trainer(config, images, start(config, images))
    trainer.advance(1)
    kept = (variable for variable in trainer.optimizer.variables if "momentum" in variable.path)
    return {name: np.array(one.numpy()) for name, one in zip(trainer.vae.variables_by_name, kept, strict=True)}


def test_a_gradient_that_is_too_long_is_shortened_and_any_other_stays(images: np.ndarray):
    free, loose, tight = (gradients(images, clip_norm=most) for most in (0, 1e5, 0.5))
    for name in free:
        np.testing.assert_array_equal(free[name], loose[name])
    lengths = [math.sqrt(sum(float((g.astype(float) ** 2).sum()) for g in found.values())) for found in (free, tight)]
    assert lengths[0] > 0.1
    assert lengths[1] == pytest.approx(0.05, rel=1e-4)  # a tenth of it: see `gradients`
    for name in free:
        np.testing.assert_allclose(tight[name] / lengths[1], free[name] / lengths[0], rtol=1e-3, atol=1e-7)


# --- Bent digits


def test_the_encoder_learns_from_bent_digits_and_the_decoder_does_not(images: np.ndarray):
    plain, bent = gradients(images), gradients(images, bent_digits=0.5)
    for name in plain:
        assert np.array_equal(plain[name], bent[name]) == name.startswith("decoder."), name


def test_digits_that_are_bent_by_nothing_count_twice(images: np.ndarray, monkeypatch: pytest.MonkeyPatch):
    for name in ("TURN", "STRETCH", "SHEAR", "SHIFT"):
        monkeypatch.setattr(augmentation, name, 0.0)
    plain, bent = gradients(images), gradients(images, bent_digits=1)
    for name in plain:
        times = 1 if name.startswith("decoder.") else 2
        np.testing.assert_allclose(bent[name], times * plain[name], rtol=1e-4, atol=1e-5 * abs(plain[name]).max())


# --- Divergence


def test_a_learning_rate_that_is_far_too_high_is_told_and_leaves_nothing_to_keep(images: np.ndarray):
    deep = 8 * (64,)
    config = dataclasses.replace(
        CONFIG, encoder_widths=deep, decoder_widths=deep, optimizer="adam", learning_rate=1.0, epochs=20
    )
    trainer = Trainer(config, images, start(config, images))
    with pytest.raises(TrainingDiverged, match=r"after step \d+ its loss is not finite. Try a lower learning rate"):
        advance(trainer, 100)
    assert trainer.step < 100
    with pytest.raises(TrainingDiverged, match=r"its weights are not finite. Try a lower learning rate"):
        trainer.checkpoint(0.0)


def test_what_computes_is_told_in_words(images: np.ndarray, monkeypatch: pytest.MonkeyPatch):
    trainer = Trainer(CONFIG, images, start(CONFIG, images))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert trainer.device == f"{os.cpu_count()} processor cores"
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: {"device_name": f"the {gpu}"})
    assert trainer.device == "the GPU"
