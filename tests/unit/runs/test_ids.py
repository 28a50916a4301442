"""A run's id is 1 to 64 lower-case letters, digits and hyphens: no path can be hidden in it."""

import pytest

from vae_core.runs.ids import is_id


@pytest.mark.parametrize("text", ["a", "seed", "fast-0123abcd-2", "-", "0" * 64])
def test_an_id(text: str):
    assert is_id(text)


@pytest.mark.parametrize("text", ["", "0" * 65, "Seed", "a b", "../seed", "a/b", "a.b", "é", "seed\n", "a\0", "\u0661"])
def test_no_id(text: str):
    assert not is_id(text)
