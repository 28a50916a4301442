"""The terms of -ELBO against plain loops and numerical integrals."""

import math

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats

from tests.unit.builders import random_tensors
from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.likelihood import elbo
from vae_core.likelihood.elbo import binarised, kl_nats, kl_nats_by_dimension, negative_elbo, reconstruction_nats
from vae_core.networks.network import Network
from vae_core.runs.catalog import open_run


def test_the_reconstruction_is_the_cross_entropy_summed_over_pixels():
    noise = np.random.default_rng(0)
    pixels, logits = noise.random((3, 784)), noise.normal(0, 3, (3, 784))
    for row, found in enumerate(reconstruction_nats(pixels, logits)):
        expected = 0.0
        for x, logit in zip(pixels[row], logits[row], strict=True):
            p = 1 / (1 + math.exp(-logit))
            expected -= x * math.log(p) + (1 - x) * math.log(1 - p)
        assert found == pytest.approx(expected, rel=1e-12)


def test_extreme_logits_stay_finite():
    """Warnings are errors here, so an overflow inside would fail."""
    logits = np.array([[1000.0, -1000.0, 1e30]], np.float32)
    assert reconstruction_nats(np.array([[1, 0, 1]], np.float32), logits) == pytest.approx(0)
    assert reconstruction_nats(np.array([[0, 1, 1]], np.float32), logits) == pytest.approx(2000)


@pytest.mark.parametrize(("mean", "log_var"), [(0.0, 0.0), (1.5, -1.0), (-3.0, 2.0), (0.2, -8.0)])
def test_the_kl_is_the_integral_of_its_definition(mean: float, log_var: float):
    norm, deviation = scipy.stats.norm, math.exp(log_var / 2)

    def integrand(z: float) -> float:
        return float(norm.pdf(z, mean, deviation) * (norm.logpdf(z, mean, deviation) - norm.logpdf(z)))

    reach = 12 * deviation
    expected, _ = scipy.integrate.quad(integrand, mean - reach, mean + reach, points=[mean], epsabs=1e-10)
    found = kl_nats(np.array([[mean, 0.0], [mean, mean]]), np.array([[log_var, 0.0], [log_var, log_var]]))
    assert found == pytest.approx([expected, 2 * expected], abs=1e-8)  # the dimensions are summed, not averaged


def test_the_dimensions_kl_are_those_of_their_own_integrals_and_add_up():
    mean, log_var = np.array([[1.5, -3.0], [0.2, 0.0]]), np.array([[-1.0, 2.0], [-8.0, 0.0]])
    found = kl_nats_by_dimension(mean, log_var)
    for i in range(2):
        for j in range(2):
            both = kl_nats(np.array([[mean[i, j], 0.0]]), np.array([[log_var[i, j], 0.0]]))  # the second one is p(z)
            assert found[i, j] == pytest.approx(both[0], abs=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), kl_nats(mean, log_var))


def test_the_clamped_extremes_of_log_var_have_a_finite_kl():
    assert np.isfinite(kl_nats(np.zeros((1, 2), np.float32), np.array([[20, -20]], np.float32))).all()


def test_the_elbo_is_the_loop_over_digits_and_samples(
    config: TrainingConfig, tensors: dict[str, np.ndarray], images: np.ndarray
):
    network = Network.from_tensors(tensors)
    found = negative_elbo(network, images, samples=3, seed=5)
    reconstruction, kl, error = found
    assert reconstruction.shape == kl.shape == error.shape == (5,)
    assert reconstruction.dtype == kl.dtype == error.dtype == np.float64
    np.testing.assert_array_equal(found.total, reconstruction + kl)
    noise = np.random.default_rng(5)
    epsilon = [noise.standard_normal((5, 2), dtype=np.float32) for _ in range(3)]
    for i, image in enumerate(images):
        x = image.ravel() / 255
        mean, log_var = (term[0].astype(float) for term in network.encoder.encode(x[None].astype(np.float32)))
        terms = []
        for sample in range(3):
            z = mean + np.exp(log_var / 2) * epsilon[sample][i]
            p = network.decoder.decode(z[None].astype(np.float32))[0].ravel().astype(float)
            terms.append(-(x * np.log(p) + (1 - x) * np.log(1 - p)).sum())
        assert reconstruction[i] == pytest.approx(sum(terms) / 3, rel=1e-5)
        assert error[i] == pytest.approx(scipy.stats.sem(terms), rel=0.01)
        assert kl[i] == pytest.approx(0.5 * sum(np.exp(log_var) + mean**2 - 1 - log_var), rel=1e-4, abs=1e-5)


