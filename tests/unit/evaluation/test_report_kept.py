"""What a run keeps of its report is read back, or is a miss; a report is kept where it is the run's to keep."""

import dataclasses
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from tests.unit.builders import CONFIG, SCORES, contents, make_run, random_digits, random_tensors
from tests.unit.storage.full_disk import fill_up, refuse
from vae_core.data.digits import Digits
from vae_core.evaluation.digit_metrics import DigitMetrics, by_class
from vae_core.evaluation.report import NAME, Report
from vae_core.evaluation.scores import OVERALL
from vae_core.likelihood import elbo
from vae_core.networks.network import Network
from vae_core.runs import locks, store
from vae_core.runs.catalog import open_run
from vae_core.runs.record import Dataset, Score, scores_to_json
from vae_core.runs.run import Run
from vae_core.storage import directories
from vae_core.storage.files import write
from vae_core.storage.tensors import pack

DIGITS = random_digits(train=80, test=40)
NETWORK = Network.from_tensors(random_tensors(CONFIG))
FEW = random_digits(train=10, test=4)


@pytest.fixture(scope="module")
def report() -> Report:
    return Report.measure(NETWORK, DIGITS)


# --- read and write


def own_run(root: Path) -> Run:
    """A run on DIGITS."""
    return make_run(root, dataset=Dataset("sample", 80, 0, 40, DIGITS.digest))


def keep(run: Run, report: Report, network: Network = NETWORK, digits: Digits = DIGITS) -> Path:
    report.write(run.directory, network, digits)
    return run.directory / NAME


def test_what_a_run_keeps_is_read_back(root: Path, report: Report):
    run = own_run(root)
    path = keep(run, report)
    found = Report.read(run, run.network(), DIGITS)
    assert found is not None
    assert found.scores == report.scores
    for name, array in vars(report.metrics).items():
        np.testing.assert_array_equal(getattr(found.metrics, name), array, strict=True)
        assert not getattr(found.metrics, name).flags.writeable
    assert path.stat().st_size < 40 * 14 + 1000


def test_a_run_without_a_report_has_none_and_that_is_no_news(
    root: Path, report: Report, caplog: pytest.LogCaptureFixture
):
    assert Report.read(own_run(root), NETWORK, DIGITS) is None
    assert caplog.records == []


def test_a_report_is_never_taken_for_that_of_other_weights_or_digits(
    root: Path, report: Report, caplog: pytest.LogCaptureFixture
):
    run = own_run(root)
    keep(run, report)
    other = Network.from_tensors(random_tensors(CONFIG, seed=1))
    assert Report.read(run, other, DIGITS) is None
    brighter = DIGITS.test_images.copy()
    brighter[0, 0, 0] ^= 1
    relabelled = np.roll(DIGITS.test_labels, 1)
    for changed in ({"test_images": brighter}, {"test_labels": relabelled}):
        assert Report.read(run, NETWORK, dataclasses.replace(DIGITS, **changed)) is None
    assert Report.read(run, NETWORK, random_digits(train=80, test=39)) is None
    assert Report.read(run, NETWORK, DIGITS) is not None
    assert caplog.records == []


@pytest.mark.parametrize("scores", [SCORES, []], ids=["an older version's", "none"])
def test_a_report_whose_scores_are_not_all_there_is_a_miss(root: Path, report: Report, scores: list[Score]):
    run = own_run(root)
    keep(run, report)
    write(run.directory / "metrics.json", scores_to_json(scores))
    assert Report.read(run, NETWORK, DIGITS) is None


def repacked(change: Callable[[dict[str, np.ndarray]], object]) -> Callable[[Path], object]:
    def spoil(path: Path) -> None:
        tensors = dict(safetensors.numpy.load_file(path))
        change(tensors)
        path.write_bytes(safetensors.numpy.save(tensors))

    return spoil


def turn_into_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "no safetensors": lambda path: path.write_bytes(b"\xff" * 2000),
    "too long": lambda path: path.write_bytes(path.read_bytes() + bytes(1_000_000)),
    "a folder": turn_into_a_folder,
    "an older version's": repacked(lambda tensors: tensors.pop("company")),
    "a newer version's": repacked(lambda tensors: tensors.update(surprise=np.zeros(40, np.float32))),
    "of other types": repacked(lambda tensors: tensors.update(kl=np.zeros(40, np.float64))),
    "of fewer digits": repacked(lambda tensors: tensors.update(kl=np.zeros(39, np.float32))),
    "not finite": repacked(lambda tensors: tensors.update(kl=np.full(40, np.nan, np.float32))),
    "of classes that there are not": repacked(lambda tensors: tensors.update(predicted=np.full(40, 10, np.uint8))),
    "of more neighbours than were asked": repacked(lambda tensors: tensors.update(company=np.full(40, 51, np.uint8))),
    "not those of its scores": repacked(lambda tensors: tensors.update(kl=tensors["kl"] + 1)),
    "without a digest": repacked(lambda tensors: tensors.pop("network")),
    "beside damaged scores": lambda path: (path.parent / "metrics.json").write_text("{"),
    "beside no scores": lambda path: (path.parent / "metrics.json").unlink(),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_damaged_report_is_a_miss_and_is_logged(
    case: str, root: Path, report: Report, caplog: pytest.LogCaptureFixture
):
    run = own_run(root)
    path = keep(run, report)
    DAMAGES[case](path)
    with caplog.at_level(logging.WARNING):
        assert Report.read(run, NETWORK, DIGITS) is None
    (logged,) = caplog.messages
    assert str(run.directory) in logged
    assert logged.endswith(" It is not used.")


