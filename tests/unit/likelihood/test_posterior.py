"""The posterior against what is known of it, or what SciPy gives."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats

from tests.unit.builders import GREY, GREYS, linear_network, peaked_network
from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.likelihood.evidence import evidence
from vae_core.likelihood.posterior import Posterior, exact_posterior
from vae_core.likelihood.tiles import log_joint
from vae_core.networks.decoder import Decoder
from vae_core.networks.network import Network
from vae_core.runs.catalog import open_run


def test_a_digits_posterior_is_not_cut_at_the_border_of_tiles():
    centre = (0.1065, 0.004)
    found = exact_posterior(peaked_network(centre, 0.0028), GREY[0])
    for axis, c in ((found.z1, centre[0]), (found.z2, centre[1])):
        assert axis[0] < c - 5 * 0.0028
        assert axis[-1] > c + 5 * 0.0028
    assert found.within(centre, (0.0028, 0.0028), 0.8) == pytest.approx(0.8, abs=0.02)


def test_what_says_nothing_about_z_leaves_the_prior():
    found = exact_posterior(linear_network((np.zeros((2, 784)), np.zeros(784))), GREYS[0])
    z1, z2 = np.meshgrid(found.z1, found.z2)
    expected, held = np.exp(-(z1**2 + z2**2) / 2) / (2 * math.pi), found.density > 0
    np.testing.assert_allclose(found.density[held], expected[held], rtol=1e-3)
    assert 1 - expected[held].sum() * found.cell < 1.5e-4
    assert found.density.sum() * found.cell == pytest.approx(1)
    for mass in (0.1, 0.5, 0.95):
        assert found.level(mass) == pytest.approx((1 - mass) / (2 * math.pi), rel=0.01)
        assert found.within((0, 0), (1, 1), mass) == pytest.approx(mass, abs=0.002)


def four_peaks(apart: float, std: float) -> Network:
    """Half of the pixels depend on |z1|, half on |z2|, so that grey digits lie at each (+-apart, +-apart) alike."""
    steepness = 2 / (std * math.sqrt(392))
    hidden = np.array([[1, -1, 0, 0], [0, 0, 1, -1]], np.float32), np.zeros(4, np.float32)
    kernel = np.zeros((4, 784), np.float32)
    kernel[:2, :392] = kernel[2:, 392:] = steepness
    logits = kernel, np.full(784, -steepness * apart, np.float32)
    network = linear_network((np.zeros((2, 784)), np.zeros(784)), (apart, apart), std)
    return dataclasses.replace(network, decoder=Decoder((hidden,), logits))


def test_narrow_peaks_far_apart_are_all_there_and_as_fine_as_one():
    network, std = four_peaks(apart=1.03, std=0.006), 0.006
    found = exact_posterior(network, GREY[0])
    assert found.density.sum() * found.cell == pytest.approx(1)
    for peak in itertools.product((-1.03, 1.03), repeat=2):
        assert found.within(peak, (std, std), 0.95) == pytest.approx(0.95 / 4, abs=0.01)
    row, column = np.unravel_index(found.density.argmax(), found.density.shape)
    joint = log_joint(network.decoder, to_pixels(GREY), np.array([[found.z1[column], found.z2[row]]]))[0, 0]
    assert joint - math.log(found.density.max()) == pytest.approx(evidence(network, GREY).nats[0], abs=0.01)


def test_a_posterior_is_its_definition_on_nodes_around_its_mass():
    centre, std = (1.3, -0.6), 0.04
    found = exact_posterior(peaked_network(centre, std), GREY[0])
    assert found.density.shape == (len(found.z2), len(found.z1))
    for axis in (found.z1, found.z2):
        np.testing.assert_allclose(np.diff(axis), 1 / 256)
    x, steepness = 128 / 255, 2 / (std * math.sqrt(392))

    def log_density(z: np.ndarray, c: float) -> np.ndarray:
        logit = steepness * (z - c)
        values = 392 * (x * logit - np.logaddexp(0, logit)) - z**2 / 2
        fine = np.linspace(c - 1, c + 1, 20_001)
        own = 392 * (x * steepness * (fine - c) - np.logaddexp(0, steepness * (fine - c))) - fine**2 / 2
        return values - math.log(scipy.integrate.trapezoid(np.exp(own - own.max()), fine)) - own.max()

    expected = np.exp(log_density(found.z1, centre[0]) + log_density(found.z2, centre[1])[:, None])
    np.testing.assert_allclose(found.density, expected, atol=0.01 * expected.max())
    assert expected.max() == pytest.approx(1 / (2 * math.pi * std**2), rel=0.05)


def test_a_level_holds_its_mass_to_one_node(digits: Digits):
    found = exact_posterior(open_run("seed").network(), digits.test_images[0])
    for mass in (0.01, 0.3, 0.5, 0.9, 0.999):
        level = found.level(mass)
        above, at_least = (
            found.density[at].sum() * found.cell for at in (found.density > level, found.density >= level)
        )
        assert above < mass <= at_least


@pytest.mark.parametrize(("mean", "std"), [((0.5, -0.25), (0.75, 0.5)), ((0.0, 1.0), (2.0, 0.3))])
def test_an_ellipse_holds_as_much_of_a_posterior_as_of_draws_from_it(
    mean: tuple[float, float], std: tuple[float, float]
):
    axis = np.arange(-4.5, 4.5, 1 / 32) + 1 / 64
    z1, z2 = np.meshgrid(axis, axis)
    prior = Posterior(axis, axis, np.exp(-(z1**2 + z2**2) / 2) / (2 * math.pi))
    draws = np.random.default_rng(0).normal(size=(400_000, 2))
    expected = ((((draws - mean) / std) ** 2).sum(axis=1) <= scipy.stats.chi2(2).ppf(0.8)).mean()
    assert prior.within(mean, std, 0.8) == pytest.approx(expected, abs=0.004)


def test_a_digits_posterior_and_its_evidence_are_of_one_integral(digits: Digits):
    """log p(x) = log p(x|z) + log p(z) - log p(z|x), at every z."""
    network, images = open_run("seed").network(), digits.test_images[:2]
    exact = evidence(network, images)
    for image, nats in zip(images, exact.nats, strict=True):
        found = exact_posterior(network, image)
        row, column = np.unravel_index(found.density.argmax(), found.density.shape)
        z = np.array([[found.z1[column], found.z2[row]]], np.float32)
        p = network.decoder.decode(z).reshape(-1).astype(float)
        x = image.ravel() / 255
        likelihood = (scipy.special.xlogy(x, p) + scipy.special.xlog1py(1 - x, -p)).sum()
        expected = likelihood + scipy.stats.norm.logpdf(z).sum() - math.log(found.density.max())
        assert nats == pytest.approx(expected, abs=0.02)
