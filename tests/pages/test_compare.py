"""The Compare page through Streamlit's test runner."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.compare_page import compare, data, sides
from tests.pages.runner import SECONDS, as_read, at_hand, copy_of_seed, html, text, warnings
from tests.unit.builders import CONFIG, random_digits, random_tensors
from vae_core.data.digits import Digits
from vae_core.evaluation import report_process
from vae_core.evaluation.report import Report
from vae_core.evaluation.scores import OVERALL
from vae_core.networks.network import Network
from vae_core.runs.catalog import open_run
from vae_core.storage.tensors import pack
from vae_core.ui.elements.score_tables import label
from vae_core.ui.resources import measurement
from vae_core.ui.resources.loaded_run import load_run


def edit(folder: Path, **config: object) -> None:
    """Give a run's config other values."""
    record = json.loads((folder / "run.json").read_text())
    record["config"] |= config
    (folder / "run.json").write_text(json.dumps(record))


def score_again(folder: Path, **values: float) -> None:
    """Give some of a run's scores other values."""
    scores = json.loads((folder / "metrics.json").read_text())
    for score in scores:
        score["value"] = values.get(score["name"].replace("-", "_").replace(" ", "_"), score["value"])
    (folder / "metrics.json").write_text(json.dumps(scores))


def row(app: AppTest, name: str) -> str:
    """The row of a score, as it is read."""
    (found,) = [part for part in html(app).split("<tr>") if f'<th scope="row">{label(name)}<br>' in part]
    return found.replace("<b>", "").replace("</b>", "")


def test_two_runs_are_set_side_by_side(two_runs: Path) -> None:
    app = compare(digit="12")
    assert sides(app) == ("mine", "other")
    assert dict(app.query_params) == {"left": "mine", "right": "other", "digit": "12"}
    shown = data(app)
    assert (shown["left"][:2], shown["right"][:2]) == (["mine", "Copy mine"], ["other", "Copy other"])
    assert shown["digit"] == 12
    assert len(shown["nodes"]) == 15
    assert not app.warning
    assert not app.error


def test_a_run_on_the_sample_and_one_on_mnist_are_shown_on_digits_that_neither_learned_from(
    runs: Path, part: Digits
) -> None:
    copy_of_seed(runs, "mine", part)
    app = compare(left="beta-1", right="mine", digit="4000")
    assert data(app)["digit"] is None
    assert "there is no digit 4000" in warnings(app)
    assert f"{len(part.test_images)} digits" in text(app)
    assert "neither model ever saw them" in text(app)
    app = compare(left="beta-1", right="beta-4", digit="4000")
    assert data(app)["digit"] == 4000
    assert "5,000 digits" in text(app)
    assert "neither model ever saw them" in text(app)
    app = compare(left="beta-1", right="seed")
    assert "**The blog post's recipe** learned from these very digits" in text(app)


def test_scores_show_their_difference_its_sign_and_which_is_better(two_runs: Path) -> None:
    score_again(two_runs / "other", _ELBO=150.0, KL=7.0, **{"5_NN_accuracy": 0.5})
    app = compare()
    for name in OVERALL:
        assert row(app, name)
    assert ">151.44 nats<" in row(app, "-ELBO")
    assert ">\u22121.44 nats<" in row(app, "-ELBO")
    assert "right \u2192" in row(app, "-ELBO")
    assert "10,000 MNIST test digits" in row(app, "-ELBO")
    assert ">neither<" in row(app, "KL")
    assert "points<" in row(app, "5-NN accuracy")
    assert "\u2190 left" in row(app, "5-NN accuracy")
    assert ">the same<" in row(app, "silhouette")


