"""Hard digits: test digits ranked by how badly a model does on them, by several metrics; and the best, for contrast.

Equal digits are ranked by their index. An order may leave digits out: "astray" has only digits classified wrongly.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vae_core.evaluation.digit_metrics import VOTE_K, DigitMetrics


@dataclass(frozen=True)
class Order:
    """One way to rank digits."""

    label: str
    """Its name, as pages show it."""
    about: str
    """A sentence that explains it."""
    sort_key: Callable[[DigitMetrics], np.ndarray]
    """From the metrics of N digits, (N,) numbers: digits are ranked by them, the highest first."""
    describe: Callable[[DigitMetrics, int], str]
    """From the metrics and a digit's index, a caption: the value it is ranked by, and another. Losses are in nats."""
    belongs: Callable[[DigitMetrics, np.ndarray], np.ndarray] | None = None
    """From the metrics and labels of N digits, (N,) bool: which are ranked. None for all."""


def _gap(metrics: DigitMetrics, digit: int) -> str:
    return f"gap {metrics.gap[digit]:z.1f}".replace("-", "\u2212")  # sampled, so it may be a little below 0


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
        "Taken for another",
        "Digits whose nearest neighbours on the map are mostly of another class. First those with the "
        "fewest of their own class among the 50 nearest.",
        lambda metrics: -metrics.same_class_neighbours.astype(float),
        lambda metrics, digit: f"{metrics.same_class_neighbours[digit]} of {VOTE_K}, {_negative_elbo(metrics, digit)}",
        lambda metrics, labels: metrics.predicted != labels,
    ),
    "gap": Order(
        "Worst guessed",
        "Digits for which the encoder's answer is farthest from the best one: the largest inference gap.",
        lambda metrics: metrics.gap,
        lambda metrics, digit: f"{_gap(metrics, digit)}, {_negative_elbo(metrics, digit)}",
    ),
    "best": Order(
        "Best",
        "For contrast: the digits with the lowest \u2212ELBO.",
        lambda metrics: -metrics.negative_elbo,
        lambda metrics, digit: f"{_negative_elbo(metrics, digit)}, {_gap(metrics, digit)}",
    ),
}
"""By the name that stands for each in a page's state."""


def ranked(
    metrics: DigitMetrics,
    labels: np.ndarray,
    order: str,
    label: int | None,
    count: int,
    predicted: int | None = None,
) -> np.ndarray:
    """The indices of the first digits of an order, at most `count`.

    labels: (N,) in 0..9, the true classes; order: a key of ORDERS; label: rank only digits of this class, None for all;
    predicted: only those that are taken for this one.
    """
    chosen = ORDERS[order]
    belongs = np.ones(len(labels), bool) if chosen.belongs is None else chosen.belongs(metrics, labels)
    if label is not None:
        belongs = belongs & (labels == label)
    if predicted is not None:
        belongs = belongs & (metrics.predicted == predicted)
    members = np.flatnonzero(belongs)
    return members[np.argsort(-chosen.sort_key(metrics)[members], kind="stable")[:count]]
