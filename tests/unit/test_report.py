"""The report's scores against scikit-learn and plain loops; what a run keeps of it is read back, or is a miss."""

import dataclasses
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from sklearn.metrics import confusion_matrix, silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from tests.unit.toys import CONFIG, SCORES, make_run, random_digits, random_tensors
from vae_core import likelihood
from vae_core.data import Digits, to_pixels
from vae_core.files import write
from vae_core.network import Network
from vae_core.record import Score, scores_to_json
from vae_core.report import NAME, OVERALL, Figures, Report, by_class
from vae_core.runs import Run, open_run

DIGITS = random_digits(train=80, test=40)
NETWORK = Network.from_tensors(random_tensors(CONFIG))


@pytest.fixture(scope="module")
def told() -> list[tuple[float, str]]:
    return []


@pytest.fixture(scope="module")
def report(told: list[tuple[float, str]]) -> Report:
    return Report.measure(NETWORK, DIGITS, lambda share, what: told.append((share, what)))


def values(report: Report) -> dict[str, float]:
    return {score.name: score.value for score in report.scores}


# --- measure


def test_the_figures_are_one_number_a_digit(report: Report):
    kinds = {name: (array.shape, array.dtype) for name, array in vars(report.figures).items()}
    nats, classes = ((40,), np.float32), ((40,), np.uint8)
    assert kinds == {
        "reconstruction": nats,
        "kl": nats,
        "evidence": nats,
        "predicted": classes,
        "company": classes,
    }


def test_every_score_of_all_digits_is_there_in_order(report: Report):
    assert [score.name for score in report.overall] == list(OVERALL)
    for score in report.overall:
        assert (score.digits, score.dataset) == (40, "sample")
        assert score.unit
        assert score.estimator


def test_the_bound_and_its_terms_are_those_of_the_likelihood(report: Report):
    found, images = values(report), DIGITS.test_images
    for score in likelihood.score(NETWORK, DIGITS):
        assert found[score.name] == score.value
    mean, log_var = (term.astype(float) for term in NETWORK.encode(to_pixels(images)))
    by_dimension = (0.5 * (np.exp(log_var) + mean**2 - 1 - log_var)).mean(axis=0)
    assert [found["KL of z1"], found["KL of z2"]] == pytest.approx(by_dimension.tolist(), abs=1e-3)
    assert found["rate"] == pytest.approx(found["KL"] / np.log(2), abs=1e-3)
    assert found["distortion"] == pytest.approx(found["reconstruction"] / np.log(2), abs=1e-3)
    assert found["bits per pixel"] == pytest.approx(found["-ELBO"] / np.log(2) / 784, abs=1e-4)
    np.testing.assert_allclose(report.figures.negative_elbo.mean(), found["-ELBO"], rtol=1e-5)


def test_the_gap_is_what_the_bound_lacks_of_the_evidence(report: Report):
    """And it is the divergence of the encoder's posterior from the exact one, so not below zero but by sampling."""
    found = values(report)
    assert found["-log p(x)"] == pytest.approx(-report.figures.evidence.mean(), abs=1e-3)
    assert found["inference gap"] == pytest.approx(found["-ELBO"] - found["-log p(x)"], abs=2e-4)
    np.testing.assert_allclose(report.figures.gap.mean(), found["inference gap"], atol=1e-2)
    assert found["inference gap"] > 0


def test_the_neighbours_are_training_digits_and_scikit_learn_finds_the_same(report: Report):
    training, tests = (NETWORK.encode(to_pixels(images))[0] for images in (DIGITS.train_images, DIGITS.test_images))
    for k in (1, 5, 50):
        classifier = KNeighborsClassifier(k).fit(training, DIGITS.train_labels)
        assert values(report)[f"{k}-NN accuracy"] == classifier.score(tests, DIGITS.test_labels)
    classifier = KNeighborsClassifier(5).fit(training, DIGITS.train_labels)
    np.testing.assert_array_equal(report.figures.predicted, classifier.predict(tests))
    classifier = KNeighborsClassifier(50).fit(training, DIGITS.train_labels)
    shares = classifier.predict_proba(tests)
    column = np.searchsorted(classifier.classes_, DIGITS.test_labels)
    np.testing.assert_allclose(report.figures.company, 50 * shares[np.arange(40), column], atol=1e-9)
    assert values(report)["silhouette"] == pytest.approx(float(silhouette_score(tests, DIGITS.test_labels)), abs=1e-3)


