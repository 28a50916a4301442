"""What lies around a point, against brute force over all digits."""

import math

import numpy as np
import pytest

from tests.unit.builders import random_tensors
from vae_core.config import TrainingConfig
from vae_core.data.images import to_pixels
from vae_core.latent import latent_map
from vae_core.latent.latent_map import LatentMap, round_trip
from vae_core.latent.points import as_points
from vae_core.networks.network import Network

NETWORK = Network.from_tensors(random_tensors(TrainingConfig(encoder_widths=(20,), decoder_widths=(20,))))
NOISE = np.random.default_rng(3)
IMAGES = NOISE.integers(0, 256, (300, 28, 28), dtype=np.uint8)
LABELS = NOISE.integers(0, 10, 300, dtype=np.uint8)
POINTS = [(0.0, 0.0), (0.3, -0.2), (-1.0, 2.0), (10.0, -10.0)]


@pytest.fixture(scope="module")
def digits_map() -> LatentMap:
    return LatentMap.embed(NETWORK, IMAGES, LABELS)


def by_distance(digits_map: LatentMap, z: tuple[float, float]) -> list[tuple[float, int]]:
    """Every digit's distance to z and its index, nearest first."""
    means = digits_map.means.astype(float).tolist()
    return sorted((math.dist(z, mean), index) for index, mean in enumerate(means))


def test_a_round_trip_decodes_and_encodes():
    z = (0.5, -1.0)
    back, drift = round_trip(NETWORK, z)
    pixels = NETWORK.decoder.decode(np.array([z], np.float32)).reshape(1, 784)
    expected = NETWORK.encoder.encode(pixels)[0][0]
    assert back == pytest.approx(expected.tolist())
    assert drift == pytest.approx(math.hypot(back[0] - 0.5, back[1] + 1.0))


def test_the_map_holds_each_digits_mean_and_spread(digits_map: LatentMap):
    for i in (0, 7, 299):
        mean, log_var = NETWORK.encoder.encode(to_pixels(IMAGES[i : i + 1]))
        np.testing.assert_allclose(digits_map.means[i], mean[0], atol=1e-5)
        np.testing.assert_allclose(digits_map.std[i], [math.sqrt(math.exp(value)) for value in log_var[0]], rtol=1e-5)
    assert digits_map.means.shape == digits_map.std.shape == (300, 2)
    np.testing.assert_array_equal(digits_map.labels, LABELS)


def test_blocks_leave_no_digit_out(digits_map: LatentMap, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(latent_map, "_BLOCK", 7)
    in_blocks = LatentMap.embed(NETWORK, IMAGES, LABELS)
    np.testing.assert_allclose(in_blocks.means, digits_map.means, atol=1e-5)
    np.testing.assert_allclose(in_blocks.std, digits_map.std, rtol=1e-4)


def test_the_map_is_read_only(digits_map: LatentMap):
    for array in (digits_map.means, digits_map.std):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("k", [1, 2, 10, 300, 1000])
@pytest.mark.parametrize("z", POINTS)
def test_the_nearest_are_those_of_brute_force(digits_map: LatentMap, z: tuple[float, float], k: int):
    indices, distances = digits_map.nearest(z, k)
    expected = by_distance(digits_map, z)[:k]
    assert indices.shape == distances.shape == (min(k, 300),)
    np.testing.assert_allclose(distances, [distance for distance, _ in expected], rtol=1e-6, atol=1e-7)
    assert indices.tolist() == [index for _, index in expected]


@pytest.mark.parametrize("k", [1, 25, 300])
@pytest.mark.parametrize("z", POINTS)
def test_the_votes_count_the_nearest_by_class(digits_map: LatentMap, z: tuple[float, float], k: int):
    classes = [LABELS[index] for _, index in by_distance(digits_map, z)[:k]]
    assert digits_map.votes(as_points(np.array(z)), k)[0].tolist() == [classes.count(digit) for digit in range(10)]


def test_the_reach_is_the_95th_percentile_of_the_digits_own_distances(digits_map: LatentMap):
    own = [by_distance(digits_map, tuple(mean))[10][0] for mean in digits_map.means.astype(float).tolist()]
    assert digits_map.reach == pytest.approx(np.quantile(own, 0.95), rel=1e-5)


def test_the_support_follows_the_rule(digits_map: LatentMap):
    words = set()
    center = digits_map.means.mean(axis=0).astype(float)
    for step in np.linspace(0, 8, 200):
        z = (float(center[0]) + step * digits_map.reach, float(center[1]))
        d10 = by_distance(digits_map, z)[9][0]
        reach = digits_map.reach
        expected = "on the map" if d10 <= reach else "sparse" if d10 <= 3 * reach else "off the map"
        support = digits_map.support(z)
        assert support.word == expected
        assert support.distance == pytest.approx(d10, rel=1e-6)
        assert support.reach == reach
        words.add(support.word)
    assert words == {"on the map", "sparse", "off the map"}


@pytest.mark.parametrize("count", [1, 2, 9, 10, 11])
def test_a_map_of_few_digits_works_too(count: int):
    small = LatentMap.embed(NETWORK, IMAGES[:count], LABELS[:count])
    indices, distances = small.nearest((0.0, 0.0), 10)
    assert len(set(indices.tolist())) == min(count, 10)
    assert (np.diff(distances) >= 0).all()
    assert small.support((10.0, 10.0)).word == "off the map"
    assert small.votes(np.zeros((1, 2)), 10).sum() == min(count, 10)


def test_a_walk_starts_where_the_digits_around_are_of_one_class():
    noise = np.random.default_rng(3)
    mixed = noise.normal(0, 0.5, (300, 2))
    alike = noise.normal((1.5, -1), 0.1, (100, 2))
    far = noise.normal((-6, 6), 0.1, (1000, 2))
    means = np.concatenate([mixed, alike, far]).astype(np.float32)
    labels = np.concatenate([noise.integers(0, 10, 300), np.full(1100, 4)]).astype(np.uint8)
    embedded = LatentMap(means, np.full_like(means, 0.1), labels)
    z = embedded.start
    assert z == (round(z[0], 2), round(z[1], 2))
    assert np.hypot(z[0] - 1.5, z[1] + 1) < 0.5, "not among those of all classes, nor farther out than need be"
    assert embedded.votes(np.array([z], np.float32), 50)[0, 4] >= 49


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        ([[0.254, -0.5]], (0.25, -0.5)),
        ([[30.0, 0.0], [0.0, 50.0]], (0.0, 0.0)),
        ([[30.0, 0.0], [1.0, 1.0]], (1.0, 1.0)),
    ],
)
def test_a_walk_starts_within_reach(means: list[list[float]], expected: tuple[float, float]):
    array = np.array(means, np.float32)
    assert LatentMap(array, np.ones_like(array), np.zeros(len(array), np.uint8)).start == expected
