"""A report in a few words: the classes and the confusion that stand out are those that the figures say."""

import numpy as np

from tests.unit.evaluation.measured import metrics_with
from vae_core.evaluation.digit_metrics import by_class
from vae_core.evaluation.sample_scores import of_class
from vae_core.evaluation.summary import Confusion, Summary, classes_in_words
from vae_core.runs.record import Score

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


def drawn(*shares: float) -> list[Score]:
    """The shares of the ten classes among samples."""
    return [Score(of_class(label), share, "share", 100, "sample", "drawn") for label, share in enumerate(shares)]


def test_the_classes_that_are_missing_are_named_and_the_commonest():
    everywhere = drawn(0.1, 0.1, 0.05, 0.1, 0.1, 0.1, 0.1, 0.15, 0.1, 0.1)
    assert classes_in_words(everywhere) == (
        "It draws all ten classes, sevens most often (15.0 % of its drawings) and twos least often (5.0 %)."
    )
    one = classes_in_words(drawn(0.2, 0.1, 0.1, 0.0099, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1))
    assert one.startswith("Missing: **threes**, each less than one in a hundred")
    several = classes_in_words(drawn(0.5, 0.01, 0.0, 0.49, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert several.startswith("Missing: **twos, fours, fives, sixes, sevens, eights and nines**")
    assert several.endswith("It draws zeros most often (50.0 % of its drawings).")


def test_one_digit_has_a_summary_too():
    metrics = metrics_with(1, reconstruction=[100], predicted=[2])
    assert Summary.of(metrics, by_class(metrics, np.array([1], np.uint8))).typical == [0, 0, 0, 0]