# --- of


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Digits]:
    """Reports are measured without looking. Returns the digits of those that were."""
    asked: list[Digits] = []

    def measure(network: Network, digits: Digits, tell: object) -> Report:
        asked.append(digits)
        nats, classes = np.zeros(4, np.float32), np.zeros(4, np.uint8)
        scores = [Score(name, 0.0, "nats", 4, digits.source, "a guess") for name in OVERALL]
        return Report(scores, DigitMetrics(nats, nats, nats, classes, classes))

    monkeypatch.setattr(Report, "measure", measure)
    return asked


def trained(root: Path, **changes: Any) -> Run:
    """A run on FEW. changes: other values for the fields of its record."""
    return make_run(root, dataset=Dataset("sample", 10, 0, 4, FEW.digest), **changes)


@pytest.mark.parametrize("status", ["done", "cancelled", "failed"])
def test_a_run_keeps_its_report_and_it_is_not_measured_again(root: Path, measured: list[Digits], status: str):
    run = trained(root, status=status)
    network, before = run.network(), contents(run)
    first, again = (Report.of(run, network, FEW) for _ in range(2))
    assert measured == [FEW]
    assert again.scores == first.scores == run.scores()
    after = contents(run)
    assert sorted(after) == sorted([*before, "report.safetensors"])
    assert {name for name in before if after[name] != before[name]} == {"metrics.json"}


def test_a_damaged_report_is_measured_again_and_replaced(root: Path, measured: list[Digits]):
    run = trained(root)
    network, path = run.network(), run.directory / "report.safetensors"
    Report.of(run, network, FEW)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    Report.of(run, network, FEW)
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
        assert Report.of(run, run.network(), FEW).scores[0].name == "-ELBO"
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
    assert Report.of(run, network, FEW).scores[-1].estimator == "a guess"
    assert "report.safetensors" not in contents(run)
    assert not run.directory.exists() or run.scores() == SCORES


def test_a_report_is_not_kept_while_another_process_trains_the_run(
    root: Path, measured: list[Digits], caplog: pytest.LogCaptureFixture
):
    run = trained(root, status="failed")
    before = contents(run)
    with locks.holding(run):
        assert Report.of(run, run.network(), FEW).scores
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
        assert len(Report.of(run, network, FEW).scores) == len(OVERALL)
    assert "The report on toy could not be kept: [Errno 28] No space left on device" in caplog.text
    after = contents(run)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) <= {"report.safetensors"}  # without its scores it counts for nothing
    Report.of(run, network, FEW)
    assert len(measured) == 2
    assert run.scores()[-1].estimator == "a guess"


def test_a_folder_that_takes_no_files_costs_the_report_alone(
    root: Path, measured: list[Digits], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    run = trained(root)
    before = contents(run)
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    assert Report.of(run, run.network(), FEW).metrics.kl.shape == (4,)
    assert "could not be kept" in caplog.text
    assert contents(run) == before


# --- The shipped run's


@pytest.mark.mnist
def test_the_shipped_runs_report_is_that_of_its_weights(mnist: Digits):
    """Its digits' figures, for the first 200, as they come out now."""
    run = open_run("seed")
    network = run.network()
    kept = Report.read(run, network, mnist)
    assert kept is not None
    assert mnist.digest == run.record.dataset.digest
    reconstruction, kl = elbo.negative_elbo(network, mnist.test_images[:200])
    np.testing.assert_allclose(kept.metrics.reconstruction[:200].mean(), reconstruction.mean(), atol=0.5)
    np.testing.assert_allclose(kept.metrics.kl[:200], kl, rtol=1e-3, atol=1e-3)
    found = {score.name: score.value for score in kept.scores}
    assert found["inference gap"] == pytest.approx(found["-ELBO"] - found["-log p(x)"], abs=2e-4)
    assert found["-log p(x)"] == pytest.approx(-kept.metrics.evidence.mean(dtype=np.float64), abs=1e-3)
    assert sum(row.digits for row in by_class(kept.metrics, mnist.test_labels)) == 10_000
