"""Samples and what the judge says of them, against plain loops."""

import math
from collections import Counter

import numpy as np
import pytest

from vae_core.errors import RunDamaged
from vae_core.evaluation import samples
from vae_core.evaluation.samples import Judged, class_shares, diversity, draw, kl_of_classes, some_seams
from vae_core.networks.classifier import Classifier

NOISE = np.random.default_rng(7)


def classifier(scale: float = 1.0) -> Classifier:
    """Features are the first four pixels; the classes are 0 to 9."""
    first = np.eye(784, 4, dtype=np.float32), np.zeros(4, np.float32)
    return Classifier((first,), ((scale * NOISE.normal(size=(4, 10))).astype(np.float32), np.zeros(10, np.float32)))


def decode(z: np.ndarray) -> np.ndarray:
    pixels = np.zeros((len(z), 784), np.float32)
    pixels[:, :2] = abs(z) / 10
    return pixels.reshape(-1, 28, 28)


def judged(classes: list[int], features: np.ndarray) -> Judged:
    return Judged(features.astype(np.float32), np.array(classes), np.ones(len(classes), np.float32))


def test_points_are_of_the_prior_and_the_same_each_time(monkeypatch: pytest.MonkeyPatch):
    seen: list[np.ndarray] = []
    drawn = draw(lambda z: seen.append(z) or decode(z), 2300)
    z = np.concatenate(seen)
    assert (drawn.shape, z.shape, max(map(len, seen))) == ((2300, 784), (2300, 2), 1000)
    np.testing.assert_array_equal(drawn, decode(z).reshape(-1, 784))
    assert abs(z.mean(axis=0)).max() < 0.1
    np.testing.assert_allclose(np.cov(z.T), np.eye(2), atol=0.1)
    np.testing.assert_array_equal(draw(decode, 300), drawn[:300])


def test_pixels_that_are_not_finite_are_damage():
    with pytest.raises(RunDamaged, match="not finite"):
        draw(lambda z: np.full((len(z), 28, 28), np.nan, np.float32), 5)


def test_classes_and_seams_are_the_loops(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(samples, "_BLOCK", 30)
    judge, pixels = classifier(8), NOISE.random((100, 784)).astype(np.float32)
    found = Judged.of(pixels, judge)
    for i in range(100):
        logits = pixels[i, :4] @ judge.output[0]
        shares = [math.exp(logit) / sum(map(math.exp, logits)) for logit in logits]
        assert found.classes[i] == shares.index(max(shares))
        assert found.confidence[i] == pytest.approx(max(shares), rel=1e-4)
        assert found.seams[i] == (max(shares) < 0.5)
    assert 5 < found.seams.sum() < 95
    np.testing.assert_array_equal(found.features, pixels[:, :4])


def test_some_seams_are_samples_of_no_class():
    judge = classifier(8)
    found = some_seams(decode, judge, 5)
    assert len(found) <= 5
    assert Judged.of(found, judge).seams.all()


def test_shares_and_their_kl_are_the_loops():
    classes, real = NOISE.integers(3, 10, 200), NOISE.integers(0, 10, 150)
    drawn, known = Counter(classes.tolist()), Counter(real.tolist())
    assert class_shares(classes).tolist() == [drawn[label] / 200 for label in range(10)]
    expected = sum(n / 200 * math.log(n / 200 / ((known[label] + 1) / 160)) for label, n in drawn.items())
    assert kl_of_classes(classes, real).mean() == pytest.approx(expected)
    assert kl_of_classes(real, real).mean() == pytest.approx(0, abs=0.02)


def test_a_class_that_no_digit_has_makes_the_kl_large_not_infinite():
    found = kl_of_classes(np.full(100, 9), np.zeros(990, int))
    assert found.mean() == pytest.approx(math.log(1000))


def test_diversity_is_the_mean_distance_of_two_of_a_class():
    """Of class 0 all are equal, of class 1 the expected distance of two is known; each counts as much as the other."""
    spread = NOISE.normal(size=(20_000, 1))
    features = np.concatenate([np.full((500, 1), 3.0), spread, np.zeros((1, 1))])
    found, error = diversity(judged([0] * 500 + [1] * 20_000 + [2], features), np.array([0, 1]))
    assert error is not None
    assert found == pytest.approx(2 / math.sqrt(math.pi) / 2, abs=4 * error)
    assert 0.002 < error < 0.006


def test_of_a_single_pair_there_is_no_error():
    assert diversity(judged([4, 4], np.array([[0.0], [3.0]])), np.array([4])) == (3.0, None)
