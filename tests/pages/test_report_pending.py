"""A report that is not there yet: measured once while the visitor waits, and what they see meanwhile."""

import threading
import time
from pathlib import Path

import pytest

from tests.pages.report_page import SHOWN, hard_digits, measured, report
from tests.pages.runner import SECONDS, as_read, copy_of_seed, html, opened, warnings
from vae_core.data.digits import Digits
from vae_core.evaluation import report_process
from vae_core.evaluation.report import Report
from vae_core.runs.catalog import open_run
from vae_core.ui.elements.score_tables import label
from vae_core.ui.resources import loaded_run, measurement
from vae_core.ui.resources.computation import Computation


def test_report_is_measured_once_and_not_kept_where_the_digits_are_others(
    runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy_of_seed(runs, "mine") / "report.safetensors").unlink()
    of = []
    monkeypatch.setattr(report_process, "measure", lambda *rest: of.append(rest[0].digest) or Report.measure(*rest))
    measurement._measurements.clear()
    for _ in range(2):
        app = report(run="mine")
        assert app.selectbox(key="run").value == "mine"
        assert label("-log p(x)") in html(app)
    assert of == [open_run("mine").network().digest]
    assert not (runs / "mine" / "report.safetensors").exists()


def test_failed_report_says_why_and_is_measured_anew(runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(report_process, "measure", lambda *_: 1 / 0)
        measurement._measurements.clear()
        app = report(run="seed")
        assert "There is no report. It could not be computed (ZeroDivisionError" in as_read(app.error[0].value)
    assert not measured(app.run()).error
    assert len(hard_digits(app)) == SHOWN


def test_two_visitors_watch_one_measurement(runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, asked, of = threading.Event(), threading.Event(), []
    whole = Report.measure(open_run("seed").network(), few)

    def slow(network, digits, on_progress):
        of.append(network.digest)
        on_progress(0.25, "Summing")
        begun.set()
        assert asked.wait(SECONDS)
        return whole

    def wait(one: Computation, seconds: float, wait=Computation.wait) -> bool:
        asked.set()
        return wait(one, seconds)

    monkeypatch.setattr(report_process, "measure", slow)
    monkeypatch.setattr(Computation, "wait", wait)
    measurement._measurements.clear()
    first = measurement.measure(loaded_run.load_run(few, open_run("seed")))
    assert begun.wait(SECONDS)
    # The other visitors come one after the other: Streamlit's test runner has one runtime for all of its apps.
    seen = [report(run="seed") for _ in range(2)]
    assert of == [open_run("seed").network().digest]
    assert first.result() is whole
    assert [len(hard_digits(app)) for app in seen] == [SHOWN, SHOWN]


def test_what_a_link_asks_for_in_vain_is_said_until_the_report_is_there(
    runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(network, digits, on_progress):
        on_progress(0.25, "Summing")
        assert go_on.wait(SECONDS)
        return Report.measure(network, digits)

    monkeypatch.setattr(report_process, "measure", slow)
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


def test_who_cancels_waits_no_longer_and_the_report_ends_once_nobody_waits(
    runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, asked = threading.Event(), []

    def slow(network, digits, on_progress):
        asked.append(network.digest)
        deadline = time.monotonic() + SECONDS
        try:
            while time.monotonic() < deadline:
                on_progress(0.25, "Summing")
                time.sleep(0.01)
        finally:
            ended.set()
        return Report.measure(network, digits)

    measurement._measurements.clear()
    with monkeypatch.context() as patch:
        patch.setattr(report_process, "measure", slow)
        app = opened("report.py", run="seed")
        assert "Summing" in as_read(app.get("progress")[0].proto.text)
        measurement.measure(loaded_run.load_run(few, open_run("seed"))).patience = 0.1
        app.button(key="cancel report").click().run()
        assert ended.wait(SECONDS)
        for _ in range(2):  # it is not begun again unasked
            assert not app.get("progress")
            assert any("not measured yet" in info.value for info in app.info)
            app.run()
    next(button for button in app.button if button.label == "Measure").click().run()
    assert len(hard_digits(measured(app))) == SHOWN
    assert asked == [open_run("seed").network().digest]
    measurement._measurements.clear()


def test_what_a_visitor_left_is_begun_anew_for_the_next(
    runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def for_ever(network, digits, on_progress):
        while True:
            on_progress(0.5, "Summing")
            time.sleep(0.01)

    measurement._measurements.clear()
    loaded = loaded_run.load_run(few, open_run("seed"))
    with monkeypatch.context() as patch:
        patch.setattr(report_process, "measure", for_ever)
        patch.setattr(measurement, "_PATIENCE_SECONDS", 0.1)
        left = measurement.measure(loaded)
        assert left._done.wait(SECONDS)
    assert left.abandoned
    assert len(hard_digits(report(run="seed"))) == SHOWN
    measurement._measurements.clear()


def test_no_more_than_four_reports_are_measured_at_once(monkeypatch: pytest.MonkeyPatch, runs: Path, few: Digits):
    waiting, loaded = threading.Semaphore(0), loaded_run.load_run(few, open_run("seed"))
    go_on = threading.Event()

    def slow(network, digits, on_progress):
        waiting.release()
        assert go_on.wait(SECONDS)
        return Report.measure(network, digits)

    monkeypatch.setattr(report_process, "measure", slow)
    measurement._measurements.clear()
    all_of_them = [measurement._measurements(loaded, f"network {k}", "digits") for k in range(5)]
    for _ in range(4):
        assert waiting.acquire(timeout=SECONDS)
    assert not waiting.acquire(timeout=0.2)
    assert all("Waiting" in one.what for one in all_of_them)
    go_on.set()
    assert [one.wait(SECONDS) for one in all_of_them] == 5 * [True]
    measurement._measurements.clear()
