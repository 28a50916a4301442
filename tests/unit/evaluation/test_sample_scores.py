"""The scores of samples: what a good and a bad model get, their counts, and those of the shipped runs."""

import json

import numpy as np
import pytest

from tests.unit.builders import all_for_testing, random_digits
from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.evaluation.sample_scores import SAMPLE_SCORES, of_class, sample_scores
from vae_core.evaluation.samples import Decode, Judged, draw
from vae_core.networks.judge import shipped_judge
from vae_core.runs.catalog import open_run
from vae_core.runs.record import Score

CLASSES = [of_class(label) for label in range(10)]


def scores(decode: Decode, digits: Digits, count: int = 400) -> dict[str, Score]:
    return {score.name: score for score in sample_scores(decode, shipped_judge(), digits, count)}


def learned_by_heart(digits: Digits) -> Decode:
    """Draws training digits, one after the other, wherever it is asked for."""
    pictures = to_pixels(digits.train_images).reshape(-1, 28, 28)
    return lambda z: pictures[: len(z)]


def one_digit(digits: Digits) -> Decode:
    """Draws the same test digit everywhere."""
    return lambda z: np.repeat(to_pixels(digits.test_images[:1]).reshape(1, 28, 28), len(z), axis=0)


def test_each_has_its_unit_its_counts_and_its_estimator(sample: Digits):
    found = scores(one_digit(sample), sample)
    assert list(found) == [*SAMPLE_SCORES, *CLASSES]
    for name, score in found.items():
        compared = name in ("nearest training digit", "near copies")
        assert (score.samples, score.digits, score.dataset) == (400, 1000, "sample"), name
        assert score.unit and score.estimator
        assert ("4,000 training digits" in score.estimator) == compared
    json.dumps([score.value for score in found.values()], allow_nan=False)


def test_a_model_that_learned_by_heart_draws_as_digits_are_and_is_found_out(sample: Digits):
    found = scores(learned_by_heart(sample), sample)
    assert (found["classes covered"].value, found["near copies"].value) == (10, 1)
    assert found["near copies"].real == 0
    assert found["nearest training digit"].value == pytest.approx(0, abs=0.1)
    assert found["rarest class"].value > 0.07
    assert found["KL of classes"].value < 0.02
    assert found["seam share"].value < 0.01
    assert found["density"].value == pytest.approx(1, abs=0.15)
    assert found["diversity within a class"].value == pytest.approx(found["diversity within a class"].real, rel=0.1)


def test_a_model_that_draws_one_digit_covers_one_class(sample: Digits):
    found = scores(one_digit(sample), sample)
    label = int(shipped_judge().classes(to_pixels(sample.test_images[:1]))[0])
    assert [found[name].value for name in CLASSES] == [float(i == label) for i in range(10)]
    assert (found["classes covered"].value, found["rarest class"].value) == (1, 0)
    assert found["KL of classes"].value == pytest.approx(np.log(10), abs=0.01)
    assert found["diversity within a class"].value == pytest.approx(0, abs=1e-4)
    assert found["coverage"].value < 0.05
    assert found["Frechet distance"].value > 20 * (found["Frechet distance"].real or 0)


def test_the_frechet_distance_says_its_bias_and_its_judge(sample: Digits):
    """Of half as many samples and digits it is larger, as the estimator says beforehand."""
    decode = learned_by_heart(sample)
    whole = scores(decode, sample)["Frechet distance"]
    assert shipped_judge().digest in whole.estimator
    fewer = float(whole.estimator.split("give ")[1].split(";")[0])
    assert fewer > whole.value > 0
    assert "200 samples and 500 digits" in whole.estimator


def test_where_there_are_no_training_digits_the_digits_take_their_place(sample: Digits):
    digits = all_for_testing(sample, 0, 300)
    found = scores(one_digit(sample), digits)
    assert "among 300 digits, for want of training digits" in found["near copies"].estimator
    assert found["near copies"].real == 0  # a digit is no copy of itself
    assert "150 of the digits against 150" in found["Frechet distance"].estimator


@pytest.mark.parametrize(("train", "test"), [(1, 1), (0, 1), (2, 3)])
def test_few_digits_are_scored_all_the_same(train: int, test: int):
    digits = random_digits(train=train, test=test)
    found = scores(one_digit(digits), digits, 5)
    assert all(np.isfinite(score.value) for score in found.values())


@pytest.mark.parametrize("run_id", ["seed", "deep", "beta-0-25", "beta-1", "beta-4", "gan", "gan-collapsed"])
def test_the_shipped_runs_shares_are_those_that_are_drawn_now(run_id: str, whole_sample: Digits):
    """On a tenth of the samples, within what chance moves them."""
    run = open_run(run_id)
    kept = {score.name: score for score in run.scores_on(whole_sample)}
    judged = Judged.of(draw(run.decoder().decode, 1000), shipped_judge())
    for label in range(10):
        share = kept[of_class(label)]
        assert share.samples == 10_000
        assert (judged.classes == label).mean() == pytest.approx(share.value, abs=4 * 10**0.5 * (share.error or 1e-3))
    seams = kept["seam share"]
    assert judged.seams.mean() == pytest.approx(seams.value, abs=4 * 10**0.5 * (seams.error or 1e-3))


@pytest.mark.mnist
@pytest.mark.parametrize("run_id", ["deep", "gan"])
def test_the_shipped_runs_scores_are_those_that_come_out_now(run_id: str, mnist: Digits):
    run = open_run(run_id)
    kept = {score.name: score for score in run.scores()}
    found = scores(run.decoder().decode, mnist, 10_000)
    for name, score in found.items():
        assert kept[name].value == pytest.approx(score.value, rel=1e-3, abs=1e-3), name
        assert kept[name].real == pytest.approx(score.real, rel=1e-3, abs=1e-3), name
