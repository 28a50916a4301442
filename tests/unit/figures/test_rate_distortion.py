"""The rate-distortion plane shows each run where its scores say, however bad it is, and JSON can carry it."""

import json

import pytest

from vae_core.figures.rate_distortion import rate_and_distortion, rate_distortion
from vae_core.runs.record import Score


def score(name: str, value: float) -> Score:
    return Score(name, value, "nats", 1000, "sample", "Monte Carlo")


def test_rate_is_the_kl_and_distortion_the_reconstruction() -> None:
    both = [score("-ELBO", 150), score("KL", 6), score("reconstruction", 144)]
    assert rate_and_distortion(both) == (6, 144)
    assert rate_and_distortion(both[:2]) is None
    assert rate_and_distortion([score("KL", 6), score("reconstruction", -1e308)]) is None  # a damaged file's


def test_on_a_line_rate_and_distortion_have_the_same_sum() -> None:
    figure = rate_distortion(("mine", 6.0, 145.0), {"other": (7.0, 128.0)})
    lines = figure["data"][0]
    sums = [x + y for x, y in zip(lines["x"], lines["y"], strict=True) if x is not None]
    assert len(sums) >= 6
    assert sums[::2] == pytest.approx(sums[1::2])
    ends = figure["data"][1]
    assert len(ends["text"]) >= 3
    for x, y, loss in zip(ends["x"], ends["y"], ends["text"], strict=True):
        assert x + y == pytest.approx(float(loss))
        assert (x, y) in zip(lines["x"], lines["y"], strict=True)
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < 128 < 145 < high
    json.dumps(figure, allow_nan=False)


@pytest.mark.parametrize("others", [{}, {"other": (7.0, 128.0)}, {"barely begun": (0.1, 540.0)}])
def test_own_run_is_there_whatever_the_others_are(others: dict[str, tuple[float, float]]) -> None:
    figure = rate_distortion(("mine", 6.0, 145.0), others)
    named = {name: (x, y) for trace in figure["data"] if trace["mode"] == "markers" for name, x, y in shown(trace)}
    assert named == {"mine": (6.0, 145.0)} | others
    assert figure["data"][-1]["text"] == ["mine"]
    assert figure["layout"]["yaxis"]["range"][1] < 200  # a run that hardly trained does not press the rest together


@pytest.mark.parametrize(("rate", "distortion"), [(0.0, 0.5), (6.0, 1e8), (5e8, 140.0), (1e300, 1e300)])
def test_however_bad_a_run_is_its_figure_stays_small(rate: float, distortion: float) -> None:
    figure = rate_distortion(("mine", rate, distortion), {"other": (7.0, 128.0)})
    assert 1 <= len(figure["data"][0]["x"]) / 3 <= 20
    json.dumps(figure, allow_nan=False)


def test_a_title_cannot_format_the_figure() -> None:
    points = rate_distortion(("<b>mine</b>", 6.0, 145.0), {"<a href='x'>other</a>": (7.0, 128.0)})["data"][-2:]
    assert [trace["text"] for trace in points] == [
        ["&lt;a href='x'&gt;other&lt;/a&gt;"],
        ["&lt;b&gt;mine&lt;/b&gt;"],
    ]


def shown(trace: dict) -> zip:
    return zip(trace["text"], trace["x"], trace["y"], strict=True)
