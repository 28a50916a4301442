"""A report that is not there yet: measured once while the visitor waits, and what they see meanwhile."""

import threading
from pathlib import Path

import pytest

from tests.pages.report_page import SHOWN, hard_digits, measured, report
from tests.pages.runner import SECONDS, as_read, copy_of_seed, html, opened, warnings
from vae_core.data.digits import Digits
from vae_core.evaluation.report import Report
from vae_core.runs.catalog import open_run
from vae_core.ui.elements.score_tables import label
from vae_core.ui.resources import loaded_run, measurement


def test_report_is_measured_once_and_not_kept_where_the_digits_are_others(
    runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy_of_seed(runs, "mine") / "report.safetensors").unlink()
    of = []
    monkeypatch.setattr(Report, "of", lambda run, *rest: of.append(run.id) or Report.measure(*rest))
    measurement._measurements.clear()
    for _ in range(2):
        app = report(run="mine")
        assert app.selectbox(key="run").value == "mine"
        assert label("-log p(x)") in html(app)
    assert of == ["mine"]
    assert not (runs / "mine" / "report.safetensors").exists()


def test_failed_report_says_why_and_is_measured_anew(runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Report, "of", lambda *_: 1 / 0)
        measurement._measurements.clear()
        app = report(run="seed")
        assert "There is no report. The report could not be computed (ZeroDivisionError" in as_read(app.error[0].value)
    assert not measured(app.run()).error
    assert len(hard_digits(app)) == SHOWN


def test_two_visitors_watch_one_measurement(runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, asked, of = threading.Event(), threading.Event(), []
    whole = Report.measure(open_run("seed").network(), few)

    def slow(run, network, digits, on_progress):
        of.append(run.id)
        on_progress(0.25, "Summing")
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
    assert of == ["seed"]
    assert first.report() is whole
    assert [len(hard_digits(app)) for app in seen] == [SHOWN, SHOWN]


def test_what_a_link_asks_for_in_vain_is_said_until_the_report_is_there(
    runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(run, network, digits, on_progress):
        on_progress(0.25, "Summing")
        assert go_on.wait(SECONDS)
        return Report.measure(network, digits)

    monkeypatch.setattr(Report, "of", slow)
    measurement._measurements.clear()
    app = opened("report.py", run="seed", digit="-1")
    for _ in range(2):
        assert "Summing" in as_read(app.get("progress")[0].proto.text)
        assert "'-1'" in warnings(app)
        app.run()
    go_on.set()
    assert "'-1'" in warnings(measured(app.run()))
    assert len(hard_digits(app)) == SHOWN
    assert "'-1'" not in warnings(app.run())


def test_torn_report_is_measured_anew(runs: Path, few: Digits) -> None:
    path = copy_of_seed(runs, "mine") / "report.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    measurement._measurements.clear()
    assert len(hard_digits(report(run="mine"))) == SHOWN
