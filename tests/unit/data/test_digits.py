"""Digits are named by their test digits, and split by a seeded shuffle."""

import numpy as np
import pytest

from tests.unit.data.archives import Arrays, arrays
from vae_core.data.digits import Digits, split


def test_the_digest_names_the_test_digits_and_their_labels():
    content = arrays()
    changed_image, changed_label = arrays(), arrays()
    changed_image["x_test"][0, 0, 0] ^= 1
    changed_label["y_test"][0] += 1
    made = [Digits("mnist", "", (), **_named(one)) for one in (content, arrays(), changed_image, changed_label)]
    assert made[0].digest == made[1].digest
    assert len({digits.digest for digits in made}) == 3


def _named(content: Arrays) -> Arrays:
    names = {"train_images": "x_train", "train_labels": "y_train", "test_images": "x_test", "test_labels": "y_test"}
    return {field: content[name] for field, name in names.items()}


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
