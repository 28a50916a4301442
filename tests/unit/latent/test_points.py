"""Points of the plane: what is one, what is refused by name, and where it lies under the prior."""

import math
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats

from vae_core.errors import LatentPointError
from vae_core.latent.points import as_point, as_points, point_text, prior_quantiles, random_point

NO_COORDINATES: list[Any] = [math.nan, math.inf, -math.inf, 10.0001, -10.0001, 10**400, 1j, None, [1], {}]
NO_COORDINATES += ["", "abc", "nan", "inf", "-inf", "1e400", "10.0001", "1,5", "0x1", "1 2", "9" * 100_000, "\0", "1_0"]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1.5", 1.5),
        ("-10", -10),
        ("10", 10),
        (" 2 ", 2),
        ("1e1", 10),
        (3, 3),
        (-0.25, -0.25),
        ("\u22121.5", -1.5),
        (np.float32(0.5), 0.5),
    ],
)
def test_numbers_and_their_texts_are_points(value: Any, number: float):
    assert as_point(value, 0) == (number, 0)
    assert as_point("0", value) == (0, number)
    assert all(type(coordinate) is float for coordinate in as_point(value, value))


@pytest.mark.parametrize(
    "value",
    NO_COORDINATES,
    ids=lambda value: str(value)[:12],
)
def test_what_is_no_point_is_refused_by_name_in_a_short_sentence(value: Any):
    for name, coordinates in (("z1", (value, 0)), ("z2", ("1.5", value))):
        with pytest.raises(LatentPointError, match=f"^{name}: expected a number from -10 to 10; found ") as caught:
            as_point(*coordinates)
        assert len(str(caught.value)) < 120
        assert repr(str(value)[:40]) in str(caught.value)


def test_the_priors_quantiles():
    found = prior_quantiles((1.2, -0.7))
    assert found == pytest.approx((scipy.stats.norm.cdf(1.2), scipy.stats.norm.cdf(-0.7)))


def test_random_points_are_draws_from_the_prior_within_the_limit():
    noise = np.random.default_rng(0)
    points = np.array([random_point(noise) for _ in range(2000)])
    for axis in points.T:
        assert scipy.stats.kstest(axis, "norm").pvalue > 1e-3
    assert abs(np.corrcoef(points.T)[0, 1]) < 0.08

    class Wild(np.random.Generator):
        def standard_normal(self, *_: Any, **__: Any) -> Any:
            return np.array([25.0, -25.0])

    assert random_point(Wild(np.random.PCG64(0))) == (10, -10)


@pytest.mark.parametrize("z", [(1, 2), [[1, 2]], np.array([1.0, 2.0])])
def test_as_points_makes_a_batch_of_one(z: object):
    points = as_points(z)  # pyright: ignore[reportArgumentType]  # whatever NumPy makes an array of
    np.testing.assert_array_equal(points, np.array([[1, 2]], np.float32), strict=True)


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        ((1.006, -0.5), "z1 1.01, z2 \u22120.50"),
        ((-0.001, 0.0), "z1 0.00, z2 0.00"),
        ((-10, 10), "z1 \u221210.00, z2 10.00"),
    ],
)
def test_a_point_is_written_to_two_decimals(z: tuple[float, float], expected: str):
    assert point_text(z) == expected
