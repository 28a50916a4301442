"""Heatmaps over the plane: each cell against the same figure computed for it alone."""

import numpy as np
import pytest
import scipy.stats
from sklearn.neighbors import KNeighborsClassifier

from tests.unit.builders import random_tensors
from vae_core.config import TrainingConfig
from vae_core.latent.geometry import log_magnification
from vae_core.latent.heatmaps import CELLS, COARSE_CELLS, HEATMAPS, Heatmap
from vae_core.latent.latent_map import LatentMap
from vae_core.networks.network import Network

NETWORK = Network.from_tensors(random_tensors(TrainingConfig(encoder_widths=(20,), decoder_widths=(20,))))
NOISE = np.random.default_rng(7)
MEANS = NOISE.normal((0.5, -0.5), (1, 2), (200, 2)).astype(np.float32)
STD = NOISE.uniform(0.05, 0.3, (200, 2)).astype(np.float32)
DIGITS = LatentMap(MEANS, STD, NOISE.integers(0, 10, 200, dtype=np.uint8))

SOME = [(0, 0), (3, 120), (64, 64), (127, 5), (90, 31)]
"""Cells: row, column."""


def computed(kind: str, embedded: LatentMap = DIGITS, cells: int = CELLS) -> Heatmap:
    return HEATMAPS[kind](NETWORK, embedded, cells, lambda share: None)


def centre(heatmap: Heatmap, row: int, column: int) -> np.ndarray:
    """(1, 2): z1 of the column, z2 of the row."""
    middle = (heatmap.edges[1:] + heatmap.edges[:-1]) / 2
    return np.array([[middle[column], middle[row]]], np.float32)


def few(count: int) -> LatentMap:
    return LatentMap(MEANS[:count], STD[:count], DIGITS.labels[:count])


LATENT_MAPS = {
    "many digits": DIGITS,
    "three digits": few(3),
    "one digit": few(1),
    "all in one place": LatentMap(np.zeros_like(MEANS), STD, DIGITS.labels),
    "some beyond the plane": LatentMap(MEANS * 20, STD, DIGITS.labels),
}


@pytest.mark.parametrize("kind", HEATMAPS)
@pytest.mark.parametrize("latent_map", LATENT_MAPS)
def test_a_heatmap_is_finite_on_a_square_around_all_digits(kind: str, latent_map: str):
    means = LATENT_MAPS[latent_map].means.clip(-10, 10)
    found = computed(kind, LATENT_MAPS[latent_map])
    assert (found.values.shape, found.values.dtype) == ((CELLS, CELLS), np.float32)
    assert np.isfinite(found.values).all()
    assert (found.edges.shape, found.edges.dtype) == ((CELLS + 1,), np.float64)
    np.testing.assert_allclose(np.diff(found.edges), (found.edges[-1] - found.edges[0]) / CELLS)
    assert -10 <= found.edges[0] <= means.min()
    assert means.max() <= found.edges[-1] <= 10
    assert found.edges[-1] - found.edges[0] <= max(1.08 * np.ptp(means), 0.021)
    if kind == "regions":
        assert found.classes is not None
        assert (found.classes.shape, found.classes.dtype) == ((CELLS, CELLS), np.uint8)
    else:
        assert found.classes is None


def test_the_density_of_a_cell_is_its_mass_by_its_area():
    found = computed("density")
    side = found.edges[1] - found.edges[0]
    for row, column in SOME:
        (left, right), (low, high) = found.edges[column : column + 2], found.edges[row : row + 2]
        across, up = (scipy.stats.norm(MEANS[:, i].astype(float), STD[:, i].astype(float)) for i in range(2))
        mass = ((across.cdf(right) - across.cdf(left)) * (up.cdf(high) - up.cdf(low))).mean()
        assert found.values[row, column] == pytest.approx(mass / side**2, rel=1e-4, abs=1e-9)
    assert 0.95 < found.values.sum() * side**2 < 1


def test_a_region_is_the_vote_of_the_fifty_nearest_digits():
    found = computed("regions")
    middle = (found.edges[1:] + found.edges[:-1]) / 2
    z1, z2 = np.meshgrid(middle, middle)
    classifier = KNeighborsClassifier(50).fit(MEANS, DIGITS.labels)
    shares = classifier.predict_proba(np.stack([z1, z2], -1).reshape(-1, 2)).reshape(CELLS, CELLS, 10)
    np.testing.assert_array_equal(found.classes, shares.argmax(axis=-1))
    np.testing.assert_allclose(found.values, shares.max(axis=-1), atol=1e-6)


def test_where_fewer_digits_vote_a_share_is_still_of_one():
    found = computed("regions", LatentMap(MEANS[:3], STD[:3], np.array([4, 9, 4], np.uint8)))
    np.testing.assert_allclose(found.values, 2 / 3)
    assert (found.classes == 4).all()


def test_the_magnification_is_that_of_the_cells_centre():
    found = computed("magnification")
    for row, column in SOME:
        expected = log_magnification(NETWORK.decoder, centre(found, row, column))[0]
        assert found.values[row, column] == pytest.approx(expected, rel=1e-3)


def test_the_width_is_the_posteriors_of_the_digit_that_is_decoded_there():
    found = computed("width")
    for row, column in SOME:
        _, log_var = NETWORK.encoder.encode(NETWORK.decoder.decode(centre(found, row, column)).reshape(1, 784))
        s1, s2 = np.exp(log_var[0].astype(float) / 2)
        assert found.values[row, column] == pytest.approx(np.sqrt(s1 * s2), rel=1e-4)


@pytest.mark.parametrize("kind", HEATMAPS)
def test_a_coarse_heatmap_is_of_the_same_square(kind: str):
    """A quarter of the cells along each side: its values are near the means of the fine ones that they cover."""
    fine, coarse = computed(kind), computed(kind, cells=COARSE_CELLS)
    assert coarse.values.shape == (COARSE_CELLS, COARSE_CELLS)
    assert (coarse.edges[0], coarse.edges[-1]) == (fine.edges[0], fine.edges[-1])
    factor = CELLS // COARSE_CELLS
    means = fine.values.reshape(COARSE_CELLS, factor, COARSE_CELLS, factor).mean(axis=(1, 3))
    assert np.corrcoef(means.ravel(), coarse.values.ravel())[0, 1] > 0.97


@pytest.mark.parametrize("kind", HEATMAPS)
def test_it_tells_how_far_it_is_and_can_be_ended(kind: str):
    shares = []
    HEATMAPS[kind](NETWORK, DIGITS, CELLS, shares.append)
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert max(shares) < 1

    def end(share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        HEATMAPS[kind](NETWORK, DIGITS, CELLS, end)
