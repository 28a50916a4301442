"""Tensors as files for the browser, and read back after a restart."""

import zlib
from collections.abc import Callable

import numpy as np
from safetensors import SafetensorError

from vae_core.storage.tensors import Shapes, Tensors, decompress, largest, pack, parse
from vae_core.ui.resources import static_files


def publish_tensors(name: str, tensors: Callable[[], Tensors]) -> str:
    """Put a file of tensors, in the safetensors format and compressed, under static/<name>.gz unless it is there.

    A float16 tensor becomes <its name>.halves, (2, *shape) uint8: the low bytes of all numbers, then the high bytes.
    Apart from the low ones, which are noise, the high bytes compress. Returns the address, relative to the app's.
    """
    return static_files.publish_compressed(name, lambda: pack(dict(_in_planes(*item) for item in tensors().items())))


def read_tensors(name: str, shapes: Shapes) -> Tensors | None:
    """The tensors, none of them float16, that `publish_tensors` has put there; None if it has not, or if they are
    damaged."""
    packed = static_files.read_published(name)
    if packed is None:
        return None
    try:
        return parse(decompress(packed, largest(shapes)), shapes)
    except (OSError, EOFError, zlib.error, SafetensorError, ValueError):
        return None


def _in_planes(name: str, array: np.ndarray) -> tuple[str, np.ndarray]:
    if array.dtype != np.float16:
        return name, array
    pairs = array.astype("<f2").reshape(-1, 1).view(np.uint8)
    return f"{name}.halves", np.ascontiguousarray(pairs.T).reshape(2, *array.shape)
