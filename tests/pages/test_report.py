"""The Report page through Streamlit's test runner."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.runner import SECONDS, as_read, browser_data, copy_of_seed, html, opened, pinned, text, warnings
from vae_core.data.digits import Digits
from vae_core.data.sources import load_digits
from vae_core.evaluation.report import NAME, Report
from vae_core.evaluation.scores import OVERALL
from vae_core.runs.catalog import open_run
from vae_core.ui.elements.score_tables import MEANINGS, label
from vae_core.ui.resources import loaded_run, measurement
from vae_core.ui.session import explore as session

SMALL = 60
"""Test digits that are enough to measure a report on."""
SHOWN = 16
"""Digits in the gallery."""
DEFAULT_RUN = "beta-1"


@pytest.fixture(autouse=True)
def quick_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are measured while a test waits where MNIST is not at hand: for that of `deep` it would be too long."""
    monkeypatch.setattr(session, "DEFAULT_RUN", DEFAULT_RUN)


@pytest.fixture
def few(sample: Digits, monkeypatch: pytest.MonkeyPatch) -> Iterator[Digits]:
    """A few digits of the bundled sample, in place of those at hand."""
    few = Digits(
        "sample",
        sample.origin,
        ("$VAE_MNIST: not set.",),
        sample.train_images[:SMALL],
        sample.train_labels[:SMALL],
        sample.test_images[:SMALL],
        sample.test_labels[:SMALL],
    )
    monkeypatch.setattr(loaded_run, "load_digits", lambda: few)
    loaded_run.digits.clear()
    yield few
    loaded_run.digits.clear()


def report(**query: str) -> AppTest:
    return opened("report.py", **query)


def cards(app: AppTest, key: str = "hard digits") -> list[dict]:
    """What the browser is to draw: the gallery's cards, or the chosen digit's."""
    data = browser_data(app, key)
    return data["cards"] if data else []


def misfits(app: AppTest) -> list[int]:
    return [card["digit"] for card in cards(app)]


def test_shipped_run_is_reported_on(runs: Path, shown: Digits) -> None:
    app = report(run="seed")
    table = html(app)
    for name in OVERALL:
        assert f'<th scope="row">{label(name)}</th>' in table
        assert MEANINGS[name]
    assert f"{len(shown.test_images):,}" in table
    assert "PCA" in table
    assert "pseudo" in text(app)
    others = "t-SNE", "S-VAE paper", "large conv VAE", "Keras's small conv VAE".replace("'", "&#x27;")
    assert [other in table for other in others] == [shown.source == "mnist"] * len(others)
    if shown.source == "mnist":
        assert "151.44 nats" in table
        assert not app.info
    assert len(misfits(app)) == SHOWN
    assert (app.query_params["run"], app.query_params["digit"]) == ("seed", "0")


def test_what_others_reached_is_left_out_where_the_digits_are_others(runs: Path, few: Digits) -> None:
    app = report(run="seed")
    assert "These are other digits: it is left out." in text(app)
    assert "among this model's training digits" in text(app)
    assert "PCA" in html(app)
    assert "t-SNE" not in html(app)
    assert f"{SMALL} digits of the bundled sample" in html(app)


def test_report_is_measured_once_and_not_kept_where_the_digits_are_others(
    runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy_of_seed(runs, "mine") / NAME).unlink()
    measured = []
    monkeypatch.setattr(Report, "of", lambda run, *rest: measured.append(run.id) or Report.measure(*rest))
    measurement._measurements.clear()
    for _ in range(2):
        app = report(run="mine")
        assert app.selectbox(key="run").value == "mine"
        assert label("-log p(x)") in html(app)
    assert measured == ["mine"]
    assert not (runs / "mine" / NAME).exists()


def test_failed_report_says_why_and_is_measured_anew(runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Report, "of", lambda *_: 1 / 0)
        measurement._measurements.clear()
        app = report(run="seed")
        assert "There is no report. The report could not be computed (ZeroDivisionError" in as_read(app.error[0].value)
    app.run()
    assert not app.error
    assert len(misfits(app)) == SHOWN


