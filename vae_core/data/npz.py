"""Reading digits from an .npz like Keras's mnist.npz, in any usual layout, with every array checked."""

import io
import zipfile
from pathlib import Path
from typing import BinaryIO

import numpy as np

from vae_core.data.images import IMAGE_SIDE
from vae_core.errors import DataError, one_line
from vae_core.storage.files import write

Arrays = dict[str, np.ndarray]
"""x_train, x_test (N, 28, 28) uint8 and y_train, y_test (N,) uint8 in 0..9."""

_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
_OTHER_NAMES = {
    "x_train": ("train_images", "train_x", "training_images"),
    "y_train": ("train_labels", "train_y", "training_labels"),
    "x_test": ("test_images", "test_x"),
    "y_test": ("test_labels", "test_y"),
}
_GREY_ERROR = 0.01  # how far from a whole number a grey of 0 to 255 may be that was stored as a number from 0 to 1
_MAX_BYTES = 256 * 1024 * 1024


def read_npz(file: Path | BinaryIO) -> Arrays:
    """Read an .npz of digits, on disk or opened. The arrays are read-only; each part has at least one digit.

    Images may also be (N, 784), (N, 28, 28, 1) or (N, 1, 28, 28), of other types of integers, or of numbers from 0 to 1
    that stand for the 256 greys; labels may be one-hot, (N, 10). Pickled objects are refused, because unpickling runs
    code. Raises DataError, which names the file, what was expected and what was found.
    """
    path = file if isinstance(file, Path) else "The file"  # as messages call it
    try:
        with zipfile.ZipFile(file) as archive:
            if (size := sum(member.file_size for member in archive.infolist())) > _MAX_BYTES:
                raise DataError(f"{path} would unpack to {size:,} bytes; expected at most {_MAX_BYTES:,}.")
        with np.load(file, allow_pickle=False) as archive:
            by_name = {name.lower(): name for name in archive.files}
            stored = {
                name: next((by_name[other] for other in (name, *_OTHER_NAMES[name]) if other in by_name), None)
                for name in _ARRAYS
            }
            if missing := [name for name in _ARRAYS if stored[name] is None]:
                raise DataError(f"{path} lacks the array {missing[0]}; it holds {', '.join(archive.files) or 'none'}.")
            arrays = {name: archive[key] for name, key in stored.items() if key}
            if other := [name for name in _ARRAYS if not isinstance(arrays[name], np.ndarray)]:
                raise DataError(f"{path}: expected an array in {other[0]}; found bytes without NumPy's header.")
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"no file at {path}.") from None
    except Exception as error:  # a damaged archive may raise any error of zipfile, zlib, tokenize or NumPy
        raise DataError(f"{path} is damaged or not an .npz of plain arrays ({one_line(error)}).") from error
    for split in ("train", "test"):
        x, y = f"x_{split}", f"y_{split}"
        arrays[x] = _images(arrays[x], f"{path}: expected {x} as (N, 28, 28) uint8")
        arrays[y] = _labels(arrays[y], len(arrays[x]), y, str(path))
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def write_npz(path: Path, arrays: Arrays) -> None:
    """Write an .npz of digits, compressed, and its folder if need be. Raises OSError."""
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, content.getvalue())


def _images(found: np.ndarray, expected: str) -> np.ndarray:
    """(N, 28, 28) uint8 from a usual layout. Raises DataError, which begins with `expected`."""
    images = found
    if images.ndim == 4 and 1 in (images.shape[1], images.shape[3]):
        images = images.squeeze(axis=1 if images.shape[1] == 1 else 3)
    elif images.ndim == 2 and images.shape[1] == IMAGE_SIDE**2:
        images = images.reshape(-1, IMAGE_SIDE, IMAGE_SIDE)
    if images.ndim != 3 or images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE) or not len(images):
        raise DataError(f"{expected}; found {found.shape} {found.dtype}.")
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind not in "iuf":
        raise DataError(f"{expected}; found {found.shape} {found.dtype}.")
    low, high = float(images.min()), float(images.max())
    if not (low >= 0 and high <= 255):  # nor NaN
        raise DataError(f"{expected}, or numbers from 0 to 1; found numbers from {low:g} to {high:g}.")
    scale = 255 if images.dtype.kind == "f" and high <= 1 else 1
    greys = np.empty(images.shape, np.uint8)
    for grey, image in zip(greys, images, strict=True):  # one by one: together they would take too much memory
        exact = image * scale
        grey[:] = np.rint(exact)
        if np.abs(exact - grey).max() > _GREY_ERROR:
            raise DataError(f"{expected}, or multiples of 1/255; found other greys, such as {exact.max() / scale:g}.")
    return greys


def _labels(found: np.ndarray, count: int, name: str, path: str) -> np.ndarray:
    """(N,) uint8 from a usual layout. Raises DataError."""
    labels = found
    if labels.shape == (count, 10) and ((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all():
        labels = labels.argmax(axis=1)
    elif labels.shape == (count, 1):
        labels = labels[:, 0]
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise DataError(f"{path}: expected {name} as ({count},) integers; found {found.shape} {found.dtype}.")
    if labels.min() < 0 or labels.max() > 9:
        raise DataError(f"{path}: expected labels 0 to 9 in {name}; found {labels.min()} to {labels.max()}.")
    return labels.astype(np.uint8)
