"""The evidence against integrals that are known, or that SciPy or samples give."""

import math
import tracemalloc

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats

from tests.unit.builders import CONFIG, GREY, GREYS, linear_network, peaked_network, random_tensors
from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.likelihood import evidence as quadrature
from vae_core.likelihood.evidence import evidence, tiles_of_mass
from vae_core.networks.decoder import Decoder
from vae_core.networks.network import Network
from vae_core.runs.catalog import open_run

WITHIN = 0.01
"""nats: how near to the truth the evidence must come, for peaks as smooth as the networks' here."""


def quad_of_peak(centre: tuple[float, float], std: float) -> float:
    """log p(GREY) of the peaked network: the two coordinates are independent, so it is two integrals over a line."""
    x, steepness = 128 / 255, 2 / (std * math.sqrt(392))
    total = 0.0
    for c in centre:

        def joint(z: float, c: float = c) -> float:
            logit = steepness * (z - c)
            return 392 * (x * logit - float(np.logaddexp(0, logit))) - z**2 / 2 - math.log(2 * math.pi) / 2

        most = joint(c)
        mass, _ = scipy.integrate.quad(
            lambda z, most=most, joint=joint: math.exp(joint(z) - most), c - 15 * std, c + 15 * std, points=[c]
        )
        total += most + math.log(mass)
    return total


def test_a_decoder_that_ignores_z_gives_each_digit_its_likelihood():
    logits = np.random.default_rng(0).normal(0, 2, 784)
    found = evidence(linear_network((np.zeros((2, 784)), logits)), GREYS)
    x, p = to_pixels(GREYS).astype(float), scipy.special.expit(logits)
    np.testing.assert_allclose(found.nats, (x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=1), atol=1e-3)
    assert (found.nats.dtype, found.nats.shape, found.error_estimate.shape) == (np.float64, (3,), (3,))
    assert found.spacing == 1 / 16  # the first refinement shows that nothing moves
    assert found.error_estimate.max() < 1e-3
    assert found.reach == 4.5


@pytest.mark.parametrize("std", [0.02, 0.027, 0.05, 0.2])
@pytest.mark.parametrize("centre", [(0.0, 0.0), (0.09375, 0.09375), (0.03125, -0.0625), (1.23, -0.77), (6.4, 0.1)])
def test_wherever_a_narrow_peak_lies_between_the_nodes_it_is_found(centre: tuple[float, float], std: float):
    """Of 0.027 at 3/32 the sums over nodes 1/8 and 1/16 apart agree, and both are wrong."""
    found = evidence(peaked_network(centre, std), GREY)
    error = abs(found.nats[0] - quad_of_peak(centre, std))
    assert error < WITHIN
    assert error < found.error_estimate[0] + 1e-3
    assert found.spacing == {0.2: 1 / 16, 0.05: 1 / 32, 0.027: 1 / 64, 0.02: 1 / 64}[std]


def test_a_network_with_hidden_layers_against_scipys_integral_over_the_plane():
    tensors = random_tensors(CONFIG)
    x = to_pixels(GREYS[:1])[0].astype(float)
    kernel, bias, logits_kernel, logits_bias = (
        tensors[f"decoder.{name}"].astype(float)
        for name in ("hidden.0.kernel", "hidden.0.bias", "logits.kernel", "logits.bias")
    )

    def joint(z: np.ndarray) -> np.ndarray:
        logits = np.maximum(z @ kernel + bias, 0) @ logits_kernel + logits_bias
        return logits @ x - np.logaddexp(0, logits).sum(axis=1) + scipy.stats.norm.logpdf(z).sum(axis=1)

    most = joint(np.random.default_rng(0).normal(size=(1000, 2))).max()
    mass = scipy.integrate.cubature(lambda z: np.exp(joint(z) - most), [-4.5, -4.5], [4.5, 4.5], rtol=1e-3)
    assert mass.status == "converged"
    found = evidence(Network.from_tensors(tensors), GREYS[:1])
    assert found.nats[0] == pytest.approx(most + math.log(mass.estimate), abs=1e-3)
    assert found.error_estimate.max() < WITHIN


