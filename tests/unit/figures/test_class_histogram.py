"""The histogram shows every class of the samples beside the digits' own, and JSON can carry it."""

import json

from vae_core.evaluation.sample_scores import of_class
from vae_core.figures.class_histogram import class_histogram
from vae_core.runs.record import Score


def test_a_bar_of_each_class_for_the_samples_and_one_for_the_digits() -> None:
    scores = [
        Score(of_class(label), label / 45, "share", 100, "mnist", "drawn", samples=200, real=0.1) for label in range(10)
    ]
    figure = class_histogram([Score("-ELBO", 150.0, "nats", 100, "mnist", "by chance"), *reversed(scores)])
    samples, digits = figure["data"]
    assert samples["x"] == digits["x"] == [str(label) for label in range(10)]
    assert samples["y"] == [label / 45 for label in range(10)]
    assert digits["y"] == 10 * [0.1]
    json.dumps(figure, allow_nan=False)
    assert "range" not in figure["layout"]["yaxis"]
    assert class_histogram(scores, top=0.5)["layout"]["yaxis"]["range"] == [0, 0.5]
