"""The loss figures: of one training, beside the post's loss as the post printed it, and of two side by side."""

import csv
import json
from pathlib import Path

import pytest

from tests.unit.builders import CONFIG, HISTORY, NAN
from vae_core.evaluation.learning_curve import TERMS, LearningCurve
from vae_core.figures.losses import compared_losses, training_losses
from vae_core.figures.traces import Figure

STEPS = [
    {"step": 10, "loss": 250.0, "reconstruction": 240.0, "kl": 10.0},
    {"step": 30, "loss": 200.0, "reconstruction": 194.0, "kl": 6.0},
]


def drawn(figure: Figure) -> dict[str, list[tuple[float, float | None]]]:
    """The points of each trace, by its name and its axis."""
    return {
        f"{trace['name']} {trace.get('yaxis', 'y')} {trace['mode']}": list(zip(trace["x"], trace["y"], strict=True))
        for trace in figure["data"]
    }


def test_the_history_is_drawn_where_nothing_finer_is_told():
    assert drawn(training_losses(LearningCurve.from_rows(HISTORY, [], 40), CONFIG, with_post=False)) == {
        "loss y lines": [(1, 200), (2, 180.5)],
        "reconstruction y lines": [(1, 195), (2, 175)],
        "KL y2 lines": [(1, 5), (2, 5.5)],
    }


def test_steps_within_the_epochs_take_the_place_of_the_history():
    found = drawn(training_losses(LearningCurve.from_rows(HISTORY, STEPS, 20), CONFIG, with_post=False))
    assert found["loss y lines"] == [(0.5, 250), (1.5, 200)]
    assert found["KL y2 lines"] == [(0.5, 10), (1.5, 6)]


def test_validation_is_dots_and_what_is_no_number_is_no_point():
    rows = [HISTORY[0] | {"val_loss": 190.0, "val_reconstruction": 184.0, "val_kl": 6.0}, HISTORY[1] | {"kl": NAN}]
    found = drawn(training_losses(LearningCurve.from_rows(rows, [], 40), CONFIG, with_post=False))
    assert found["loss y lines+markers"] == [(1, 200)]
    assert found["on validation digits y markers"] == [(1, 190)]
    assert found["reconstruction y markers"] == [(1, 184)]
    assert found["KL y2 markers"] == [(1, 6)]


def test_the_posts_loss_is_the_one_it_printed_in_nats_a_digit():
    path = Path(__file__).parents[3] / "vae_core/pretrained/post_loss.csv"
    printed = [float(row["loss"]) for row in csv.DictReader(path.read_text().splitlines())]
    found = drawn(training_losses(LearningCurve.from_rows(HISTORY, [], 40), CONFIG, with_post=True))
    epochs, nats = zip(*found["the blog post's loss y lines"], strict=True)
    assert epochs == (1, 2)
    assert nats == pytest.approx([784 * printed[0], 784 * printed[1]], abs=0.01)
    for _, reached in found["the blog post after 50 epochs y lines"]:
        assert reached == pytest.approx(784 * printed[-1], abs=0.01)


@pytest.mark.parametrize("with_post", [True, False])
def test_the_axes_show_the_best_and_every_epoch(with_post: bool):
    figure = training_losses(LearningCurve.from_rows(HISTORY, STEPS, 20), CONFIG, with_post)
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < (149 if with_post else 194) < high
    assert figure["layout"]["xaxis"]["range"] == [0, CONFIG.epochs]
    assert figure["layout"]["yaxis2"]["range"][1] >= 6
    json.dumps(figure, allow_nan=False)


def test_before_the_first_step_there_is_an_empty_figure():
    figure = training_losses(LearningCurve.from_rows([], [], 40), CONFIG, with_post=False)
    assert all(points == [] for points in drawn(figure).values())
    json.dumps(figure, allow_nan=False)


# --- Two trainings

LEFT = LearningCurve([(1.0, 200.0, 5.0), (2.0, 150.0, 6.0)], [(2.0, 151.0, 6.5)])


RIGHT = LearningCurve([(1.0, 180.0, 2.0), (2.0, 160.0, 3.0)], [])


@pytest.mark.parametrize(
    ("term", "left", "held_out", "right"),
    [
        ("-ELBO", [205, 156], [157.5], [182, 163]),
        ("reconstruction", [200, 150], [151], [180, 160]),
        ("KL", [5, 6], [6.5], [2, 3]),
    ],
)
def test_the_figure_has_a_line_for_each_run_and_marks_for_validation(term, left, held_out, right):
    figure = compared_losses(LEFT, RIGHT, term)
    assert [(trace["name"], trace["y"]) for trace in figure["data"]] == [
        ("left", left),
        ("left, on validation digits", held_out),
        ("right", right),
    ]
    assert figure["data"][0]["line"]["dash"] != figure["data"][2]["line"]["dash"]  # not by colour alone
    assert "nats" in figure["layout"]["yaxis"]["title"]["text"]
    assert figure["layout"]["xaxis"]["range"] == [0, 2]


def test_the_axis_shows_the_best_of_both():
    low, high = compared_losses(LEFT, RIGHT, "-ELBO")["layout"]["yaxis"]["range"]
    assert low < 156 < high


def test_trainings_of_very_different_length_are_drawn_on_a_logarithmic_axis():
    long = LearningCurve([(1.0, 200.0, 5.0), (50.0, 150.0, 6.0)], [])
    for left, right in ((LEFT, long), (long, LEFT)):
        assert compared_losses(left, right, "-ELBO")["layout"]["xaxis"]["type"] == "log"


def test_a_run_without_an_epoch_draws_nothing():
    figure = compared_losses(LearningCurve([], []), LearningCurve([], []), "-ELBO")
    assert figure["data"] == []
    assert set(TERMS) == {"-ELBO", "reconstruction", "KL"}
