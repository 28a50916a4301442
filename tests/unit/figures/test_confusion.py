"""The confusion matrix shows every digit of every class, and JSON can carry it."""

import json

from vae_core.evaluation.digit_metrics import ClassMetrics
from vae_core.figures.confusion import confusion

ROWS = [
    ClassMetrics(0, 10, 150.0, 145.0, 0.9, (9, 0, 0, 0, 0, 0, 1, 0, 0, 0)),
    ClassMetrics(4, 1200, 150.0, 145.0, 0.5, (0, 0, 0, 0, 600, 0, 0, 0, 0, 600)),
]


def test_confusion_counts_every_digit_of_every_class() -> None:
    heatmap, counts = confusion(ROWS)["data"]
    assert heatmap["y"] == ["0", "4"]
    assert heatmap["z"][0] == [0.9, 0, 0, 0, 0, 0, 0.1, 0, 0, 0]
    assert list(zip(counts["x"], counts["y"], counts["text"], strict=True)) == [
        ("0", "0", "9"),
        ("6", "0", "1"),
        ("4", "4", "600"),
        ("9", "4", "600"),
    ]
    json.dumps(confusion(ROWS), allow_nan=False)
