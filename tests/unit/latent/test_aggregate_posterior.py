"""q(z) against SciPy's normal distribution, draws from it, and the closed form where it is one normal distribution."""

import numpy as np
import pytest
import scipy.stats

from vae_core.latent import aggregate_posterior
from vae_core.latent.aggregate_posterior import kl_from_prior, masses
from vae_core.latent.latent_map import LatentMap
from vae_core.likelihood.elbo import kl_nats

NOISE = np.random.default_rng(3)


def embedded(means: object, std: object) -> LatentMap:
    means = np.array(means, np.float32)
    return LatentMap(means, np.array(std, np.float32), np.zeros(len(means), np.uint8))


MIXTURE = embedded(NOISE.normal(size=(7, 2)), NOISE.uniform(0.1, 0.8, (7, 2)))


def draws(count: int) -> np.ndarray:
    chosen = NOISE.integers(0, len(MIXTURE.means), count)
    return MIXTURE.means[chosen] + MIXTURE.std[chosen] * NOISE.normal(size=(count, 2))


def log_density(z: np.ndarray) -> np.ndarray:
    parts = scipy.stats.norm.logpdf(z[:, None], MIXTURE.means, MIXTURE.std).sum(axis=-1)  # (N, 7)
    return np.log(np.exp(parts).mean(axis=1))


# --- Masses


def test_a_cells_mass_is_the_mean_over_digits_of_the_product_over_dimensions():
    edges = np.array([-2.0, -0.5, 0.25, 3.0])
    found = masses(MIXTURE, edges)
    assert (found.shape, found.dtype) == ((3, 3), np.float64)
    for row in range(3):
        for column in range(3):
            expected = 0.0
            for (m1, m2), (s1, s2) in zip(MIXTURE.means.tolist(), MIXTURE.std.tolist(), strict=True):
                across, up = scipy.stats.norm(m1, s1), scipy.stats.norm(m2, s2)
                right = across.cdf(edges[column + 1]) - across.cdf(edges[column])
                expected += right * (up.cdf(edges[row + 1]) - up.cdf(edges[row])) / 7
            assert found[row, column] == pytest.approx(expected, rel=1e-6)


def test_a_row_is_an_interval_of_z2():
    found = masses(embedded([[0.5, 2.5]], [[0.01, 0.01]]), np.arange(4.0))
    np.testing.assert_allclose(found, [[0, 0, 0], [0, 0, 0], [1, 0, 0]], atol=1e-12)


def test_the_masses_are_the_shares_of_draws():
    edges, count = np.linspace(-3, 3, 13), 200_000
    z = draws(count)
    expected, _, _ = np.histogram2d(z[:, 1], z[:, 0], (edges, edges))
    found = masses(MIXTURE, edges)
    error = np.sqrt(count * found * (1 - found)) + 1
    assert (abs(expected - count * found) < 5 * error).all()
    assert found.sum() < 1


def test_blocks_leave_no_digit_out(monkeypatch: pytest.MonkeyPatch):
    edges = np.linspace(-4, 4, 9)
    whole = masses(MIXTURE, edges)
    monkeypatch.setattr(aggregate_posterior, "_DIGITS", 3)
    np.testing.assert_allclose(masses(MIXTURE, edges), whole, rtol=1e-12)


# --- KL(q(z) || p(z))


def test_the_prior_itself_is_no_nats_from_it():
    assert kl_from_prior(embedded([[0, 0]], [[1, 1]])).mean() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("mean", "std"), [((0.0, 0.0), (0.5, 0.5)), ((1.5, -1.0), (0.3, 1.2)), ((0.0, 3.0), (0.2, 0.9))]
)
def test_of_one_digit_it_is_the_closed_form(mean: tuple[float, float], std: tuple[float, float]):
    found = kl_from_prior(embedded([mean], [std])).mean()
    expected = kl_nats(np.array([mean]), 2 * np.log(np.array([std])))[0]
    assert found == pytest.approx(expected, abs=0.005)
    assert found <= expected


def test_of_many_digits_that_make_up_one_normal_distribution_it_is_the_closed_form():
    """Means drawn from N(1, 0.6^2), each as wide as 0.5: together N(1, 0.61)."""
    steps = scipy.stats.norm(1, 0.6).ppf((np.arange(60) + 0.5) / 60)
    means = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    variance = steps.var() + 0.25
    expected = kl_nats(np.ones((1, 2)), np.full((1, 2), np.log(variance)))[0]
    assert kl_from_prior(embedded(means, np.full(means.shape, 0.5))).mean() == pytest.approx(expected, abs=0.01)


def test_of_a_mixture_it_is_the_mean_over_draws():
    z = draws(200_000)
    values = log_density(z) - scipy.stats.norm.logpdf(z).sum(axis=1)
    error = values.std() / np.sqrt(len(z))
    assert kl_from_prior(MIXTURE).mean() == pytest.approx(values.mean(), abs=5 * error + 0.005)
    assert error < 0.006


def test_the_cells_are_narrow_enough_for_posteriors_as_narrow_as_those_of_the_deepest_run():
    """Far apart, so that their KL is the mean of their own, less what it is worth to know which one it is."""
    means = np.array([[-2, -2], [-2, 2], [2, -2], [2, 2]])
    for std, most in ((0.05, 0.003), (0.02, 0.02)):
        apart = embedded(means, np.full((4, 2), std))
        expected = kl_nats(apart.means, 2 * np.log(apart.std)).mean() - np.log(4)
        assert expected - most < kl_from_prior(apart).mean() <= expected + 1e-6


def test_posteriors_narrower_than_a_cell_keep_it_finite_and_a_lower_bound():
    narrow = embedded([[0.01, 0.01], [9.99, -9.99]], np.full((2, 2), 1e-4))
    found = kl_from_prior(narrow).mean()
    each = kl_nats(narrow.means, 2 * np.log(narrow.std))
    assert 0 < found < each.mean() - np.log(2)


def test_what_lies_beyond_the_points_that_there_may_be_is_left_out():
    assert kl_from_prior(embedded([[0, 0], [40, 0]], [[1, 1], [1, 1]])).mean() == pytest.approx(
        0.5 * np.log(0.5), abs=1e-6
    )


def test_how_the_values_of_the_digits_vary_tells_how_far_other_digits_would_move_it():
    """Against a bootstrap over the digits."""
    noise = np.random.default_rng(8)
    means, std = noise.normal((0.5, 0), (0.8, 1.1), (200, 2)), noise.uniform(0.3, 0.6, (200, 2))
    values = kl_from_prior(embedded(means, std))
    draws = noise.integers(200, size=(40, 200))
    resampled = [kl_from_prior(embedded(means[some], std[some])).mean() for some in draws]
    assert values.std(ddof=1) / np.sqrt(200) == pytest.approx(np.std(resampled, ddof=1), rel=0.3)
