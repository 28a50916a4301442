"""The scores of a discriminator against counting, against SciPy's test, and against a bootstrap."""

import dataclasses

import numpy as np
import pytest
import scipy.stats

from tests.unit.builders import GAN_CONFIG, GREY, random_digits
from vae_core.data.images import to_pixels
from vae_core.evaluation.discriminator_scores import (
    DISCRIMINATOR_SCORES,
    ON_DIGITS,
    ON_SAMPLES,
    PAIRS,
    discriminator_scores,
    pairs_told_apart,
)
from vae_core.evaluation.samples import draw
from vae_core.networks.gan_network import GanNetwork
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import model_of

DIGITS = random_digits(train=0, test=90, seed=3)
TENSORS = initial_tensors(dataclasses.replace(GAN_CONFIG, seed=5), GREY)
NOISE = np.random.default_rng(6)


def gan(loss: str = "minimax") -> GanNetwork:
    """Its discriminator takes some digits and some samples for real."""
    model = model_of(TENSORS, dataclasses.replace(GAN_CONFIG, loss=loss))
    assert isinstance(model, GanNetwork)
    logits = model.discriminator.logits(to_pixels(DIGITS.test_images))
    output = model.discriminator.output
    middle = output[1] - np.float32(np.quantile(logits, 0.3))
    discriminator = dataclasses.replace(model.discriminator, output=(output[0], middle))
    return dataclasses.replace(model, discriminator=discriminator)


def test_accuracies_and_pairs_are_counted_each_with_its_standard_error():
    model = gan()
    real = model.discriminator.logits(to_pixels(DIGITS.test_images)).tolist()
    drawn = model.discriminator.logits(draw(model.decoder.decode, 70)).tolist()
    found = {score.name: score for score in discriminator_scores(model, DIGITS, 70)}
    assert tuple(found) == DISCRIMINATOR_SCORES
    taken, seen_through = [logit > 0 for logit in real], [logit < 0 for logit in drawn]
    assert 0 < sum(taken) < 90
    for name, hits in ((ON_DIGITS, taken), (ON_SAMPLES, seen_through)):
        assert found[name].value == pytest.approx(sum(hits) / len(hits), abs=1e-4)
        assert found[name].error == pytest.approx(scipy.stats.sem(hits), abs=1e-4)
    told_apart = sum(x > y for x in real for y in drawn) / (90 * 70)
    assert found[PAIRS].value == pytest.approx(told_apart, abs=1e-4)
    assert [(score.digits, score.samples, score.unit) for score in found.values()] == [
        (90, 70, "share"),
        (90, None, "share"),
        (90, 70, "share"),
    ]


def test_after_a_relativistic_loss_only_pairs_are_judged_and_the_score_says_why():
    (pairs,) = discriminator_scores(gan("relativistic"), DIGITS, 70)
    assert (pairs.name, pairs.value) == (PAIRS, discriminator_scores(gan(), DIGITS, 70)[0].value)
    assert "the loss was relativistic: a logit alone says nothing" in pairs.estimator


def test_pairs_are_those_of_the_mann_whitney_test_ties_for_half():
    real, drawn = NOISE.integers(0, 8, 50), NOISE.integers(0, 6, 40)
    expected = scipy.stats.mannwhitneyu(real, drawn).statistic / (50 * 40)
    assert pairs_told_apart(real, drawn)[0] == pytest.approx(expected)


def test_the_error_of_pairs_is_how_far_other_digits_and_samples_would_move_them():
    real, drawn = NOISE.normal(1, 1, 200), NOISE.normal(0, 2, 300)
    _, error = pairs_told_apart(real, drawn)
    moved = [pairs_told_apart(NOISE.normal(1, 1, 200), NOISE.normal(0, 2, 300))[0] for _ in range(3000)]
    assert error == pytest.approx(np.std(moved), rel=0.1)


def test_the_error_is_not_known_of_a_single_digit():
    assert pairs_told_apart(np.array([1.0]), np.array([0.0, 2.0])) == (0.5, None)
