"""The Frechet distance against SciPy's matrix root, its standard error against new draws, and its bias."""

import numpy as np
import pytest
import scipy.linalg

from vae_core.evaluation.frechet import Gaussian, frechet_distance, standard_error

NOISE = np.random.default_rng(8)
MIX = NOISE.normal(size=(6, 6))


def points(count: int, mix: np.ndarray = MIX, shift: float = 0.0) -> np.ndarray:
    return (NOISE.normal(size=(count, 6)) @ mix + shift).astype(np.float32)


def distance(first: np.ndarray, second: np.ndarray) -> float:
    return frechet_distance(Gaussian(first), Gaussian(second))


def by_scipy(first: np.ndarray, second: np.ndarray) -> float:
    cov1, cov2 = (np.cov(part, rowvar=False) for part in (first, second))
    apart = first.mean(axis=0) - second.mean(axis=0)
    return apart @ apart + np.trace(cov1 + cov2 - 2 * np.real(scipy.linalg.sqrtm(cov1 @ cov2)))


@pytest.mark.parametrize("counts", [(400, 300), (2500, 1200)])
def test_it_is_that_of_scipys_matrix_root(counts: tuple[int, int]):
    first, second = points(counts[0]), points(counts[1], MIX[::-1] * 0.7, 0.4)
    assert distance(first, second) == pytest.approx(by_scipy(first, second), rel=1e-4)
    assert distance(second, first) == pytest.approx(by_scipy(first, second), rel=1e-4)


def test_of_a_set_from_itself_it_is_0():
    same = points(500)
    assert distance(same, same) == pytest.approx(0, abs=1e-5)


def test_directions_in_which_nothing_varies_do_no_harm():
    """As a unit of the judge that is never active is one; and few points vary in few directions."""
    first, second = (np.pad(points(count), ((0, 0), (0, 3))) for count in (300, 4))
    cov1, cov2 = (np.cov(part, rowvar=False) for part in (first, second))
    roots = [(part - part.mean(axis=0)) / (len(part) - 1) ** 0.5 for part in (first, second)]
    nuclear = np.linalg.svd(roots[0] @ roots[1].T, compute_uv=False).sum()  # the trace of the matrix root
    apart = first.mean(axis=0) - second.mean(axis=0)
    assert distance(first, second) == pytest.approx(apart @ apart + np.trace(cov1 + cov2) - 2 * nuclear, rel=1e-3)
    assert np.isfinite(standard_error(Gaussian(first), Gaussian(second)))


def test_of_single_points_it_is_their_squared_distance():
    first, second = points(1), points(1)
    assert distance(first, second) == pytest.approx(((first - second) ** 2).sum(), rel=1e-5)
    assert standard_error(Gaussian(first), Gaussian(second)) == 0


def test_its_standard_error_is_how_far_other_points_move_it():
    mixed = MIX[::-1] * 0.7
    pairs = [(Gaussian(points(400)), Gaussian(points(250, mixed, 0.4))) for _ in range(300)]
    moved = np.std([frechet_distance(*pair) for pair in pairs])
    assert np.mean([standard_error(*pair) for pair in pairs]) == pytest.approx(moved, rel=0.12)


def test_its_bias_falls_as_one_over_the_number_of_points():
    """Two equal distributions are 0 apart, and what is found is all bias: of half as many points twice as much."""
    few, many = (np.mean([distance(points(n), points(n)) for _ in range(60)]) for n in (200, 400))
    assert 0 < many < few
    assert few / many == pytest.approx(2, rel=0.15)
