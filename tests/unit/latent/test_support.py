"""The rule of support: on the map up to the reach, sparse up to three times it, off the map beyond."""

import math

import pytest

from vae_core.latent.support import Support


@pytest.mark.parametrize(
    ("distance", "word"),
    [
        (0.0, "on the map"),
        (0.5, "on the map"),
        (math.nextafter(0.5, 1), "sparse"),
        (1.5, "sparse"),
        (math.nextafter(1.5, 2), "off the map"),
        (math.inf, "off the map"),
    ],
)
def test_the_word_is_by_the_distance_over_the_reach(distance: float, word: str):
    assert Support(distance, reach=0.5).word == word
