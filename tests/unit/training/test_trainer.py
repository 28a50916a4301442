"""The weights after step k depend on the config, the digits and k alone: not on stops, nor on how steps are bundled."""

import dataclasses
import os

import numpy as np
import pytest
import tensorflow as tf

from tests.unit.training.trainers import CONFIG, start
from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits, given
from vae_core.errors import TrainingDiverged
from vae_core.networks.initialization import initial_tensors
from vae_core.runs import store
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import Run
from vae_core.training.trainer import Trainer

MIDDLE, BORDER, END = 7, 10, 15
RULES = [("rmsprop", "cosine", 0, 0), ("adam", "linear", 0.25, 0.5)]
"""Optimizer, schedule, the share of the pixels that is hidden, and that of the digits that are bent."""


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
    request: pytest.FixtureRequest, sample: Digits, train_images: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> Whole:
    optimizer, schedule, hidden, bent = request.param
    changes = {"optimizer": optimizer, "schedule": schedule, "hidden_pixels": hidden, "bent_digits": bent}
    config = dataclasses.replace(CONFIG, learning_rate=0.01, **changes)
    digits = dataclasses.replace(sample, training=given(train_images, sample.train_labels))
    run = store.begin(config, digits, tmp_path_factory.mktemp("runs"))
    trainer = Trainer(config, train_images, start(config, train_images))
    moments = [trainer.checkpoint(0.0)]
    for step in range(END):
        trainer.advance(step + 1)
        moments.append(trainer.checkpoint(0.0))
    return Whole(config, run, moments)


def assert_equal(found: Checkpoint, expected: Checkpoint) -> None:
    """To the last bit."""
    numbers = [(one.step, one.sums) for one in (found, expected)]
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


def test_a_training_that_was_stopped_within_an_epoch_ends_as_one_that_was_not(whole: Whole, train_images: np.ndarray):
    stopped = through_disk(whole.run, whole.moments[MIDDLE])
    trainer = Trainer(whole.config, train_images, stopped)
    assert (trainer.step, trainer.epoch, trainer.seen) == (MIDDLE, 1, 100)
    trainer.compile()
    assert_equal(trainer.checkpoint(0.0), stopped)
    steps = advance(trainer, END)
    assert steps[0] == MIDDLE + 1, "how long a step takes is not known before the first"
    assert {BORDER, END} <= set(steps), "an epoch's end is never passed unseen"
    assert (trainer.epoch, trainer.seen) == (3, 230)
    assert_equal(trainer.checkpoint(0.0), whole.moments[END])


def test_how_steps_are_bundled_and_a_stop_between_two_epochs_make_no_difference(
    whole: Whole, train_images: np.ndarray, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("vae_core.training.stepper._CALL_SECONDS", 1e9)
    trainer = Trainer(whole.config, train_images, whole.moments[0])
    assert advance(trainer, BORDER) == [1, 5, 10]
    assert_equal(trainer.checkpoint(0.0), whole.moments[BORDER])
    trainer = Trainer(whole.config, train_images, through_disk(whole.run, trainer.checkpoint(0.0)))
    assert (trainer.step, trainer.epoch, trainer.seen) == (BORDER, 2, 230)
    assert advance(trainer, 12) == [11, 12], "not beyond the step that is asked for"
    assert trainer.seen == 100
    assert advance(trainer, END) == [END]
    assert_equal(trainer.checkpoint(0.0), whole.moments[END])


def test_training_changes_every_weight_and_lowers_the_loss(whole: Whole):
    first, last = (whole.moments[step] for step in (5, END))
    assert sum(last.sums.values()) < 0.8 * sum(first.sums.values())
    for name, tensor in last.network.items():
        assert (tensor != whole.moments[0].network[name]).any(), name


def test_it_starts_from_the_weights_that_it_is_given(whole: Whole, train_images: np.ndarray):
    for name, tensor in initial_tensors(whole.config, train_images).items():
        np.testing.assert_array_equal(whole.moments[0].network[name], tensor, strict=True)


# --- Divergence


def test_a_learning_rate_that_is_far_too_high_is_an_error_and_leaves_nothing_to_keep(train_images: np.ndarray):
    deep = 8 * (64,)
    config = dataclasses.replace(
        CONFIG, encoder_widths=deep, decoder_widths=deep, optimizer="adam", learning_rate=1.0, epochs=20
    )
    trainer = Trainer(config, train_images, start(config, train_images))
    with pytest.raises(TrainingDiverged, match=r"after step \d+ its loss is not finite. Try a lower learning rate"):
        advance(trainer, 100)
    assert trainer.step < 100
    with pytest.raises(TrainingDiverged, match=r"its weights are not finite. Try a lower learning rate"):
        trainer.checkpoint(0.0)


def test_what_computes_is_named(train_images: np.ndarray, monkeypatch: pytest.MonkeyPatch):
    trainer = Trainer(CONFIG, train_images, start(CONFIG, train_images))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert trainer.device == f"{os.cpu_count()} processor cores"
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: {"device_name": f"the {gpu}"})
    assert trainer.device == "the GPU"
