"""The Compare page through Streamlit's test runner."""

import json
import shutil
import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.runner import SECONDS, as_read, browser_data, copy_of_seed, html, opened, text, warnings
from tests.unit.builders import CONFIG, random_digits, random_tensors
from vae_core.data.sources import load_digits
from vae_core.evaluation.report import NAME, Report
from vae_core.evaluation.scores import OVERALL
from vae_core.networks.network import Network
from vae_core.runs import catalog
from vae_core.runs.catalog import open_run
from vae_core.storage.tensors import pack
from vae_core.ui.elements.score_tables import label
from vae_core.ui.resources import measurement
from vae_core.ui.resources.loaded_run import load_run


@pytest.fixture
def runs(runs: Path) -> Path:
    """The visitor's own runs: two copies of the shipped one, under other names."""
    for run_id in ("mine", "other"):
        copy_of_seed(runs, run_id)
    return runs


def compare(**query: str) -> AppTest:
    return opened("compare.py", **{"left": "mine", "right": "other"} | query)


def data(app: AppTest) -> dict:
    """What the browser gets for the maps."""
    found = browser_data(app, "comparison")
    assert found
    return found


def sides(app: AppTest) -> tuple[str, str]:
    left, right = (app.selectbox(key=side).value for side in ("left", "right"))
    assert left
    assert right
    return left, right


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


def test_two_runs_are_set_side_by_side(runs: Path) -> None:
    app = compare(digit="12")
    assert sides(app) == ("mine", "other")
    assert dict(app.query_params) == {"left": "mine", "right": "other", "digit": "12"}
    shown = data(app)
    assert (shown["left"][:2], shown["right"][:2]) == (["mine", "Copy mine"], ["other", "Copy other"])
    assert shown["digit"] == 12
    assert len(shown["nodes"]) == 15
    assert not app.warning
    assert not app.error


def test_scores_show_their_difference_its_sign_and_which_is_better(runs: Path) -> None:
    score_again(runs / "other", _ELBO=150.0, KL=7.0, **{"5_NN_accuracy": 0.5})
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


def test_scores_of_other_digits_are_shown_and_not_compared(runs: Path) -> None:
    record = json.loads((runs / "other" / "run.json").read_text())
    record["dataset"] |= {"digest": "0123456789abcdef", "source": "sample"}
    (runs / "other" / "run.json").write_text(json.dumps(record))
    (runs / "other" / NAME).unlink()
    scores = json.loads((runs / "other" / "metrics.json").read_text())
    (runs / "other" / "metrics.json").write_text(json.dumps([score | {"dataset": "sample"} for score in scores]))
    app = compare()
    assert "other digits: not compared" in row(app, "-ELBO")
    assert "digits of the bundled sample" in row(app, "-ELBO")
    assert "trained on different digits" in text(app)