def test_importance_sampling_of_real_digits_agrees_within_its_own_error(digits: Digits):
    """60,000 draws, from the encoder's posteriors, half as wide again, and from the prior: all of them serve each."""
    network, images = open_run("seed").network(), digits.test_images[:40]
    pixels, noise = to_pixels(images), np.random.default_rng(5)
    mean, log_var = network.encoder.encode(pixels)
    means = np.vstack([mean, np.zeros((10, 2))]).astype(float)
    std = np.vstack([1.5 * np.exp(log_var / 2), np.ones((10, 2))]).astype(float)
    blocks = []
    for _ in range(60):
        z = (means + std * noise.normal(size=(20, 50, 2))).reshape(1000, 2)
        logits = network.decoder.logits(z.astype(np.float32))
        joint = pixels @ logits.T - (np.maximum(logits, 0) + np.log1p(np.exp(-abs(logits)))).sum(axis=1)
        densities = np.exp(-(((z[:, None] - means) / std) ** 2).sum(axis=-1) / 2) / std.prod(axis=1)
        blocks.append(joint - (z**2).sum(axis=1) / 2 - np.log(densities.mean(axis=1)))
    weights = np.concatenate(blocks, axis=1)  # (40, 60000)
    expected = np.logaddexp.reduce(weights, axis=1) - math.log(60_000)
    error = np.exp(weights - expected[:, None]).std(axis=1) / math.sqrt(60_000)  # of a logarithm: the relative one
    assert np.median(error) < 0.06
    off = (evidence(network, images).nats - expected) / error
    assert abs(off).max() < 4.5
    assert math.sqrt((off**2).mean()) < 1.3


@pytest.mark.parametrize(("count", "draws"), [(40, 1_000), pytest.param(300, 5_000, marks=pytest.mark.slow)])
def test_the_narrowest_posteriors_of_the_deepest_run_are_not_missed(digits: Digits, count: int, draws: int):
    """Samples from around the encoder's posterior seldom say too much of log p(x), too little where that is wrong."""
    network, pixels = open_run("deep").network(), to_pixels(digits.test_images)
    mean, log_var = network.encoder.encode(pixels)
    narrowest = log_var.min(axis=1).argsort()[:count]
    assert np.exp(log_var[narrowest[:20]].min(axis=1) / 2).max() < 0.01  # nodes 1/8 apart do not see these
    exact, noise = evidence(network, digits.test_images[narrowest]), np.random.default_rng(3)
    assert exact.error_estimate.max() < 0.3
    off, error = np.empty(count), np.empty(count)
    for i, digit in enumerate(narrowest):
        std = 1.5 * np.exp(log_var[digit] / 2).astype(float)
        z = mean[digit] + std * noise.normal(size=(draws, 2))
        logits = network.decoder.logits(z.astype(np.float32)).astype(float)
        joint = logits @ pixels[digit] - np.logaddexp(0, logits).sum(axis=1) + scipy.stats.norm.logpdf(z).sum(axis=1)
        weights = joint - scipy.stats.norm.logpdf(z, mean[digit], std).sum(axis=1)
        sampled = np.logaddexp.reduce(weights) - math.log(draws)
        off[i], error[i] = sampled - exact.nats[i], np.exp(weights - sampled).std() / math.sqrt(draws)
    assert (off - 4.5 * error).max() < 0.05
    assert np.median(error) < 0.1
    # Where mass lies elsewhere than the encoder puts it, for up to half of these digits, samples miss it and say less.
    assert abs(np.quantile(off, 0.75)) < 0.05


def test_a_peak_across_the_border_of_tiles_is_seen_from_both():
    """Of its half beyond the border the nearest coarse node lies 70 nats below the nearest of this side."""
    centre, std = (0.1065, 0.004), 0.0028
    found = evidence(peaked_network(centre, std), GREY)
    assert found.nats[0] == pytest.approx(quad_of_peak(centre, std), abs=WITHIN)


@pytest.mark.parametrize(("digits", "rows"), [(2, 10**6), (10_000, 1), (3, 700)])
def test_blocks_leave_no_digit_out(monkeypatch: pytest.MonkeyPatch, images: np.ndarray, digits: int, rows: int):
    network = Network.from_tensors(random_tensors(CONFIG))
    whole = evidence(network, images)
    monkeypatch.setattr(quadrature, "_DIGITS", digits)
    monkeypatch.setattr(quadrature, "_ROWS", rows)
    fractions: list[float] = []
    parts = evidence(network, images, fractions.append)
    assert fractions == sorted(fractions)
    assert (fractions[-1], parts.reach, parts.spacing) == (1.0, whole.reach, whole.spacing)
    np.testing.assert_allclose(parts.nats, whole.nats, atol=1e-3)
    np.testing.assert_allclose(parts.error_estimate, whole.error_estimate, atol=1e-3)


