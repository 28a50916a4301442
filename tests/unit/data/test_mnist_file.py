"""A file that is known to hold MNIST is read in parts, and never taken for another."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.data.archives import arrays, npz
from vae_core.data.mnist_file import keep_in_mind, read_known
from vae_core.errors import DataError
from vae_core.storage import directories


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(directories, "cache_directory", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Not MNIST: to keep in mind what is, is the caller's part."""
    path = tmp_path / "digits.npz"
    path.write_bytes(npz(arrays()))
    return path


def test_a_known_file_is_read_in_parts(path: Path):
    assert read_known(path) is None
    keep_in_mind(path, arrays())
    found = read_known(path)
    assert found
    training, test = found
    for split, part in (("train", training()), ("test", test)):
        for name, array in zip("xy", part, strict=True):
            np.testing.assert_array_equal(array, arrays()[f"{name}_{split}"])
            assert not array.flags.writeable
    assert training()[0] is training()[0]


@pytest.mark.parametrize("change", [lambda path: path.unlink(), lambda path: path.write_bytes(npz(arrays(train=4)))])
def test_a_file_that_has_changed_is_not_known(path: Path, change):
    keep_in_mind(path, arrays())
    training, _ = read_known(path) or pytest.fail("it is not known")
    change(path)
    assert read_known(path) is None
    with pytest.raises(DataError, match="has changed"):
        training()


def test_a_file_in_another_layout_is_not_kept_in_mind(path: Path):
    stored = arrays()
    stored["x_train"] = stored["x_train"].reshape(-1, 784)
    for content in (stored, {"train_images": stored["x_train"]}):
        path.write_bytes(npz(content))
        keep_in_mind(path, arrays())
        assert read_known(path) is None


def test_where_nothing_can_be_kept_nothing_is_known(path: Path, cache: Path):
    cache.write_text("a file where the folder should be")
    keep_in_mind(path, arrays())
    assert read_known(path) is None