def test_missing_scores_are_measured_when_asked_for(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for run_id in ("scored", "unscored"):
        copy_of_seed(runs, run_id, load_digits())
    anything = Report.measure(Network.from_tensors(random_tensors(CONFIG)), random_digits(train=80, test=40))
    tensors = {name: 1.01 * tensor for name, tensor in open_run("scored").tensors().items()}
    (runs / "unscored" / "network.safetensors").write_bytes(pack(tensors))
    (runs / "unscored" / "metrics.json").write_text("[]")
    measured, go_on = [], threading.Event()

    def report(run, network, digits, on_progress):
        measured.append(run.id)
        on_progress(0.25, "Counting")
        assert go_on.wait(SECONDS)
        return anything

    monkeypatch.setattr(Report, "of", report)
    measurement._measurements.clear()
    app = compare(left="scored", right="unscored")
    assert "not measured" in row(app, "-ELBO")
    assert not measured
    next(button for button in app.button if button.label == "Measure").click().run()
    assert "Counting" in as_read("\n".join(element.proto.text for element in app.get("progress")))
    assert "not measured" in row(app, "-ELBO")  # the rest of the page lives meanwhile
    go_on.set()
    assert measurement.measure(load_run(open_run("unscored"))).wait(SECONDS)
    app.run()
    assert "not measured" not in row(app, "-ELBO")
    assert "Measure" not in [button.label for button in app.button]
    assert measured == ["unscored"]
    measurement._measurements.clear()


def test_only_settings_that_differ_are_listed(runs: Path) -> None:
    assert "trained with the same settings" in text(compare())
    edit(runs / "other", beta=4.0)
    table = html(compare())
    assert '<th scope="row">Beta<br>' in table
    assert "<td>1</td><td>4</td>" in table
    assert "Epochs" not in table


def test_losses_are_drawn_by_the_chosen_term(runs: Path) -> None:
    app = compare()
    (chart,) = app.get("plotly_chart")
    names = [trace["name"] for trace in json.loads(chart.proto.spec)["data"]]
    assert names == ["left", "right"]
    app.segmented_control(key="term").set_value("KL").run()
    (chart,) = app.get("plotly_chart")
    assert max(json.loads(chart.proto.spec)["data"][0]["y"]) < 20
    assert not app.exception


def test_swap_and_choosing_the_other_sides_run(runs: Path) -> None:
    app = compare(digit="5")
    next(button for button in app.button if button.label == "Swap").click().run()
    assert sides(app) == ("other", "mine")
    assert dict(app.query_params) == {"left": "other", "right": "mine", "digit": "5"}
    app.selectbox(key="left").select("mine").run()
    assert sides(app) == ("mine", "other")
    app.selectbox(key="right").select("seed").run()
    assert sides(app) == ("mine", "seed")
    assert data(app)["digit"] == 5
    assert not app.exception


def test_the_pair_and_the_digit_survive_another_page(runs: Path) -> None:
    app = compare(digit="5")
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/compare.py").run()
    assert sides(app) == ("mine", "other")
    assert app.query_params["digit"] == "5"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"left": "../../etc/passwd"}, "is no run's id"),
        ({"right": "never-trained"}, "never-trained"),
        ({"left": "other"}, "expected another than the left one"),
        ({"digit": "10000000"}, "expected a number from 0 to"),
        ({"digit": "[x](javascript:alert(1))"}, "'[x](javascript:alert(1))'"),
    ],
)
def test_a_link_that_makes_no_sense_gets_a_notice(runs: Path, query: dict[str, str], message: str) -> None:
    app = compare(**query)
    assert message in warnings(app)
    assert len(set(sides(app))) == 2
    assert "digit" not in app.query_params


def test_runs_of_one_title_are_told_apart_by_their_ids(runs: Path) -> None:
    copy_of_seed(runs, "twin", title="Copy mine")
    app = compare(right="twin")
    assert [data(app)[side][1] for side in ("left", "right")] == ["Copy mine [mine]", "Copy mine [twin]"]
    assert app.selectbox(key="left").options.count("Copy mine [mine]") == 1


def test_a_run_in_training_is_not_offered(runs: Path) -> None:
    copy_of_seed(runs, "going", status="running")
    app = compare(right="going")
    assert "still in training" in warnings(app)
    assert "Copy going" not in app.selectbox(key="left").options


def test_a_deleted_run_is_replaced(runs: Path) -> None:
    app = compare()
    shutil.rmtree(runs / "other")
    app.run()
    assert "The run other is gone, damaged, or in training" in warnings(app)
    assert sides(app)[0] == "mine"
    assert len(set(sides(app))) == 2
    assert not app.exception


def test_a_damaged_network_is_an_error_that_names_the_file(runs: Path) -> None:
    weights = runs / "other" / "network.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    app = compare()
    assert str(weights) in as_read(app.error[0].value)


def test_with_one_run_alone_the_page_says_how_to_get_a_second(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "list_runs", lambda: ([open_run("seed")], ["One is damaged."]))
    app = opened()
    app.switch_page("pages/compare.py").run()
    assert not app.exception
    assert "There is only one run to show, The post's recipe." in text(app)
    assert "train a second one" in text(app)
    assert "One is damaged." in warnings(app)