def test_the_confusion_matrix_is_scikit_learns(report: Report):
    rows = by_class(report.figures, DIGITS.test_labels)
    expected = confusion_matrix(DIGITS.test_labels, report.figures.predicted, labels=range(10))
    scores = values(report)
    for row in rows:
        assert list(row.predicted) == expected[row.label].tolist()
        assert [scores[f"5-NN, class {row.label} as {other}"] for other in range(10)] == list(row.predicted)
        assert row.accuracy == expected[row.label, row.label] / row.digits
    assert sum(row.digits for row in rows) == 40


def test_a_classs_figures_are_means_over_its_digits(report: Report):
    figures, scores = report.figures, {score.name: score for score in report.scores}
    for row in by_class(figures, DIGITS.test_labels):
        members = [i for i, label in enumerate(DIGITS.test_labels) if label == row.label]
        total = sum(float(figures.reconstruction[i]) + float(figures.kl[i]) for i in members)
        assert row.digits == len(members) == scores[f"-ELBO, class {row.label}"].digits
        assert row.negative_elbo == pytest.approx(total / len(members), rel=1e-6)
        assert row.reconstruction == pytest.approx(np.mean([figures.reconstruction[i] for i in members]), rel=1e-6)
        assert scores[f"-ELBO, class {row.label}"].value == pytest.approx(row.negative_elbo, abs=1e-4)
        assert scores[f"5-NN accuracy, class {row.label}"].value == pytest.approx(row.accuracy, abs=1e-4)


def test_the_classes_together_make_up_the_whole(report: Report):
    found, rows = values(report), by_class(report.figures, DIGITS.test_labels)
    for name, of in (("-ELBO", "negative_elbo"), ("reconstruction", "reconstruction"), ("5-NN accuracy", "accuracy")):
        mean = sum(row.digits * getattr(row, of) for row in rows) / 40
        assert mean == pytest.approx(found[name], rel=1e-5, abs=1e-4)


def test_measuring_tells_what_it_does_and_how_far_it_is(report: Report, told: list[tuple[float, str]]):
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert len({what for _, what in told}) == 5


FEW: dict[str, Digits] = {
    "one digit": random_digits(train=1, test=1),
    "three digits": random_digits(train=2, test=3),
    "a class that no training digit has": dataclasses.replace(
        random_digits(train=6, test=4),
        train_labels=np.full(6, 3, np.uint8),
        test_labels=np.array([3, 9, 9, 3], np.uint8),
    ),
}


@pytest.mark.parametrize("case", FEW)
def test_few_digits_or_classes_are_scored_all_the_same(case: str):
    digits = FEW[case]
    found = Report.measure(NETWORK, digits)
    assert [score.name for score in found.overall] == list(OVERALL)
    assert all(np.isfinite(score.value) for score in found.scores)
    rows = by_class(found.figures, digits.test_labels)
    assert [row.label for row in rows] == sorted(set(digits.test_labels.tolist()))
    assert found.figures.company.max() <= len(digits.train_images)
    if "class" in case:
        assert values(found)["1-NN accuracy"] == values(found)["50-NN accuracy"] == 0.5
        assert found.figures.company.tolist() == [6, 0, 0, 6]
        assert not any("class 5" in name for name in values(found))


# --- to_bytes and read


def keep(run: Run, report: Report, network: Network = NETWORK, digits: Digits = DIGITS) -> Path:
    write(run.directory / "metrics.json", scores_to_json(report.scores))
    write(run.directory / NAME, report.to_bytes(network, digits))
    return run.directory / NAME


