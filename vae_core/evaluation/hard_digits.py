"""Hard digits: those that a model does worst on, by one metric or another, and for contrast those it does best on.

Each order is by a metric of the report, ties by the digit's number; a digit is in an order only if it belongs there.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vae_core.evaluation.digit_metrics import VOTE_K, DigitMetrics


@dataclass(frozen=True)
class Order:
    """One way to put digits in order."""

    label: str
    about: str
    badness: Callable[[DigitMetrics], np.ndarray]
    """(N,) numbers, the first in the order having the highest."""
    describe: Callable[[DigitMetrics, int], str]
    """Of one digit, its metric and another, in words; in nats, or how many of the 50 nearest are of its class."""
    belongs: Callable[[DigitMetrics, np.ndarray], np.ndarray] | None = None
    """(N,) bool, from the metrics and the labels; None where every digit belongs."""


def _negative_elbo(metrics: DigitMetrics, digit: int) -> str:
    return f"-ELBO {metrics.negative_elbo[digit]:.0f}"


ORDERS = {
    "drawn": Order(
        "Worst drawn",
        "Digits that the decoder draws worst: the highest reconstruction loss.",
        lambda metrics: metrics.reconstruction,
        lambda metrics, digit: f"loss {metrics.reconstruction[digit]:.0f}, {_negative_elbo(metrics, digit)}",
    ),
    "astray": Order(
        "Astray",
        "Digits among others: the class of most of the 5 nearest is wrong, and the fewest of the 50 nearest are right.",
        lambda metrics: -metrics.same_class_neighbours.astype(float),
        lambda metrics, digit: f"{metrics.same_class_neighbours[digit]} of {VOTE_K}, {_negative_elbo(metrics, digit)}",
        lambda metrics, labels: metrics.predicted != labels,
    ),
    "gap": Order(
        "Largest gap",
        "Digits whose exact posterior the encoder's ellipse misses most: the largest inference gap.",
        lambda metrics: metrics.gap,
        lambda metrics, digit: f"gap {metrics.gap[digit]:z.1f}, {_negative_elbo(metrics, digit)}",
    ),
    "best": Order(
        "Best",
        "For contrast: the digits with the lowest \u2212ELBO.",
        lambda metrics: -metrics.negative_elbo,
        lambda metrics, digit: f"{_negative_elbo(metrics, digit)}, gap {metrics.gap[digit]:z.1f}",
    ),
}
"""By the name that a session keeps."""


def ranked(metrics: DigitMetrics, labels: np.ndarray, order: str, label: int | None, count: int) -> np.ndarray:
    """The first `count` digits in an order, or fewer if not so many belong: indices. label: of this class alone."""
    rule = ORDERS[order]
    belongs = np.ones(len(labels), bool) if rule.belongs is None else rule.belongs(metrics, labels)
    if label is not None:
        belongs = belongs & (labels == label)
    members = np.flatnonzero(belongs)
    return members[np.argsort(-rule.badness(metrics)[members], kind="stable")[:count]]
