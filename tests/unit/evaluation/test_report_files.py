"""What a run keeps of its report is read back, or is a miss that is measured anew."""

import dataclasses
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from tests.unit.builders import CONFIG, SCORES, make_run, random_digits, random_tensors
from tests.unit.evaluation.measured import DIGITS, NETWORK
from vae_core.data.digits import Digits
from vae_core.evaluation.digit_metrics import by_class
from vae_core.evaluation.report import Report
from vae_core.likelihood import elbo
from vae_core.networks.classifier import Classifier, classifier_shapes
from vae_core.networks.network import Network
from vae_core.runs.catalog import open_run
from vae_core.runs.record import Dataset, Score, scores_to_json
from vae_core.runs.run import Run
from vae_core.storage.files import write


def own_run(root: Path) -> Run:
    """A run on DIGITS."""
    return make_run(root, dataset=Dataset("sample", 80, 0, 40, DIGITS.digest))


def keep(run: Run, report: Report, network: Network = NETWORK, digits: Digits = DIGITS) -> Path:
    report.write(run, network, digits)
    return run.directory / "report.safetensors"


def test_what_a_run_keeps_is_read_back(root: Path, report: Report):
    run = own_run(root)
    path = keep(run, report)
    found = Report.read(run, run.network(), DIGITS)
    assert found is not None
    assert found.scores == report.scores
    for name, array in vars(report.metrics).items():
        np.testing.assert_array_equal(getattr(found.metrics, name), array, strict=True)
        assert not getattr(found.metrics, name).flags.writeable
    assert path.stat().st_size < 40 * (7 * 4 + 4) + 2000


def test_a_run_without_a_report_has_none_and_that_is_no_news(
    root: Path, report: Report, caplog: pytest.LogCaptureFixture
):
    assert Report.read(own_run(root), NETWORK, DIGITS) is None
    assert caplog.records == []


def test_a_report_is_never_taken_for_that_of_other_weights_or_digits_or_by_another_judge(
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
    with pytest.MonkeyPatch.context() as patch:
        tensors = {name: np.ones(shape, np.float32) for name, (shape, _) in classifier_shapes().items()}
        patch.setattr("vae_core.evaluation.report.shipped_judge", lambda: Classifier.from_tensors(tensors))
        assert Report.read(run, NETWORK, DIGITS) is None
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
    "an older version's": repacked(lambda tensors: tensors.pop("binarised")),
    "a newer version's": repacked(lambda tensors: tensors.update(surprise=np.zeros(40, np.float32))),
    "of other types": repacked(lambda tensors: tensors.update(kl=np.zeros(40, np.float64))),
    "of fewer digits": repacked(lambda tensors: tensors.update(kl=np.zeros(39, np.float32))),
    "not finite": repacked(lambda tensors: tensors.update(kl=np.full(40, np.nan, np.float32))),
    "of classes that there are not": repacked(lambda tensors: tensors.update(predicted=np.full(40, 10, np.uint8))),
    "of more neighbours than were asked": repacked(
        lambda tensors: tensors.update(same_class_neighbours=np.full(40, 51, np.uint8))
    ),
    "not those of its scores": repacked(lambda tensors: tensors.update(kl=tensors["kl"] + 1)),
    "without a digest": repacked(lambda tensors: tensors.pop("network")),
    "of before there was a judge": repacked(lambda tensors: tensors.pop("judge")),
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


@pytest.mark.mnist
def test_the_shipped_runs_report_is_that_of_its_weights(mnist: Digits):
    """Its digits' figures, for the first 200, as they come out now."""
    run = open_run("seed")
    network = run.network()
    kept = Report.read(run, network, mnist)
    assert kept is not None
    assert mnist.digest == run.record.dataset.digest
    reconstruction, kl, _ = elbo.negative_elbo(network, mnist.test_images[:200])
    np.testing.assert_allclose(kept.metrics.reconstruction[:200].mean(), reconstruction.mean(), atol=0.5)
    np.testing.assert_allclose(kept.metrics.kl[:200], kl, rtol=1e-3, atol=1e-3)
    found = {score.name: score.value for score in kept.scores}
    assert found["inference gap"] == pytest.approx(found["-ELBO"] - found["-log p(x)"], abs=2e-4)
    assert found["-log p(x)"] == pytest.approx(-kept.metrics.evidence.mean(dtype=np.float64), abs=1e-3)
    assert sum(row.digits for row in by_class(kept.metrics, mnist.test_labels)) == 10_000
