"""The bias of every estimator, on a toy whose answer is known, at two sample sizes."""

import math

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from tests.unit.builders import linear_network
from vae_core.evaluation.digit_metrics import standard_error
from vae_core.evaluation.embedding_quality import silhouettes, trustworthiness_and_continuity
from vae_core.latent.aggregate_posterior import kl_from_prior
from vae_core.latent.latent_map import LatentMap
from vae_core.likelihood.elbo import binarised, negative_elbo
from vae_core.likelihood.evidence import evidence
from vae_core.networks.network import Network

MEAN, STD, SLOPE = 0.4, 0.8, 3.0


def toy() -> Network:
    """One pixel whose logit is SLOPE z1, 783 that are grey; q(z|x) is N(MEAN, STD^2) along both axes."""
    kernel = np.zeros((2, 784))
    kernel[0, 0] = SLOPE
    return linear_network((kernel, np.zeros(784)), (MEAN, MEAN), STD)


def digits(count: int, grey: int) -> np.ndarray:
    """So many digits of one grey: (N, 28, 28) uint8."""
    return np.full((count, 28, 28), grey, np.uint8)


def expected_reconstruction(share: float) -> float:
    """Of digits with this share of white, by numerical integration."""

    def integrand(z: float) -> float:
        logit = SLOPE * z
        return (np.logaddexp(0, logit) - share * logit) * scipy.stats.norm.pdf(z, MEAN, STD)

    return scipy.integrate.quad(integrand, MEAN - 12 * STD, MEAN + 12 * STD)[0] + 783 * math.log(2)


def unbiased(values: np.ndarray, expected: float) -> bool:
    """Whether the mean of values lies within 4.5 of its standard errors of what is expected."""
    return abs(values.mean() - expected) < 4.5 * (standard_error(values) or 0)


@pytest.mark.parametrize("samples", [1, 16])
def test_the_elbo_has_no_bias_however_few_the_samples(samples: int):
    found = negative_elbo(toy(), digits(4000, 51), samples)
    assert unbiased(found.reconstruction, expected_reconstruction(0.2))
    np.testing.assert_allclose(found.kl, STD**2 + MEAN**2 - 1 - 2 * math.log(STD), rtol=1e-5)


@pytest.mark.parametrize("count", [400, 4000])
def test_drawing_the_pixels_as_black_or_white_brings_no_bias(count: int):
    """The reconstruction is linear in the pixels, and this encoder does not look at them."""
    drawn = binarised(digits(count, 51))
    assert set(np.unique(drawn)) == {0, 255}
    assert unbiased(negative_elbo(toy(), drawn, 4).reconstruction, expected_reconstruction(0.2))


@pytest.mark.parametrize("count", [2, 20])
def test_the_evidence_has_no_bias_but_its_tolerance(count: int):
    """p(x) is the mean of a pixel's likelihood over the prior, by numerical integration."""
    images = digits(count, 0)

    def integrand(z: float) -> float:
        return float(scipy.stats.norm.pdf(z)) / (1 + math.exp(SLOPE * z))

    expected = math.log(scipy.integrate.quad(integrand, -12, 12)[0]) - 783 * math.log(2)
    np.testing.assert_allclose(evidence(toy(), images).nats, expected, atol=0.01)


def test_the_kl_of_q_z_is_too_large_by_a_bias_that_falls_as_the_number_of_digits():
    """Means from N(0, 1 - 0.3^2) and posteriors as wide as 0.3 make up the prior: the KL of infinitely many is 0."""
    noise = np.random.default_rng(4)

    def bias(count: int) -> float:
        means = noise.normal(0, math.sqrt(1 - 0.3**2), (count, 2)).astype(np.float32)
        std = np.full((count, 2), 0.3, np.float32)
        return float(kl_from_prior(LatentMap(means, std, np.zeros(count, np.uint8))).mean())

    few, many = (float(np.mean([bias(count) for _ in range(8)])) for count in (250, 1000))
    assert few > many > 0
    assert few / many == pytest.approx(4, rel=0.25)


@pytest.mark.parametrize("count", [500, 4000])
@pytest.mark.parametrize("k", [1, 5, 50])
def test_the_accuracy_of_neighbours_has_no_bias(count: int, k: int):
    """Labels by chance, 1 with probability 0.7 and else 0, whatever the place; equal votes go to the lower label."""
    noise, share = np.random.default_rng(count + k), 0.7

    def scattered(number: int) -> LatentMap:
        places = noise.random((number, 2)).astype(np.float32)
        return LatentMap(places, np.ones_like(places), (noise.random(number) < share).astype(np.uint8))

    tests, training = scattered(count), scattered(20 * count)
    hits = tests.votes_of_neighbours(training, k).argmax(axis=1) == tests.labels
    ones_win = scipy.stats.binom.sf(k // 2, k, share)
    expected = share * ones_win + (1 - share) * (1 - ones_win)
    assert abs(hits.mean() - expected) < 6 * math.sqrt(0.25 / count)  # tests near each other share their neighbours


@pytest.mark.parametrize("count", [200, 1000])
def test_trustworthiness_and_continuity_are_a_half_by_chance_and_1_of_the_same_plane(count: int):
    noise = np.random.default_rng(count)
    places = noise.integers(0, 256, (count, 2), dtype=np.uint8)
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 0, :2] = places
    for found in trustworthiness_and_continuity(images, noise.random((count, 2))):
        assert found.mean() == pytest.approx(0.5, abs=6 * (standard_error(found) or 0))
    for found in trustworthiness_and_continuity(images, places / 255):
        assert found.mean() == pytest.approx(1, abs=1e-3)  # equal distances may come in another order


@pytest.mark.parametrize("count", [200, 2000])
def test_the_silhouette_has_no_bias(count: int):
    """Two normal classes on a line, 3 standard deviations apart."""
    noise, apart = np.random.default_rng(count), 3.0
    labels = np.arange(count) % 2
    means = np.column_stack([noise.normal(0, 1, count) + apart * labels, np.zeros(count)])
    found = silhouettes(LatentMap(means, np.ones_like(means), labels.astype(np.uint8)))

    def distance(x: float, centre: float) -> float:
        """E|x - X| with X from N(centre, 1): a folded normal's mean."""
        offset = x - centre
        return float(2 * scipy.stats.norm.pdf(offset) + offset * (1 - 2 * scipy.stats.norm.cdf(-offset)))

    def integrand(x: float) -> float:
        a, b = distance(x, 0), distance(x, apart)
        return (b - a) / max(a, b) * float(scipy.stats.norm.pdf(x))

    assert unbiased(found, scipy.integrate.quad(integrand, -9, 9, points=[apart / 2])[0])
