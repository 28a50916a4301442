"""A score's standard error says how far it would move with other digits."""

import math

import numpy as np
import pytest
import scipy.stats

from tests.unit.builders import random_digits
from tests.unit.evaluation.measured import metrics_with
from vae_core.evaluation.digit_metrics import by_score, standard_error
from vae_core.evaluation.scores import elbo_scores

NOISE = np.random.default_rng(3)


def test_a_standard_error_is_scipys_and_a_bootstraps():
    values = NOISE.gamma(2, 30, 500)
    found = standard_error(values)
    assert found == pytest.approx(scipy.stats.sem(values))
    assert found == pytest.approx(values[NOISE.integers(500, size=(4000, 500))].mean(axis=1).std(), rel=0.05)


def test_of_a_share_it_is_the_binomials():
    hits = NOISE.random(2000) < 0.8
    share = hits.mean()
    assert standard_error(hits) == pytest.approx(math.sqrt(share * (1 - share) / 2000), rel=1e-3)


def test_one_digit_has_none():
    assert standard_error(np.ones(1)) is None


def test_the_scores_of_the_elbo_have_theirs():
    digits = random_digits(train=4, test=60)
    reconstruction, kl = NOISE.normal(140, 30, 60), NOISE.normal(6, 1, 60)
    found = {score.name: score for score in elbo_scores(reconstruction, kl, digits, "by chance")}
    for name, values in (("-ELBO", reconstruction + kl), ("reconstruction", reconstruction), ("KL", kl)):
        assert found[name].value == pytest.approx(values.mean(), abs=1e-4)
        assert found[name].error == pytest.approx(scipy.stats.sem(values), abs=1e-4)


def test_the_values_of_the_digits_are_those_whose_means_the_scores_are():
    count, labels = 50, NOISE.integers(10, size=50)
    nats = {name: NOISE.normal(100, 20, count) for name in ("reconstruction", "kl", "evidence")}
    metrics = metrics_with(count, **nats, predicted=NOISE.integers(10, size=count))
    found = by_score(metrics, labels)
    digits = random_digits(train=4, test=count)
    for score in elbo_scores(metrics.reconstruction, metrics.kl, digits, "by chance"):
        assert found[score.name].mean(dtype=float) == pytest.approx(score.value, abs=1e-4)
    assert found["bits per pixel"] * 784 == pytest.approx(found["rate"] + found["distortion"], rel=1e-5)
    assert found["5-NN accuracy"].mean() == (metrics.predicted == labels).mean()
