"""What compares and what does not, and which is better."""

import dataclasses

import pytest

from tests.unit.builders import CONFIG
from vae_core.config import TrainingConfig
from vae_core.evaluation.comparison import Measured, ScorePair, Setting, compare_configs, compare_scores
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
    neutral = {"KL", "KL of z1", "KL of z2", "rate", "active units"}
    found = {name for name in OVERALL if ScorePair(name, score(name, 1.0), score(name, 2.0), True).better is None}
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