def test_what_a_run_keeps_is_read_back(root: Path, report: Report):
    run = make_run(root)
    path = keep(run, report)
    found = Report.read(run, Network.from_run(run), DIGITS)
    assert found is not None
    assert found.scores == report.scores
    for name, array in vars(report.figures).items():
        np.testing.assert_array_equal(getattr(found.figures, name), array, strict=True)
        assert not getattr(found.figures, name).flags.writeable
    assert path.stat().st_size < 40 * 14 + 1000


def test_a_run_without_a_report_has_none_and_that_is_no_news(
    root: Path, report: Report, caplog: pytest.LogCaptureFixture
):
    assert Report.read(make_run(root), NETWORK, DIGITS) is None
    assert caplog.records == []


def test_a_report_is_never_taken_for_that_of_other_weights_or_digits(root: Path, report: Report):
    run = make_run(root)
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


@pytest.mark.parametrize("scores", [SCORES, []], ids=["an older version's", "none"])
def test_a_report_whose_scores_are_not_all_there_is_a_miss(root: Path, report: Report, scores: list[Score]):
    run = make_run(root)
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
    "without a digest": repacked(lambda tensors: tensors.pop("network")),
    "beside damaged scores": lambda path: (path.parent / "metrics.json").write_text("{"),
    "beside no scores": lambda path: (path.parent / "metrics.json").unlink(),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_damaged_report_is_a_miss_and_is_logged(
    case: str, root: Path, report: Report, caplog: pytest.LogCaptureFixture
):
    run = make_run(root)
    path = keep(run, report)
    DAMAGES[case](path)
    with caplog.at_level(logging.WARNING):
        assert Report.read(run, NETWORK, DIGITS) is None
    (logged,) = caplog.messages
    assert str(run.directory) in logged
    assert logged.endswith(" It is computed anew.")


def test_figures_of_a_class_are_those_of_its_digits_alone():
    figures = Figures(
        reconstruction=np.array([100, 200, 300], np.float32),
        kl=np.array([1, 2, 3], np.float32),
        evidence=np.array([-90, -190, -290], np.float32),
        predicted=np.array([7, 0, 2], np.uint8),
        company=np.array([50, 0, 7], np.uint8),
    )
    np.testing.assert_array_equal(figures.negative_elbo, [101, 202, 303])
    np.testing.assert_array_equal(figures.gap, [11, 12, 13])
    two, seven = by_class(figures, np.array([7, 7, 2], np.uint8))
    assert (two.label, two.digits, two.negative_elbo, two.accuracy) == (2, 1, 303, 1)
    assert (seven.label, seven.digits, seven.negative_elbo, seven.reconstruction) == (7, 2, 151.5, 150)
    assert seven.accuracy == 0.5
    assert seven.predicted == (1, 0, 0, 0, 0, 0, 0, 1, 0, 0)


# --- The shipped run's


def test_the_shipped_runs_report_is_that_of_its_weights(digits: Digits):
    """Its digits' figures, for the first 200, as they come out now."""
    if digits.source != "mnist":
        pytest.skip("the report is of MNIST's test digits; $VAE_MNIST does not name them")
    run = open_run("seed")
    network = Network.from_run(run)
    kept = Report.read(run, network, digits)
    assert kept is not None
    assert digits.digest == run.record.dataset.digest
    reconstruction, kl = likelihood.negative_elbo(network, digits.test_images[:200])
    np.testing.assert_allclose(kept.figures.reconstruction[:200].mean(), reconstruction.mean(), atol=0.5)
    np.testing.assert_allclose(kept.figures.kl[:200], kl, rtol=1e-3, atol=1e-3)
    found = values(kept)
    assert found["inference gap"] == pytest.approx(found["-ELBO"] - found["-log p(x)"], abs=2e-4)
    assert found["-log p(x)"] == pytest.approx(-kept.figures.evidence.mean(dtype=np.float64), abs=1e-3)
    assert sum(row.digits for row in by_class(kept.figures, digits.test_labels)) == 10_000
