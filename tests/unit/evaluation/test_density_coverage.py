"""Density and coverage against plain loops, and the radii against scikit-learn."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from vae_core.evaluation import density_coverage as module
from vae_core.evaluation.density_coverage import density_coverage, squared_radii

NOISE = np.random.default_rng(5)


def points(count: int, shift: float = 0.0) -> np.ndarray:
    return (NOISE.normal(size=(count, 4)) + shift).astype(np.float32)


@pytest.fixture(autouse=True)
def several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROWS", 40)


def test_a_radius_reaches_to_the_fifth_nearest_other_point():
    real = points(90, shift=30)
    distances, _ = NearestNeighbors(n_neighbors=6).fit(real).kneighbors(real)  # the first is the point itself
    np.testing.assert_allclose(squared_radii(real), distances[:, 5] ** 2, rtol=1e-3)


def test_they_are_the_loops():
    real, samples = points(90), points(70, shift=1)
    radii = squared_radii(real)
    found = density_coverage(real, radii, samples)
    inside = [[((x - y) ** 2).sum() < radius for y in samples] for x, radius in zip(real, radii, strict=True)]
    assert found.covered.tolist() == [any(row) for row in inside]
    np.testing.assert_allclose(found.densities, [sum(column) / 5 for column in zip(*inside, strict=True)])


def test_as_many_points_of_the_same_kind_have_density_1_and_cover_31_of_32():
    real, samples = points(3000), points(3000)
    found = density_coverage(real, squared_radii(real), samples)
    assert found.densities.mean() == pytest.approx(1, abs=0.05)
    assert found.covered.mean() == pytest.approx(1 - 2**-5, abs=0.02)


def test_a_model_that_draws_one_typical_point_is_dense_and_covers_little():
    """Dense where there are many dimensions, for there the centre is nearer to each point than the points are."""
    real = NOISE.normal(size=(500, 32)).astype(np.float32)
    found = density_coverage(real, squared_radii(real), np.zeros((500, 32), np.float32))
    assert found.densities.mean() > 10
    flat = points(500)
    found = density_coverage(flat, squared_radii(flat), np.zeros((500, 4), np.float32))
    assert found.covered.mean() < 0.2


@pytest.mark.parametrize("count", [1, 3])
def test_few_points_have_fewer_neighbours(count: int):
    real = points(count)
    found = density_coverage(real, squared_radii(real), real)
    assert np.isfinite(found.densities).all()
    assert len(found.covered) == count
