"""Hard digits: each order is by its own figure, and holds only the digits that belong in it."""

import numpy as np
import pytest

from tests.unit.evaluation.measured import metrics_with
from vae_core.evaluation.hard_digits import ORDERS, ranked

LABELS = np.array([3, 3, 7, 7, 7], np.uint8)
METRICS = metrics_with(
    5,
    reconstruction=[100, 120, 90, 80, 200],
    kl=[5, 5, 5, 5, 5],
    evidence=[-104, -95, -94, -84, -203],
    predicted=[3, 5, 7, 9, 1],
    same_class_neighbours=[50, 3, 0, 20, 3],
)


@pytest.mark.parametrize(
    ("order", "label", "expected"),
    [
        ("drawn", None, [4, 1, 0, 2, 3]),
        ("drawn", 3, [1, 0]),
        ("astray", None, [1, 4, 3]),  # 2 keeps bad company, but is taken for what it is; 1 comes before 4
        ("astray", 7, [4, 3]),
        ("gap", None, [1, 4, 0, 2, 3]),
        ("best", None, [3, 2, 0, 1, 4]),
        ("best", 0, []),
    ],
)
def test_orders(order: str, label: int | None, expected: list[int]) -> None:
    assert ranked(METRICS, LABELS, order, label, 12).tolist() == expected


def test_those_taken_for_one_class_alone() -> None:
    assert ranked(METRICS, LABELS, "astray", 7, 12, predicted=9).tolist() == [3]
    assert ranked(METRICS, LABELS, "drawn", 3, 12, predicted=3).tolist() == [0]


def test_each_order_tells_its_own_figure() -> None:
    texts = {name: order.describe(METRICS, 1) for name, order in ORDERS.items()}
    assert texts == {
        "drawn": "loss 120, -ELBO 125",
        "astray": "3 of 50, -ELBO 125",
        "gap": "gap 30.0, -ELBO 125",
        "best": "-ELBO 125, gap 30.0",
    }


def test_no_more_than_asked_for() -> None:
    for order in ORDERS:
        assert len(ranked(METRICS, LABELS, order, None, 2)) == 2
