"""A report is kept where it is the run's to keep, and is then not measured again."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.builders import SCORES, TEN_DIGITS, make_run
from tests.unit.evaluation.measured import metrics_with
from tests.unit.inspection import contents
from tests.unit.storage.full_disk import fill_up, refuse
from vae_core.data.digits import Digits
from vae_core.evaluation.report import Report
from vae_core.evaluation.scores import OVERALL
from vae_core.networks.network import Network
from vae_core.runs import locks, store
from vae_core.runs.record import Dataset, Score
from vae_core.runs.run import Run
from vae_core.storage import directories
from vae_core.storage.files import write
from vae_core.storage.tensors import pack


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Digits]:
    """Reports are measured without looking. Returns the digits of those that were."""
    asked: list[Digits] = []

    def measure(network: Network, digits: Digits, on_progress: object) -> Report:
        asked.append(digits)
        scores = [Score(name, 0.0, "nats", 4, digits.source, "a guess") for name in OVERALL]
        return Report(scores, metrics_with(4))

    monkeypatch.setattr(Report, "measure", measure)
    return asked


def trained(root: Path, **changes: Any) -> Run:
    """A run on TEN_DIGITS. changes: other values for the fields of its record."""
    return make_run(root, dataset=Dataset("sample", 10, 0, 4, TEN_DIGITS.digest), **changes)


@pytest.mark.parametrize("status", ["done", "cancelled", "failed"])
def test_a_run_keeps_its_report_and_it_is_not_measured_again(root: Path, measured: list[Digits], status: str):
    run = trained(root, status=status)
    network, before = run.network(), contents(run)
    first, again = (Report.of(run, network, TEN_DIGITS) for _ in range(2))
    assert measured == [TEN_DIGITS]
    assert again.scores == first.scores == run.scores()
    after = contents(run)
    assert sorted(after) == sorted([*before, "report.safetensors"])
    assert {name for name in before if after[name] != before[name]} == {"metrics.json"}


def test_a_damaged_report_is_measured_again_and_replaced(root: Path, measured: list[Digits]):
    run = trained(root)
    network, path = run.network(), run.directory / "report.safetensors"
    Report.of(run, network, TEN_DIGITS)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    Report.of(run, network, TEN_DIGITS)
    assert path.read_bytes() == whole
    assert len(measured) == 2


NOT_ITS_TO_KEEP: dict[str, Callable[[Path], Run]] = {
    "a shipped run": lambda root: trained(directories.SHIPPED),
    "a run in training": lambda root: trained(root, status="running"),
    "a run on other digits": make_run,
}


@pytest.mark.parametrize("case", NOT_ITS_TO_KEEP)
def test_a_report_that_is_not_the_runs_to_keep_leaves_it_as_it_is(case: str, root: Path, measured: list[Digits]):
    run = NOT_ITS_TO_KEEP[case](root)
    before = contents(run)
    for _ in range(2):
        assert Report.of(run, run.network(), TEN_DIGITS).scores[0].name == "-ELBO"
    assert contents(run) == before
    assert len(measured) == 2


def train_further(run: Run) -> None:
    tensors = {name: 1.01 * tensor for name, tensor in run.tensors().items()}
    write(run.directory / "network.safetensors", pack(tensors))


MEANWHILE: dict[str, Callable[[Run], object]] = {
    "goes on": lambda run: store.mark(run, dataclasses.replace(run.record, status="running")),
    "was trained further": train_further,
    "was deleted": store.delete,
}


@pytest.mark.parametrize("case", MEANWHILE)
def test_a_report_does_not_replace_the_scores_of_a_run_that_went_on_meanwhile(
    case: str, root: Path, measured: list[Digits], monkeypatch: pytest.MonkeyPatch
):
    run = trained(root, status="cancelled")
    network, quick = run.network(), Report.measure

    def slow(*arguments: Any) -> Report:
        MEANWHILE[case](run)
        return quick(*arguments)

    monkeypatch.setattr(Report, "measure", slow)
    assert Report.of(run, network, TEN_DIGITS).scores[-1].estimator == "a guess"
    assert "report.safetensors" not in contents(run)
    assert not run.directory.exists() or run.scores() == SCORES


def test_a_report_is_not_kept_while_another_process_trains_the_run(
    root: Path, measured: list[Digits], caplog: pytest.LogCaptureFixture
):
    run = trained(root, status="failed")
    before = contents(run)
    with locks.holding(run):
        assert Report.of(run, run.network(), TEN_DIGITS).scores
    assert "could not be kept" in caplog.text
    assert contents(run) == before


@pytest.mark.parametrize("file_number", [1, 2])
def test_a_full_disk_costs_the_report_alone(
    root: Path,
    measured: list[Digits],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    file_number: int,
):
    run = trained(root)
    network, before = run.network(), contents(run)
    with monkeypatch.context() as patch:
        fill_up(patch, file_number)
        assert len(Report.of(run, network, TEN_DIGITS).scores) == len(OVERALL)
    assert "The report on small could not be kept: [Errno 28] No space left on device" in caplog.text
    after = contents(run)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) <= {"report.safetensors"}  # without its scores it counts for nothing
    Report.of(run, network, TEN_DIGITS)
    assert len(measured) == 2
    assert run.scores()[-1].estimator == "a guess"


def test_a_folder_that_takes_no_files_costs_the_report_alone(
    root: Path, measured: list[Digits], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    run = trained(root)
    before = contents(run)
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    assert Report.of(run, run.network(), TEN_DIGITS).metrics.kl.shape == (4,)
    assert "could not be kept" in caplog.text
    assert contents(run) == before