def test_two_visitors_watch_one_measurement(runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, asked, measured = threading.Event(), threading.Event(), []
    whole = Report.measure(open_run("seed").network(), few)

    def slow(run, network, digits, tell):
        measured.append(run.id)
        tell(0.25, "Summing")
        begun.set()
        assert asked.wait(SECONDS)
        return whole

    def wait(one: measurement.Measurement, seconds: float, wait=measurement.Measurement.wait) -> bool:
        asked.set()
        return wait(one, seconds)

    monkeypatch.setattr(Report, "of", slow)
    monkeypatch.setattr(measurement.Measurement, "wait", wait)
    measurement._measurements.clear()
    first = measurement.measure(loaded_run.load_run(open_run("seed")))
    assert begun.wait(SECONDS)
    # The other visitors come one after the other: Streamlit's test runner has one runtime for all of its apps.
    seen = [report(run="seed") for _ in range(2)]
    assert measured == ["seed"]
    assert first.report() is whole
    assert [len(misfits(app)) for app in seen] == [SHOWN, SHOWN]


def test_torn_report_is_measured_anew(runs: Path, few: Digits) -> None:
    path = copy_of_seed(runs, "mine") / NAME
    path.write_bytes(path.read_bytes()[:1000])
    measurement._measurements.clear()
    assert len(misfits(report(run="mine"))) == SHOWN


def test_damaged_run_is_an_error_that_names_the_file(runs: Path) -> None:
    weights = copy_of_seed(runs, "torn") / "network.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    app = report(run="torn")
    assert str(weights) in as_read(app.error[0].value)
    assert not misfits(app)
    app.selectbox(key="run").select("seed").run()
    assert not app.error
    assert misfits(app)


def test_run_in_training_is_not_reported_on(runs: Path) -> None:
    copy_of_seed(runs, "begun", status="running")
    app = report(run="begun")
    assert "'begun' is still in training" in warnings(app)
    assert app.selectbox(key="run").value == DEFAULT_RUN


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"digit": "-1"}, "'-1'"),
        ({"digit": "1e3"}, "'1e3'"),
        ({"digit": "10000"}, "'10000'"),
        ({"digit": "9" * 5000}, "'9999"),
        ({"digit": "\u0663"}, "'\u0663'"),
        ({"digit": ""}, "''"),
        ({"digit": "](javascript:alert(1))"}, "'](javascript:alert(1))'"),
        ({"run": "../seed", "digit": "7"}, "'../seed'"),
    ],
)
def test_link_that_makes_no_sense_gets_a_notice_and_the_default(runs: Path, query: dict[str, str], told: str) -> None:
    app = report(**query)
    assert told in warnings(app)
    assert app.selectbox(key="run").value == DEFAULT_RUN
    assert app.number_input(key="digit").value == (7 if query["digit"] == "7" else 0)


def test_link_names_the_digit(runs: Path) -> None:
    app = report(run="seed", digit="247")
    assert app.number_input(key="digit").value == 247
    (card,) = cards(app, "chosen")
    assert (card["digit"], card["title"][:3]) == (247, f"a {load_digits().test_labels[247]}")
    assert not app.warning


def test_gallery_by_class_and_order(runs: Path) -> None:
    app = report()
    labels = load_digits().test_labels
    before = misfits(app)
    app.pills(key="hard digits class").select(3).run()
    assert {labels[index] for index in misfits(app)} == {3}
    app.segmented_control(key="hard digits order").select("astray").run()
    assert all(card["title"].startswith("a 3, taken for a ") for card in cards(app))
    assert {labels[index] for index in misfits(app)} == {3}
    app.pills(key="hard digits class").unselect(3).run()
    app.segmented_control(key="hard digits order").select("drawn").run()
    assert misfits(app) == before


def test_digit_is_chosen_by_its_number(runs: Path) -> None:
    app = report()
    app.number_input(key="digit").set_value(5).run()
    assert app.query_params["digit"] == "5"
    assert [card["digit"] for card in cards(app, "chosen")] == [5]
    assert not app.exception


def test_link_of_a_card_is_the_explorers(runs: Path) -> None:
    link = dict(parse_qsl(cards(report())[0]["query"]))
    app = opened(**link)
    assert pinned(app) == (float(link["z1"]), float(link["z2"]))
    assert not app.warning


def test_files_that_cannot_be_written_are_an_error(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vae_core.ui.resources.static_files.FOLDER", runs / "file" / "static")
    (runs / "file").write_text("where the folder should be")
    assert "cannot be written" in report().error[0].value


@pytest.mark.parametrize("query", [{}, {"run": "beta-4"}])
def test_run_is_the_one_that_the_explorer_showed(runs: Path, query: dict[str, str]) -> None:
    expected = query.get("run", DEFAULT_RUN)
    app = opened(**query)
    app.switch_page("pages/report.py").run()
    assert (app.selectbox(key="run").value, app.query_params["run"]) == (expected, expected)
    assert parse_qsl(cards(app)[0]["query"])[0] == ("run", expected)
    app.switch_page("pages/explore.py").run()
    assert (app.selectbox(key="run").value, app.query_params["run"]) == (expected, expected)


def test_deleted_run_falls_back(runs: Path) -> None:
    folder = copy_of_seed(runs, "mine")
    app = report(run="mine")
    shutil.rmtree(folder)
    app.run()
    assert app.selectbox(key="run").value == DEFAULT_RUN
    assert not app.exception
