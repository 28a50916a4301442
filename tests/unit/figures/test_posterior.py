"""The figure of a digit's posterior: regions hold what they say, and both posteriors are in the window."""

import json
import math

import numpy as np
import pytest

from vae_core.figures.posterior import MASSES, ellipse, posterior_map, whereabouts
from vae_core.latent.latent_map import LatentMap
from vae_core.likelihood.posterior import Posterior

MEAN, SPREAD = (1.0, -0.5), (0.2, 0.1)


def normal(mean: tuple[float, float], std: tuple[float, float], step: float = 1 / 64) -> Posterior:
    """An exact posterior that is a normal distribution along the axes."""
    z1, z2 = (np.arange(mean[i] - 8 * std[i], mean[i] + 8 * std[i], step) for i in range(2))
    square = ((z1 - mean[0]) / std[0]) ** 2 + (((z2 - mean[1]) / std[1]) ** 2)[:, None]
    density = np.exp(-0.5 * square) / (2 * math.pi * std[0] * std[1])
    return Posterior(z1, z2, density / (density.sum() * step**2))


def embedded(count: int = 3000) -> LatentMap:
    noise = np.random.default_rng(0)
    means = noise.standard_normal((count, 2)).astype(np.float32)
    return LatentMap(means, np.full_like(means, 0.1), noise.integers(0, 10, count).astype(np.uint8))


def test_ellipse_is_the_border_of_its_share() -> None:
    ring = np.array(ellipse(MEAN, SPREAD, 0.95))
    assert (((ring - MEAN) / SPREAD) ** 2).sum(axis=1) == pytest.approx(5.991, abs=1e-3)
    assert ring[0] == pytest.approx(ring[-1])


@pytest.mark.parametrize("mass", MASSES)
def test_where_the_exact_posterior_is_the_encoders_its_ellipse_holds_the_share(mass: float) -> None:
    exact = normal(MEAN, SPREAD)
    assert exact.within(MEAN, SPREAD, mass) == pytest.approx(mass, abs=0.01)
    top = 1 / (2 * math.pi * SPREAD[0] * SPREAD[1])
    assert exact.level(mass) == pytest.approx(top * (1 - mass), rel=0.05)
    assert exact.within((9.0, 9.0), SPREAD, mass) == 0


@pytest.mark.parametrize("mean", [MEAN, (-1.0, 2.0)])
def test_both_posteriors_are_in_a_square_window(mean: tuple[float, float]) -> None:
    figure = posterior_map(normal(MEAN, SPREAD), mean, (0.05, 0.05), embedded())
    (left, right), (low, high) = (figure["layout"][axis]["range"] for axis in ("xaxis", "yaxis"))
    assert right - left == pytest.approx(high - low, abs=1e-3)
    for z1, z2 in (*ellipse(MEAN, SPREAD, 0.95), *ellipse(mean, (0.05, 0.05), 0.95)):
        assert left < z1 < right
        assert low < z2 < high
    rings = [trace for trace in figure["data"] if trace["type"] == "contour"]
    assert [ring["contours"]["start"] for ring in rings] == [normal(MEAN, SPREAD).level(mass) for mass in MASSES]


def test_it_is_small_enough_to_send() -> None:
    figure = posterior_map(normal((0.0, 0.0), (0.4, 0.4)), MEAN, SPREAD, embedded(10_000))
    assert len(json.dumps(figure, allow_nan=False)) < 500_000


def test_neighbours_are_named_by_their_class() -> None:
    around = embedded()
    numerals = posterior_map(normal(MEAN, SPREAD), MEAN, SPREAD, around)["data"][0]
    assert 0 < len(numerals["text"]) <= 400
    for z1, z2, text in zip(numerals["x"], numerals["y"], numerals["text"], strict=True):
        assert text == str(around.labels[around.nearest((z1, z2), 1)[0][0]])


def test_whereabouts_frames_the_window() -> None:
    dots, frame = whereabouts(embedded(), ([0.0, 1.0], [-1.0, 0.5]))["data"]
    assert len(dots["x"]) == 1500
    assert (min(frame["x"]), max(frame["x"]), min(frame["y"]), max(frame["y"])) == (0.0, 1.0, -1.0, 0.5)
