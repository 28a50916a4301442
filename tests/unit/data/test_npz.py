"""An mnist.npz: what is read, and what is refused by name, with what was found."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.data.archives import DAMAGE, arrays, npz
from vae_core.data import npz as archive
from vae_core.data.npz import read_npz
from vae_core.errors import DataError


def test_a_good_file_is_read_whole_and_read_only(tmp_path: Path):
    path = tmp_path / "mnist.npz"
    path.write_bytes(npz(arrays()))
    found = read_npz(path)
    for name, expected in arrays().items():
        np.testing.assert_array_equal(found[name], expected)
        assert found[name].dtype == np.uint8
        with pytest.raises(ValueError, match="read-only"):
            found[name][0] = 0


@pytest.mark.parametrize("dtype", ["int64", "int8", ">u2"])
def test_labels_of_any_integer_type_are_taken(tmp_path: Path, dtype: str):
    path = tmp_path / "mnist.npz"
    path.write_bytes(npz(arrays() | {"y_train": np.array([0, 9, 5], dtype)}))
    labels = read_npz(path)["y_train"]
    assert labels.dtype == np.uint8
    assert labels.tolist() == [0, 9, 5]


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_file_is_refused_by_name_with_what_was_found(tmp_path: Path, case: str):
    content, words = DAMAGE[case]
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_npz(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_a_missing_file_a_folder_and_a_path_through_a_file_are_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    for path, words in (
        (tmp_path / "none.npz", "no file at "),
        (tmp_path, "Is a directory"),
        (tmp_path / "file" / "x.npz", "Not a directory"),
    ):
        with pytest.raises(DataError, match=words) as caught:
            read_npz(path)
        assert str(path) in str(caught.value)


def test_a_zip_bomb_is_refused_by_its_declared_size_before_anything_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "mnist.npz"
    bomb = arrays() | {"x_train": np.zeros((1000, 28, 28), np.uint8)}
    np.savez_compressed(path, allow_pickle=False, **bomb)
    monkeypatch.setattr(archive, "_MAX_BYTES", 500_000)
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("the archive was opened"))
    assert path.stat().st_size < 50_000
    with pytest.raises(DataError, match=r"would unpack to 78\d,\d+ bytes; expected at most 500,000"):
        read_npz(path)


def test_pickles_are_never_unpickled(tmp_path: Path):
    path, proof = tmp_path / "mnist.npz", tmp_path / "proof"
    path.write_bytes(npz(arrays() | {"y_train": np.array([_Touches(proof)], object)}))
    with pytest.raises(DataError):
        read_npz(path)
    assert not proof.exists()


class _Touches:
    """Pickles into a call that creates a file."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


# --- Usual layouts of the same digits

LAYOUTS = {
    "floats from 0 to 1": lambda images: (images / 255).astype(np.float32),
    "doubles from 0 to 1": lambda images: images / 255,
    "floats from 0 to 255": lambda images: images.astype(np.float32),
    "wide integers": lambda images: images.astype(np.int64),
    "a last axis of 1": lambda images: images[..., None],
    "a second axis of 1": lambda images: images[:, None],
    "flat": lambda images: images.reshape(len(images), 784),
    "flat floats": lambda images: (images.reshape(len(images), 784) / 255).astype(np.float32),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_images_in_a_usual_layout_are_the_same(tmp_path: Path, layout: str):
    expected, path = arrays(), tmp_path / "digits.npz"
    changed = {name: LAYOUTS[layout](expected[name]) for name in ("x_train", "x_test")}
    path.write_bytes(npz(expected | changed))
    found = read_npz(path)
    for name in ("x_train", "x_test"):
        assert found[name].dtype == np.uint8
        np.testing.assert_array_equal(found[name], expected[name])


USUAL_NAMES = (
    ("X_train", "Y_train", "X_test", "Y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
)


@pytest.mark.parametrize("names", USUAL_NAMES, ids=" ".join)
def test_usual_names_are_understood(tmp_path: Path, names: tuple[str, ...]):
    path = tmp_path / "digits.npz"
    path.write_bytes(npz(dict(zip(names, arrays().values(), strict=True))))
    np.testing.assert_array_equal(next(iter(read_npz(path).values())), arrays()["x_train"])


@pytest.mark.parametrize("layout", ["one-hot", "a column"])
def test_labels_in_a_usual_layout_are_understood(tmp_path: Path, layout: str):
    expected, path = arrays(train=12), tmp_path / "digits.npz"
    labels = np.eye(10)[expected["y_train"]] if layout == "one-hot" else expected["y_train"][:, None]
    path.write_bytes(npz(expected | {"y_train": labels}))
    np.testing.assert_array_equal(read_npz(path)["y_train"], expected["y_train"])


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (np.full((3, 28, 28), -0.5, np.float32), "from -0.5 to -0.5"),
        (np.full((3, 28, 28), 256), "from 256 to 256"),
        (np.full((3, 28, 28), np.nan, np.float32), "nan"),
        (np.full((3, 28, 28), 0.5, np.float32), "other greys"),
        (np.full((3, 28, 28), "a"), "<U1"),
        (np.zeros((3, 28, 28), complex), "complex128"),
        (np.zeros((3, 32, 32), np.uint8), r"\(3, 32, 32\) uint8"),
    ],
    ids=["negative", "too large", "nan", "between greys", "letters", "complex", "another side"],
)
def test_other_images_are_refused_with_what_was_found(tmp_path: Path, images: np.ndarray, found: str):
    path = tmp_path / "digits.npz"
    path.write_bytes(npz(arrays() | {"x_train": images}))
    with pytest.raises(DataError, match=found):
        read_npz(path)
