"""The map's faithfulness, against scikit-learn where we do not use it, and plain loops where we do."""

import math

import numpy as np
import pytest
from sklearn.manifold import trustworthiness as sklearn_trustworthiness
from sklearn.neighbors import KNeighborsClassifier

from vae_core.data.digits import Digits
from vae_core.evaluation import embedding_quality
from vae_core.evaluation.embedding_quality import (
    active_units,
    silhouettes,
    subsample,
    trustworthiness_and_continuity,
)
from vae_core.latent.latent_map import LatentMap
from vae_core.likelihood.elbo import negative_elbo
from vae_core.runs.catalog import open_run

NOISE = np.random.default_rng(4)
IMAGES = NOISE.integers(0, 256, (40, 28, 28), dtype=np.uint8)
MEANS = NOISE.normal(size=(40, 2)).astype(np.float32)
LABELS = NOISE.integers(0, 4, 40, dtype=np.uint8)


def embedded(means: np.ndarray, labels: object) -> LatentMap:
    return LatentMap(means, np.ones_like(means), np.array(labels, np.uint8))


# --- Neighbours


@pytest.mark.parametrize("k", [1, 5, 50])
def test_the_nearest_references_are_counted_by_class(k: int):
    means, points = NOISE.normal(size=(300, 2)).astype(np.float32), NOISE.normal(size=(80, 2)).astype(np.float32)
    labels = np.concatenate([np.arange(10), NOISE.integers(0, 10, 290)]).astype(np.uint8)
    found = embedded(means, labels).votes(points, k)
    classifier = KNeighborsClassifier(k, algorithm="brute").fit(means, labels)
    np.testing.assert_allclose(found / k, classifier.predict_proba(points), atol=1e-12)
    np.testing.assert_array_equal(found.argmax(axis=1), classifier.predict(points))  # of equal counts, the lower class
    assert found.shape == (80, 10)
    assert found.dtype.kind == "i"


def test_of_fewer_references_than_asked_for_all_are_counted():
    found = embedded(MEANS[:3], [7, 7, 0]).votes(MEANS[5:7], 50)
    np.testing.assert_array_equal(found, 2 * [[1, 0, 0, 0, 0, 0, 0, 2, 0, 0]])


def test_no_points_have_no_neighbours():
    assert embedded(MEANS, LABELS).votes(MEANS[:0], 5).shape == (0, 10)


# --- Trustworthiness and continuity


def neighbours(points: np.ndarray, i: int) -> list[int]:
    """The other points, nearest first."""
    rows = points.astype(float).tolist()
    return [j for _, j in sorted((math.dist(rows[i], row), j) for j, row in enumerate(rows) if j != i)]


def penalty(reference: np.ndarray, other: np.ndarray, k: int) -> float:
    """1 - 2 / (n k (2n - 3k - 1)) sum over i, over j near i in `other` and not in `reference`, of rank(i, j) - k."""
    n, total = len(reference), 0
    for i in range(n):
        ranked = neighbours(reference, i)
        for j in set(neighbours(other, i)[:k]) - set(ranked[:k]):
            total += ranked.index(j) + 1 - k
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * total


@pytest.mark.parametrize(("count", "k"), [(40, 12), (20, 9), (5, 2), (3, 1)])
def test_trustworthiness_and_continuity_are_their_definitions(count: int, k: int):
    """With few digits fewer neighbours are looked at, for the definition knows no more than half of them."""
    pixels, means = IMAGES[:count].reshape(count, -1) / 255, MEANS[:count]
    trust, continuity = trustworthiness_and_continuity(IMAGES[:count], means)
    assert trust.shape == continuity.shape == (count,)
    assert trust.mean() == pytest.approx(penalty(pixels, means, k))
    assert continuity.mean() == pytest.approx(penalty(means, pixels, k))
    assert (trust.mean(), continuity.mean()) != (1, 1)


