"""Misfits: the digits that a model does worst on, by one figure or another, and for contrast the ones it does best on.

Each order is by a figure of the report, ties by the digit's number; a digit is in an order only if it belongs there.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vae_core.evaluation.digit_metrics import CROWD, Figures


@dataclass(frozen=True)
class Order:
    """One way to put digits in order."""

    label: str
    about: str
    badness: Callable[[Figures], np.ndarray]
    """(N,) numbers, the first in the order having the highest."""
    told: Callable[[Figures, int], str]
    """The digit's own figure and another, in words; in nats, or how many of the 50 nearest are of its class."""
    belongs: Callable[[Figures, np.ndarray], np.ndarray] | None = None
    """(N,) bool, from the figures and the labels; None where every digit belongs."""


def _negative_elbo(figures: Figures, digit: int) -> str:
    return f"-ELBO {figures.negative_elbo[digit]:.0f}"


ORDERS = {
    "drawn": Order(
        "Worst drawn",
        "Digits that the decoder draws worst: the highest reconstruction loss.",
        lambda figures: figures.reconstruction,
        lambda figures, digit: f"loss {figures.reconstruction[digit]:.0f}, {_negative_elbo(figures, digit)}",
    ),
    "astray": Order(
        "Astray",
        "Digits among others: the class of most of the 5 nearest is wrong, and the fewest of the 50 nearest are right.",
        lambda figures: -figures.company.astype(float),
        lambda figures, digit: f"{figures.company[digit]} of {CROWD}, {_negative_elbo(figures, digit)}",
        lambda figures, labels: figures.predicted != labels,
    ),
    "gap": Order(
        "Largest gap",
        "Digits whose exact posterior the encoder's ellipse misses most: the largest inference gap.",
        lambda figures: figures.gap,
        lambda figures, digit: f"gap {figures.gap[digit]:z.1f}, {_negative_elbo(figures, digit)}",
    ),
    "best": Order(
        "Best",
        "For contrast: the digits with the lowest \u2212ELBO.",
        lambda figures: -figures.negative_elbo,
        lambda figures, digit: f"{_negative_elbo(figures, digit)}, gap {figures.gap[digit]:z.1f}",
    ),
}
"""By the name that a session keeps."""


def ranked(figures: Figures, labels: np.ndarray, order: str, label: int | None, count: int) -> np.ndarray:
    """The first `count` digits in an order, or fewer if not so many belong: indices. label: of this class alone."""
    rule = ORDERS[order]
    belongs = np.ones(len(labels), bool) if rule.belongs is None else rule.belongs(figures, labels)
    if label is not None:
        belongs = belongs & (labels == label)
    members = np.flatnonzero(belongs)
    return members[np.argsort(-rule.badness(figures)[members], kind="stable")[:count]]