def test_blocks_leave_no_digit_out(monkeypatch: pytest.MonkeyPatch, images: np.ndarray):
    """With no spread there is no noise, so the blocks' borders must not show."""
    tensors = random_tensors(TrainingConfig(encoder_widths=(6,), decoder_widths=(4,)))
    tensors["encoder.log_var.bias"] = np.full(2, -1e6, np.float32)
    network = Network.from_tensors(tensors)
    whole = negative_elbo(network, images)[:2]
    monkeypatch.setattr(elbo, "_BLOCK", 2)
    for blocks, expected in zip(negative_elbo(network, images)[:2], whole, strict=True):
        np.testing.assert_allclose(blocks, expected, rtol=1e-4)


def test_the_same_seed_gives_the_same_figure_and_another_a_near_one(
    config: TrainingConfig, tensors: dict[str, np.ndarray], images: np.ndarray
):
    network = Network.from_tensors(tensors)
    first, again, other = (negative_elbo(network, images, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    np.testing.assert_allclose(first, other, rtol=0.2)


def test_the_seeds_figure_on_the_first_500_test_digits(digits: Digits):
    """The same integral with SciPy's functions and other noise: equal within its own Monte Carlo error."""
    network = open_run("seed").network()
    images = digits.test_images[:500]
    reconstruction, kl, _ = negative_elbo(network, images)
    x = images.reshape(-1, 784) / 255
    mean, log_var = (term.astype(float) for term in network.encoder.encode(x.astype(np.float32)))
    noise = np.random.default_rng(99)
    draws = []
    for _ in range(16):
        z = mean + np.exp(log_var / 2) * noise.normal(size=mean.shape)
        p = scipy.special.expit(network.decoder.logits(z.astype(np.float32)).astype(float))
        draws.append(-(scipy.special.xlogy(x, p) + scipy.special.xlog1py(1 - x, -p)).sum(axis=1))
    deviation = np.std(draws, axis=0) / 4  # of each digit's mean over its 16 draws
    error = 4 * math.sqrt(2) * math.sqrt((deviation**2).sum()) / 500
    assert reconstruction.mean() == pytest.approx(np.mean(draws), abs=error)
    assert error < 0.5
    assert 140 < (reconstruction + kl).mean() < 165
    assert kl.mean() == pytest.approx(6.17, abs=0.3)


def test_the_sampling_error_says_how_far_other_samples_move_the_mean(
    config: TrainingConfig, tensors: dict[str, np.ndarray], images: np.ndarray
):
    network = Network.from_tensors(tensors, config.activation)
    found = [negative_elbo(network, images, samples=16, seed=seed) for seed in range(200)]
    expected = np.std([one.total.mean() for one in found], ddof=1)
    assert np.mean([one.sampling_error_of_mean for one in found]) == pytest.approx(expected, rel=0.2)
    assert math.isnan(negative_elbo(network, images, samples=1).sampling_error_of_mean)


# --- Binarised digits


def test_pixels_are_drawn_as_white_with_the_probability_of_their_grey():
    greys = np.broadcast_to(np.array([0, 1, 64, 128, 254, 255], np.uint8), (4000, 6))
    drawn = binarised(greys)
    assert (drawn.shape, drawn.dtype) == ((4000, 6), np.uint8)
    assert set(np.unique(drawn)) == {0, 255}
    share, expected = (drawn == 255).mean(axis=0), greys[0] / 255
    assert (abs(share - expected) <= 4.5 * np.sqrt(expected * (1 - expected) / 4000)).all()
    np.testing.assert_array_equal(drawn, binarised(greys))
    assert (drawn != binarised(greys, seed=1)).any()


@pytest.mark.mnist
def test_the_deepest_runs_score_on_binarised_digits_is_that_of_other_draws_too(mnist: Digits):
    """Six draws of the pixels of all digits gave means that differed by 0.06 nats."""
    run = open_run("deep")
    values = negative_elbo(run.network(), binarised(mnist.test_images, seed=1), 4, seed=1).total
    expected = next(score.value for score in run.scores() if score.name == "-ELBO, binarised")
    assert values.mean() == pytest.approx(expected, abs=0.25)
