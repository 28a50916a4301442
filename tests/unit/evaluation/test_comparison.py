"""What compares and what does not, and which is better."""

import dataclasses

import numpy as np
import pytest
import scipy.stats

from tests.unit.builders import CONFIG, GAN_CONFIG
from vae_core.config import TrainingConfig
from vae_core.evaluation.comparison import Measured, ScorePair, Setting, compare_configs, compare_scores
from vae_core.evaluation.discriminator_scores import DISCRIMINATOR_SCORES
from vae_core.evaluation.scores import OVERALL
from vae_core.runs.record import Score


def score(name: str = "-ELBO", value: float = 150.0, unit: str = "nats", digits: int = 1000) -> Score:
    return Score(name, value, unit, digits, "mnist", "Monte Carlo")


def test_a_difference_is_right_minus_left():
    row = ScorePair("-ELBO", score(value=150.0), score(value=147.5), same_digits=True)
    assert row.difference == -2.5


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("-ELBO", "left"),
        ("-log p(x)", "left"),
        ("inference gap", "left"),
        ("5-NN accuracy", "right"),
        ("trustworthiness", "right"),
        ("KL", None),
        ("active units", None),
    ],
)
def test_less_is_better_of_a_loss_and_more_of_an_accuracy(name: str, better: str | None):
    assert ScorePair(name, score(name, 1.0), score(name, 2.0), same_digits=True).better == better
    mirrored = {"left": "right", "right": "left", None: None}
    assert ScorePair(name, score(name, 2.0), score(name, 1.0), same_digits=True).better == mirrored[better]


def test_every_score_of_a_report_is_known_to_have_a_better_side_or_none():
    neutral = {"KL", "KL of z1", "KL of z2", "rate", "active units", "density", "diversity within a class"}
    neutral |= {"nearest training digit", *DISCRIMINATOR_SCORES}
    names = (*OVERALL, *DISCRIMINATOR_SCORES)
    found = {name for name in names if ScorePair(name, score(name, 1.0), score(name, 2.0), True).better is None}
    assert found == neutral


@pytest.mark.parametrize(
    "row",
    [
        ScorePair("-ELBO", score(), None, True),
        ScorePair("-ELBO", None, score(), True),
        ScorePair("-ELBO", score(), score(value=1.0), same_digits=False),
        ScorePair("-ELBO", score(), score(value=1.0, digits=999), True),
        ScorePair("-ELBO", score(), score(value=1.0, unit="bits"), True),
    ],
    ids=["none on the right", "none on the left", "other digits", "fewer digits", "another unit"],
)
def test_what_does_not_compare_has_no_difference_and_no_better_side(row: ScorePair):
    assert row.difference is None
    assert row.better is None


def test_equal_scores_have_no_better_side():
    row = ScorePair("-ELBO", score(), score(), True)
    assert row.difference == 0
    assert row.better is None


def test_rows_are_of_either_run_in_the_order_of_the_one_with_more():
    few = Measured([score("KL"), score("mine")], "a")
    many = Measured([score("-ELBO"), score("KL"), score("-log p(x)")], "a")
    for left, right in ((few, many), (many, few)):
        rows = compare_scores(left, right)
        assert [row.name for row in rows] == ["-ELBO", "KL", "-log p(x)", "mine"]
        assert [row.name for row in rows if row.difference is not None] == ["KL"]
    assert compare_scores(few, many)[0].left is None
    assert compare_scores(many, few)[0].right is None


def test_scores_of_other_digits_are_set_side_by_side_and_not_compared():
    (row,) = compare_scores(Measured([score()], "a"), Measured([score(value=140.0)], "b"))
    assert (row.left, row.right, row.difference) == (score(), score(value=140.0), None)


def test_only_fields_that_differ_are_told_in_the_order_of_the_config():
    assert compare_configs(CONFIG, CONFIG) == []
    other = dataclasses.replace(CONFIG, beta=0.25, encoder_widths=(128, 64), epochs=3)
    settings = compare_configs(CONFIG, other)
    assert [(setting.name, setting.left, setting.right) for setting in settings] == [
        ("Encoder widths", "6", "128, 64"),
        ("Epochs", "2", "3"),
        ("Beta", "1", "0.25"),
    ]
    whys = {spec.name: spec.metadata["why"] for spec in dataclasses.fields(TrainingConfig)}
    assert settings[2] == Setting("Beta", "1", "0.25", whys["beta"])


def test_of_two_kinds_of_model_each_field_is_told_that_one_of_them_has():
    settings = {setting.name: setting for setting in compare_configs(CONFIG, GAN_CONFIG)}
    assert (settings["Encoder widths"].left, settings["Encoder widths"].right) == ("6", "\u2013")
    assert (settings["Generator widths"].left, settings["Generator widths"].right) == ("\u2013", "5, 4")
    assert (settings["Batch size"].left, settings["Batch size"].right) == (str(CONFIG.batch_size), "8")
    assert "Seed" not in settings  # the same
    mirrored = {setting.name: setting for setting in compare_configs(GAN_CONFIG, CONFIG)}
    assert {name: (setting.right, setting.left) for name, setting in mirrored.items()} == {
        name: (setting.left, setting.right) for name, setting in settings.items()
    }


# --- Errors


def test_of_the_same_digits_a_difference_has_the_error_of_their_differences():
    """Against a bootstrap: both runs find the same digits hard."""
    noise = np.random.default_rng(5)
    hard = noise.normal(150, 40, 1000)
    left, right = hard + noise.normal(0, 1, 1000), hard + noise.normal(-0.5, 1, 1000)
    (row,) = compare_scores(
        Measured([score(value=left.mean())], "a", {"-ELBO": left}),
        Measured([score(value=right.mean())], "a", {"-ELBO": right}),
    )
    resampled = noise.integers(1000, size=(4000, 1000))
    assert row.error == pytest.approx((right - left)[resampled].mean(axis=1).std(), rel=0.05)
    assert row.error < 0.1 * scipy.stats.sem(left)
    assert (row.better, row.within_error) == ("right", False)


def test_without_the_digits_it_has_that_of_two_independent_scores():
    pair = [Measured([dataclasses.replace(score(value=value), error=error)], "a") for value, error in ((1, 3), (9, 4))]
    (row,) = compare_scores(*pair)
    assert (row.error, row.better) == (5, "left")
    (row,) = compare_scores(pair[0], Measured([score(value=9)], "a"))
    assert row.error is None
    (row,) = compare_scores(pair[0], dataclasses.replace(pair[1], digest="b"))
    assert row.error is None


def test_what_is_within_its_error_is_not_better():
    row = ScorePair("-ELBO", score(value=150.0), score(value=149.5), True, error=0.5)
    assert (row.difference, row.within_error, row.better) == (-0.5, True, None)
    assert dataclasses.replace(row, error=0.49).better == "right"