def test_trustworthiness_is_scikit_learns():
    pixels = IMAGES.reshape(40, -1) / 255
    trust, continuity = trustworthiness_and_continuity(IMAGES, MEANS)
    assert trust.mean() == pytest.approx(sklearn_trustworthiness(pixels, MEANS, n_neighbors=12))
    assert continuity.mean() == pytest.approx(sklearn_trustworthiness(MEANS, pixels, n_neighbors=12))


def test_a_map_that_keeps_all_ranks_is_trusted():
    """Digits of one grey each, in a row: their distances in pixels are those on the map."""
    greys = np.arange(0, 240, 6, dtype=np.uint8)
    images = np.broadcast_to(greys[:, None, None], (40, 28, 28))
    for kept in trustworthiness_and_continuity(images, np.stack([greys, greys], axis=1) / 100):
        np.testing.assert_array_equal(kept, 1)


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_digits_have_no_wrong_neighbours(count: int):
    for kept in trustworthiness_and_continuity(IMAGES[:count], MEANS[:count]):
        np.testing.assert_array_equal(kept, np.ones(count))


def test_of_many_digits_some_drawn_at_random_are_compared(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(embedding_quality, "SUBSAMPLE", 20)
    chosen = subsample(40)
    assert len(set(chosen.tolist())) == 20
    assert chosen.tolist() == sorted(chosen) == subsample(40).tolist()
    assert chosen.max() >= 20
    found = trustworthiness_and_continuity(IMAGES, MEANS), silhouettes(embedded(MEANS, LABELS))
    monkeypatch.setattr(embedding_quality, "SUBSAMPLE", 40)
    few = IMAGES[chosen], MEANS[chosen]
    np.testing.assert_array_equal(found[0], trustworthiness_and_continuity(*few))
    np.testing.assert_array_equal(found[1], silhouettes(embedded(MEANS[chosen], LABELS[chosen])))


@pytest.mark.mnist
def test_the_digits_that_are_drawn_are_as_hard_as_all(mnist: Digits):
    """By how well `seed` draws them."""
    reconstruction = negative_elbo(open_run("seed").network(), mnist.test_images, 1).reconstruction
    error = reconstruction.std() / math.sqrt(2000)
    assert abs(reconstruction[subsample(10_000)].mean() - reconstruction.mean()) < 2 * error


# --- Silhouette


def test_the_silhouette_is_its_definition():
    labels = LABELS.copy()
    labels[7] = 9  # alone in its class, and so 0
    total = 0.0
    for i, own in enumerate(labels):
        distances = np.linalg.norm(MEANS.astype(float) - MEANS[i], axis=1)
        near = {c: distances[(labels == c) & (np.arange(40) != i)] for c in set(labels.tolist())}
        if len(near[own]):
            a, b = near[own].mean(), min(of.mean() for c, of in near.items() if c != own)
            total += (b - a) / max(a, b)
    assert silhouettes(embedded(MEANS, labels)).mean() == pytest.approx(total / 40, abs=1e-5)


def test_classes_far_apart_have_a_silhouette_near_1_and_shuffled_ones_near_0():
    labels = np.arange(40, dtype=np.uint8) % 2
    apart = MEANS + 100 * labels[:, None]
    assert silhouettes(embedded(apart, labels)).mean() > 0.95
    assert abs(silhouettes(embedded(apart, np.arange(40) // 2 % 2)).mean()) < 0.1


@pytest.mark.parametrize("labels", [[1], [1, 1, 1], [1, 2, 3]], ids=["one digit", "one class", "a class each"])
def test_where_there_is_nothing_to_compare_the_silhouette_is_0(labels: list[int]):
    assert not silhouettes(embedded(MEANS[: len(labels)], labels)).any()


# --- Active units


@pytest.mark.parametrize(("deviations", "expected"), [((1, 1), 2), ((1, 0.05), 1), ((0.05, 0), 0), ((0.105, 0.095), 1)])
def test_units_are_active_whose_means_vary(deviations: tuple[float, float], expected: int):
    signs = np.where(np.arange(40) % 2, 1, -1)[:, None]
    assert active_units((5 + signs * deviations).astype(np.float32)) == expected