def test_a_digit_that_is_certain_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    """The decoder draws black everywhere but around (8, 8), where a grey digit has its narrow peak."""
    looked_at: list[tuple[float, int]] = []
    real = quadrature.row_sums

    def spy(decoder: Decoder, pixels: np.ndarray, digits: np.ndarray, lower: np.ndarray, size: float, on_share):
        looked_at.append((size, len(np.unique(lower, axis=0))))
        return real(decoder, pixels, digits, lower, size, on_share)

    monkeypatch.setattr(quadrature, "row_sums", spy)
    found = evidence(peaked_network((8.0, 8.0), 0.027), np.concatenate([GREY, 0 * GREY]))
    assert found.nats[1] == pytest.approx(0, abs=1e-4)
    assert found.spacing == 1 / 64
    (first, tiles), *others = looked_at
    assert (first, [size for size, _ in others]) == (1 / 2, [1 / 4, 1 / 8])
    assert tiles > 100  # the prior's
    assert all(tiles <= 36 for _, tiles in others)  # the peak's


@pytest.fixture
def diverged(monkeypatch: pytest.MonkeyPatch) -> Network:
    """A network whose logits are waves, 1/40 long, along z1 and z2: a digit has narrow peaks in every tile."""

    def waves(_: Decoder, z: np.ndarray) -> np.ndarray:
        return np.repeat(3 * np.sin(80 * math.pi * z), 392, axis=1)

    monkeypatch.setattr(Decoder, "logits", waves)
    return linear_network((np.zeros((2, 784)), np.zeros(784)))


def test_a_network_that_diverged_is_summed_no_longer_than_the_work_allows(
    diverged: Network, monkeypatch: pytest.MonkeyPatch
):
    rows: list[int] = []
    real = quadrature.row_sums

    def spy(decoder: Decoder, pixels: np.ndarray, digits: np.ndarray, lower: np.ndarray, size: float, on_share):
        rows.append(len(digits))
        return real(decoder, pixels, digits, lower, size, on_share)

    monkeypatch.setattr(quadrature, "row_sums", spy)
    tiles = 18**2  # of the plane, from -4.5 to 4.5
    a_tile = 1e6 + 64 * (1e6 + 2 * (2 * 784 + 784))
    for stages, spacing in ((1, 1 / 16), (2, 1 / 32), (3, 1 / 64)):
        rows.clear()
        allowed = a_tile * sum(4**stage * tiles for stage in range(1, stages)) + 1
        monkeypatch.setattr(quadrature, "_MOST_FLOP", allowed)
        stopped = evidence(diverged, GREY)
        assert rows == [4**stage * tiles for stage in range(stages)]
        assert stopped.spacing == spacing
        assert stopped.error_estimate.max() > 0.3  # it says that it is not accurate


def test_the_tiles_of_a_single_digit_are_no_smaller_than_a_visitor_can_wait_for(
    diverged: Network, monkeypatch: pytest.MonkeyPatch
):
    for most, side in ((1e13, 1 / 8), (1e11, 1 / 4), (1e9, 1 / 2)):
        monkeypatch.setattr(quadrature, "_MOST_FLOP_FOR_ONE", most)
        tiles, found = tiles_of_mass(diverged, to_pixels(GREY))
        assert found == side
        assert 0.5 < len(tiles) / (9 / side) ** 2 <= 1


def test_the_plane_is_no_wider_than_points_may_be():
    assert evidence(peaked_network((30.0, 0.0), 10.0), GREY).reach == 10


NETWORKS = {
    "one peak": (peaked_network((0.1, 0.1), 0.1), 10_000),
    # So many pairs of a digit and a tile that they are summed in several parts.
    "collapsed, so that every tile counts": (linear_network((np.zeros((2, 784)), np.zeros(784))), 3000),
}


@pytest.mark.parametrize(("network", "digits"), NETWORKS.values(), ids=NETWORKS)
def test_thousands_of_digits_take_less_than_500_mb(network: Network, digits: int):
    images = np.random.default_rng(0).integers(0, 256, (digits, 28, 28), dtype=np.uint8)
    tracemalloc.start()
    try:
        evidence(network, images)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 250e6  # NumPy and the digits themselves take as much again
