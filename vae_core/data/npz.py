"""Reading an mnist.npz in Keras's layout, with every array checked."""

import zipfile
from pathlib import Path

import numpy as np

from vae_core.data.images import IMAGE_SIDE
from vae_core.errors import DataError, one_line

Arrays = dict[str, np.ndarray]
"""x_train, x_test (N, 28, 28) uint8 and y_train, y_test (N,) uint8 in 0..9."""

_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
_MAX_BYTES = 256 * 1024 * 1024


def read_npz(path: Path) -> Arrays:
    """Read an mnist.npz in Keras's layout. The arrays are read-only; each part has at least one digit.

    Pickled objects are refused, because unpickling runs code. Raises DataError, which names the file, what was expected
    and what was found.
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
    except Exception as error:  # a damaged archive may raise any error of zipfile, zlib, tokenize or NumPy
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
