"""A file that is known to hold MNIST, by its hash: it needs no further check, and can be read in parts.

MNIST's training digits take a third of a second and 47 MB, and who only looks at a map does not need them. Keras's own
file is known; others, once `source_of` has found MNIST in them, are kept in mind in the cache folder.
"""

import contextlib
import functools
import hashlib
import io
from pathlib import Path

import numpy as np

from vae_core.data.digits import MNIST_SHA256, Part
from vae_core.data.npz import Arrays
from vae_core.errors import DataError
from vae_core.storage import directories
from vae_core.storage.files import write

_MOST_BYTES = 100_000_000


class LaterPart:
    """The training digits of a known file, read when they are first asked for."""

    def __init__(self, path: Path):
        self._path = path

    def __call__(self) -> Part:
        """Raises DataError if the file has gone meanwhile, or is another one."""
        return self._part

    @functools.cached_property
    def _part(self) -> Part:
        content = _known_content(self._path)
        if not content:
            raise DataError(f"{self._path} is gone or has changed since the app began. Restart the app.")
        return _part(content, "train")


def read_known(path: Path) -> tuple[LaterPart, Part] | None:
    """The training digits and the test digits of a known file; None if this one is not known."""
    content = _known_content(path)
    return (LaterPart(path), _part(content, "test")) if content else None


def keep_in_mind(path: Path, mnist: Arrays) -> None:
    """This file holds MNIST, as `read_npz` read it. It is known from now on if its arrays are stored as Keras's are."""
    try:
        content = path.read_bytes()
        for split in ("train", "test"):
            images, labels = _part(content, split)
            if not np.array_equal(images, mnist[f"x_{split}"]) or not np.array_equal(labels, mnist[f"y_{split}"]):
                return
        mark = _mark(hashlib.sha256(content).hexdigest())
        mark.parent.mkdir(parents=True, exist_ok=True)
        write(mark, b"")
    except (OSError, KeyError):  # a full disk, other names of the arrays
        return


def _known_content(path: Path) -> bytes | None:
    with contextlib.suppress(OSError):
        if path.stat().st_size <= _MOST_BYTES:
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            if digest == MNIST_SHA256 or _mark(digest).exists():
                return content
    return None


def _mark(digest: str) -> Path:
    return directories.cache_directory() / f"mnist-{digest}"


def _part(content: bytes, split: str) -> Part:
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        part = archive[f"x_{split}"], archive[f"y_{split}"]
    for array in part:
        array.setflags(write=False)
    return part
