"""A report in a few words: the classes and the confusion that stand out are those that the figures say."""

import numpy as np

from tests.unit.evaluation.measured import metrics_with
from vae_core.evaluation.digit_metrics import by_class
from vae_core.evaluation.summary import Confusion, Summary

LABELS = np.array([3, 3, 7, 7, 7], np.uint8)
METRICS = metrics_with(5, reconstruction=[100, 120, 90, 80, 85], kl=5 * [5], predicted=[3, 5, 7, 9, 7])


def test_the_best_and_the_worst_class_and_what_is_confused_most():
    summary = Summary.of(METRICS, by_class(METRICS, LABELS))
    assert (summary.easiest.label, summary.easiest.negative_elbo) == (7, 90)
    assert (summary.hardest.label, summary.hardest.negative_elbo) == (3, 115)
    # One of two threes is a larger share than one of three sevens.
    assert summary.confusion == Confusion(3, 5, 1, 2)
    words = summary.in_words(gap=3.46)
    for said in (
        "draws sevens best (90 nats",
        "threes worst (115)",
        "1 of the 2 threes lie among fives",
        "3.5 nats lower",
    ):
        assert said in words


def test_typical_digits_go_from_easy_to_hard():
    typical = Summary.of(METRICS, by_class(METRICS, LABELS)).typical
    losses = METRICS.negative_elbo[typical]
    assert (np.diff(losses) >= 0).all()
    assert losses[1] == np.median(METRICS.negative_elbo)


def test_where_nothing_is_confused_nothing_is_said_of_it():
    metrics = metrics_with(5, reconstruction=[100, 120, 90, 80, 85], predicted=LABELS)
    summary = Summary.of(metrics, by_class(metrics, LABELS))
    assert summary.confusion is None
    assert "confuses" not in summary.in_words(gap=1.0)


def test_one_digit_has_a_summary_too():
    metrics = metrics_with(1, reconstruction=[100], predicted=[2])
    assert Summary.of(metrics, by_class(metrics, np.array([1], np.uint8))).typical == [0, 0, 0, 0]