def test_scores_of_other_digits_are_shown_and_not_compared(two_runs: Path) -> None:
    record = json.loads((two_runs / "other" / "run.json").read_text())
    record["dataset"] |= {"digest": "0123456789abcdef", "source": "sample"}
    (two_runs / "other" / "run.json").write_text(json.dumps(record))
    (two_runs / "other" / "report.safetensors").unlink()
    scores = json.loads((two_runs / "other" / "metrics.json").read_text())
    (two_runs / "other" / "metrics.json").write_text(json.dumps([score | {"dataset": "sample"} for score in scores]))
    app = compare()
    assert "other digits: not compared" in row(app, "-ELBO")
    assert "digits of the bundled sample" in row(app, "-ELBO")
    assert "trained on different digits" in text(app)


@pytest.fixture
def little() -> Iterator[Digits]:
    """The pages find digits on which a report is measured in no time."""
    with at_hand(random_digits(train=80, test=40)) as little:
        yield little


def test_missing_scores_are_measured_when_asked_for(
    two_runs: Path, little: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run_id in ("scored", "unscored"):
        copy_of_seed(two_runs, run_id, little)
    anything = Report.measure(Network.from_tensors(random_tensors(CONFIG)), little)
    tensors = {name: 1.01 * tensor for name, tensor in open_run("scored").tensors().items()}
    (two_runs / "unscored" / "network.safetensors").write_bytes(pack(tensors))
    (two_runs / "unscored" / "metrics.json").write_text("[]")
    measured, go_on = [], threading.Event()

    def report(network, digits, on_progress):
        measured.append(network.digest)
        on_progress(0.25, "Counting")
        assert go_on.wait(SECONDS)
        return anything

    monkeypatch.setattr(report_process, "measure", report)
    measurement._measurements.clear()
    app = compare(left="scored", right="unscored")
    assert "not measured" in row(app, "-ELBO")
    assert not measured
    next(button for button in app.button if button.label == "Measure").click().run()
    assert "Counting" in as_read("\n".join(element.proto.text for element in app.get("progress")))
    assert "not measured" in row(app, "-ELBO")  # the rest of the page lives meanwhile
    go_on.set()
    assert measurement.measure(load_run(little, open_run("unscored"))).wait(SECONDS)
    app.run()
    assert "not measured" not in row(app, "-ELBO")
    assert "Measure" not in [button.label for button in app.button]
    assert measured == [open_run("unscored").network().digest]
    measurement._measurements.clear()


def test_only_settings_that_differ_are_listed(two_runs: Path) -> None:
    assert "trained with the same settings" in text(compare())
    edit(two_runs / "other", beta=4.0)
    table = html(compare())
    assert '<th scope="row">Beta<br>' in table
    assert "<td>1</td><td>4</td>" in table
    assert "Epochs" not in table


def test_losses_are_drawn_by_the_chosen_term(two_runs: Path) -> None:
    app = compare()
    (chart,) = app.get("plotly_chart")
    names = [trace["name"] for trace in json.loads(chart.proto.spec)["data"]]
    assert names == ["left", "right"]
    app.segmented_control(key="term").set_value("KL").run()
    (chart,) = app.get("plotly_chart")
    assert max(json.loads(chart.proto.spec)["data"][0]["y"]) < 20
    assert not app.exception


def test_a_damaged_network_is_an_error_that_names_the_file(two_runs: Path) -> None:
    weights = two_runs / "other" / "network.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    app = compare()
    assert str(weights) in as_read(app.error[0].value)


def test_it_says_how_far_the_maps_spread_and_why(runs: Path, whole_sample: Digits) -> None:
    said = text(compare(left="beta-0-25", right="beta-4"))
    for run_id, place in (("beta-0-25", 0), ("beta-4", 1)):
        means = load_run(whole_sample, open_run(run_id)).map.means
        reach = np.sort(np.hypot(means[:, 0], means[:, 1]))[round(0.95 * (len(means) - 1))]
        found = re.search(r"within ([0-9.]+) of the origin on the map of .*, and within ([0-9.]+) on that", said)
        assert found
        assert abs(float(found[place + 1]) - reach) < 0.06
    assert "counts 0.25 times in the loss of **fast, beta 0.25** and 4 times" in said
    assert "counts" not in text(compare(left="beta-1", right="seed"))
