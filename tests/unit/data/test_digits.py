"""Digits are named by their test digits, and split by a seeded shuffle."""

import numpy as np
import pytest

from tests.unit.data.archives import Arrays, arrays
from vae_core.data.digits import Digits, given, split
from vae_core.errors import DataError


def test_the_digest_names_the_test_digits_and_their_labels():
    content = arrays()
    changed_image, changed_label = arrays(), arrays()
    changed_image["x_test"][0, 0, 0] ^= 1
    changed_label["y_test"][0] += 1
    made = [of(one) for one in (content, arrays(), changed_image, changed_label)]
    assert made[0].digest == made[1].digest
    assert len({digits.digest for digits in made}) == 3


def of(content: Arrays) -> Digits:
    return Digits("mnist", "", (), given(content["x_train"], content["y_train"]), content["x_test"], content["y_test"])


# --- Digits left out


def digits_of(train: np.ndarray, test: np.ndarray, source: str = "mnist") -> Digits:
    """Digits whose labels are the grey of their first pixel, modulo 10."""
    labels = [(images[:, 0, 0] % 10).astype(np.uint8) for images in (train, test)]
    return Digits(source, "", (), given(train, labels[0]), test, labels[1])


def greys(*values: int) -> np.ndarray:
    """An image of each of these greys."""
    return np.array(values, np.uint8).repeat(784).reshape(-1, 28, 28)


def test_digits_are_left_out_by_their_pixels_and_that_is_kept_in_mind():
    digits = digits_of(greys(7, 21, 3, 9, 7, 5), greys(1, 2))
    others = digits_of(greys(), greys(9, 7), "sample")
    left = digits.without(others)
    assert left.train_images[:, 0, 0].tolist() == [21, 3, 5]  # both of the same pixels
    assert left.train_labels.tolist() == [1, 3, 5]
    assert left.left_out == {"sample": others.digest}
    assert (digits.left_out, len(digits.train_images)) == ({}, 6)
    np.testing.assert_array_equal(left.test_images, digits.test_images)
    assert left.digest == digits.digest


@pytest.mark.parametrize("others", [(9, 8), (7, 21, 9)], ids=["one is not there", "none would be left"])
def test_digits_that_cannot_be_left_out_are_an_error(others: tuple[int, ...]):
    with pytest.raises(DataError, match="cannot be used without the bundled sample of MNIST: expected to find all"):
        digits_of(greys(7, 21, 9), greys(1)).without(digits_of(greys(), greys(*others), "sample"))


# --- Validation digits


def numbered(count: int) -> np.ndarray:
    """Images whose every pixel is their index."""
    return np.arange(count, dtype=np.uint16).repeat(784).reshape(-1, 28, 28)


@pytest.mark.parametrize("held_out", [0, 1, 30, 99])
def test_the_last_of_the_seeded_shuffle_are_held_out(held_out: int):
    train, validation = (part[:, 0, 0].tolist() for part in split(numbered(100), held_out, seed=3))
    assert train + validation == np.random.default_rng(3).permutation(100).tolist()
    assert len(validation) == held_out
    assert not set(train) & set(validation)


def test_another_seed_holds_out_others():
    held_out = [split(numbered(100), 50, seed)[1] for seed in (0, 1)]
    assert set(held_out[0][:, 0, 0]) != set(held_out[1][:, 0, 0])
