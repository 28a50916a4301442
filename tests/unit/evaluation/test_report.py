"""The report's scores against scikit-learn and plain loops."""

import dataclasses
import math

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from tests.unit.builders import all_for_testing, random_digits
from tests.unit.evaluation.measured import DIGITS, NETWORK
from vae_core.data.digits import Digits, given
from vae_core.data.images import to_pixels
from vae_core.evaluation.digit_metrics import by_class
from vae_core.evaluation.report import Report
from vae_core.evaluation.scores import OVERALL, score_elbo


def values(report: Report) -> dict[str, float]:
    return {score.name: score.value for score in report.scores}


def test_the_figures_are_one_number_a_digit(report: Report):
    kinds = {name: (array.shape, array.dtype) for name, array in vars(report.metrics).items()}
    nats, classes = ((40,), np.float32), ((40,), np.uint8)
    assert kinds == {
        "reconstruction": nats,
        "kl": nats,
        "evidence": nats,
        "predicted": classes,
        "same_class_neighbours": classes,
        "predicted_by_nearest": classes,
        "predicted_by_vote": classes,
        "binarised": nats,
        "trustworthiness": nats,
        "continuity": nats,
        "silhouette": nats,
    }


def test_every_score_of_all_digits_is_there_in_order(report: Report):
    assert [score.name for score in report.overall] == list(OVERALL)
    for score in report.overall:
        assert (score.digits, score.dataset) == (40, "sample")
        assert score.unit
        assert score.estimator


def test_the_bound_and_its_terms_are_those_of_the_likelihood(report: Report):
    found, images = values(report), DIGITS.test_images
    for score in score_elbo(NETWORK, DIGITS):
        assert found[score.name] == score.value
    mean, log_var = (term.astype(float) for term in NETWORK.encoder.encode(to_pixels(images)))
    by_dimension = (0.5 * (np.exp(log_var) + mean**2 - 1 - log_var)).mean(axis=0)
    assert [found["KL of z1"], found["KL of z2"]] == pytest.approx(by_dimension.tolist(), abs=1e-3)
    assert found["rate"] == pytest.approx(found["KL"] / np.log(2), abs=1e-3)
    assert found["distortion"] == pytest.approx(found["reconstruction"] / np.log(2), abs=1e-3)
    assert found["bits per pixel"] == pytest.approx(found["-ELBO"] / np.log(2) / 784, abs=1e-4)
    np.testing.assert_allclose(report.metrics.negative_elbo.mean(), found["-ELBO"], rtol=1e-5)


def test_the_gap_is_what_the_bound_lacks_of_the_evidence(report: Report):
    """And it is the divergence of the encoder's posterior from the exact one, so not below zero but by sampling."""
    found = values(report)
    assert found["-log p(x)"] == pytest.approx(-report.metrics.evidence.mean(), abs=1e-3)
    assert found["inference gap"] == pytest.approx(found["-ELBO"] - found["-log p(x)"], abs=2e-4)
    np.testing.assert_allclose(report.metrics.gap.mean(), found["inference gap"], atol=1e-2)
    assert found["inference gap"] > 0


def test_the_binarised_bound_is_the_loop_over_digits_pixels_and_samples(report: Report):
    greys = np.random.default_rng(0).integers(255, size=DIGITS.test_images.shape, dtype=np.uint8)
    noise = np.random.default_rng(0)
    epsilon = [noise.standard_normal((40, 2), dtype=np.float32) for _ in range(4)]
    expected = []
    for digit, (image, drawn) in enumerate(zip(DIGITS.test_images, greys, strict=True)):
        white = [int(threshold < grey) for grey, threshold in zip(image.ravel(), drawn.ravel(), strict=True)]
        mean, log_var = (term[0] for term in NETWORK.encoder.encode(np.array([white], np.float32)))
        nats = 0.5 * sum(math.exp(v) + m**2 - 1 - v for m, v in zip(mean.tolist(), log_var.tolist(), strict=True))
        for sample in epsilon:
            z = mean + np.exp(log_var / 2) * sample[digit]
            shades = NETWORK.decoder.decode(z[None])[0].ravel().tolist()
            nats -= sum(math.log(p if x else 1 - p) for x, p in zip(white, shades, strict=True)) / 4
        expected.append(nats)
    np.testing.assert_allclose(report.metrics.binarised, expected, rtol=1e-4)
    assert values(report)["-ELBO, binarised"] == pytest.approx(np.mean(expected), rel=1e-4)


def test_the_neighbours_are_training_digits_and_scikit_learn_finds_the_same(report: Report):
    training, tests = (
        NETWORK.encoder.encode(to_pixels(images))[0] for images in (DIGITS.train_images, DIGITS.test_images)
    )
    for k in (1, 5, 50):
        classifier = KNeighborsClassifier(k).fit(training, DIGITS.train_labels)
        assert values(report)[f"{k}-NN accuracy"] == classifier.score(tests, DIGITS.test_labels)
    classifier = KNeighborsClassifier(5).fit(training, DIGITS.train_labels)
    np.testing.assert_array_equal(report.metrics.predicted, classifier.predict(tests))
    classifier = KNeighborsClassifier(50).fit(training, DIGITS.train_labels)
    shares = classifier.predict_proba(tests)
    column = np.searchsorted(classifier.classes_, DIGITS.test_labels)
    np.testing.assert_allclose(report.metrics.same_class_neighbours, 50 * shares[np.arange(40), column], atol=1e-9)
    assert values(report)["silhouette"] == pytest.approx(float(silhouette_score(tests, DIGITS.test_labels)), abs=1e-3)


def test_the_confusion_matrix_is_scikit_learns(report: Report):
    rows = by_class(report.metrics, DIGITS.test_labels)
    expected = confusion_matrix(DIGITS.test_labels, report.metrics.predicted, labels=range(10))
    scores = values(report)
    for row in rows:
        assert list(row.predicted) == expected[row.label].tolist()
        assert [scores[f"5-NN, class {row.label} as {other}"] for other in range(10)] == list(row.predicted)
        assert row.accuracy == expected[row.label, row.label] / row.digits
    assert sum(row.digits for row in rows) == 40


def test_a_classs_figures_are_means_over_its_digits(report: Report):
    metrics, scores = report.metrics, {score.name: score for score in report.scores}
    for row in by_class(metrics, DIGITS.test_labels):
        members = [i for i, label in enumerate(DIGITS.test_labels) if label == row.label]
        total = sum(float(metrics.reconstruction[i]) + float(metrics.kl[i]) for i in members)
        assert row.digits == len(members) == scores[f"-ELBO, class {row.label}"].digits
        assert row.negative_elbo == pytest.approx(total / len(members), rel=1e-6)
        assert row.reconstruction == pytest.approx(np.mean([metrics.reconstruction[i] for i in members]), rel=1e-6)
        assert scores[f"-ELBO, class {row.label}"].value == pytest.approx(row.negative_elbo, abs=1e-4)
        assert scores[f"5-NN accuracy, class {row.label}"].value == pytest.approx(row.accuracy, abs=1e-4)


def test_the_classes_together_make_up_the_whole(report: Report):
    found, rows = values(report), by_class(report.metrics, DIGITS.test_labels)
    for name, of in (("-ELBO", "negative_elbo"), ("reconstruction", "reconstruction"), ("5-NN accuracy", "accuracy")):
        mean = sum(row.digits * getattr(row, of) for row in rows) / 40
        assert mean == pytest.approx(found[name], rel=1e-5, abs=1e-4)


def test_measuring_says_what_it_does_and_how_far_it_is(report: Report, reported: list[tuple[float, str]]):
    shares = [share for share, _ in reported]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert len({what for _, what in reported}) == 6


def test_without_training_digits_the_neighbours_are_the_other_test_digits():
    digits = all_for_testing(DIGITS, 0, 80)
    found, means = Report.measure(NETWORK, digits), NETWORK.encoder.encode(to_pixels(digits.test_images))[0]
    for k in (1, 5, 50):
        hits = []
        for i in range(80):
            others = [j for j in range(80) if j != i]
            classifier = KNeighborsClassifier(k).fit(means[others], digits.test_labels[others])
            hits.append(classifier.predict(means[[i]])[0] == digits.test_labels[i])
        assert values(found)[f"{k}-NN accuracy"] == np.mean(hits)
    near = next(score.estimator for score in found.overall if score.name == "5-NN accuracy")
    assert near == "neighbours among the 79 other digits"


FEW: dict[str, Digits] = {
    "one digit": random_digits(train=1, test=1),
    "three digits": random_digits(train=2, test=3),
    "a class that no training digit has": dataclasses.replace(
        random_digits(train=6, test=4),
        training=given(random_digits(train=6, test=4).train_images, np.full(6, 3, np.uint8)),
        test_labels=np.array([3, 9, 9, 3], np.uint8),
    ),
}


@pytest.mark.parametrize("case", FEW)
def test_few_digits_or_classes_are_scored_all_the_same(case: str):
    digits = FEW[case]
    found = Report.measure(NETWORK, digits)
    assert [score.name for score in found.overall] == list(OVERALL)
    assert all(np.isfinite(score.value) for score in found.scores)
    rows = by_class(found.metrics, digits.test_labels)
    assert [row.label for row in rows] == sorted(set(digits.test_labels.tolist()))
    assert found.metrics.same_class_neighbours.max() <= len(digits.train_images)
    ranks = next(score.estimator for score in found.overall if score.name == "trustworthiness")
    assert ranks == {1: "0 neighbours", 3: "1 neighbour", 4: "1 neighbour"}[len(digits.test_images)]
    if "class" in case:
        assert values(found)["1-NN accuracy"] == values(found)["50-NN accuracy"] == 0.5
        assert found.metrics.same_class_neighbours.tolist() == [6, 0, 0, 6]
        assert "-ELBO, class 5" not in values(found)
