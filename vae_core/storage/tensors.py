"""Arrays on disk, in the safetensors format, checked when they are read.

Unlike a pickle, such a file cannot contain code, and a browser can read it too. Invariant: the arrays that `parse`
returns have exactly the expected names, shapes and dtypes, contain finite numbers only, and are read-only.
"""

import gzip
import io
import json
import math
from pathlib import Path

import numpy as np
import safetensors.numpy

from vae_core.storage.files import raising_run_damaged, read_bytes

Tensors = dict[str, np.ndarray]
Shapes = dict[str, tuple[tuple[int, ...], type[np.generic]]]
"""By the name of each tensor, its shape and dtype."""

DIGEST: tuple[tuple[int, ...], type[np.generic]] = ((8,), np.uint8)
"""Shape and dtype of a digest, 16 hexadecimal digits, as a tensor: see `digest_tensor`."""

_HEADER_BYTES = 100_000  # safetensors' JSON header; ours takes about 2,000


def largest(shapes: Shapes) -> int:
    """The largest size in bytes that a file of these tensors may have: their data and 100,000 bytes of header."""
    return _HEADER_BYTES + sum(math.prod(shape) * np.dtype(kind).itemsize for shape, kind in shapes.values())


def pack(tensors: Tensors, numbers: dict[str, float] | None = None) -> bytes:
    """The content of a safetensors file. numbers: stored in its metadata, from which `read_metadata` reads them."""
    metadata = {name: repr(float(value)) for name, value in (numbers or {}).items()}
    return safetensors.numpy.save(tensors, metadata)


def parse(content: bytes, shapes: Shapes) -> Tensors:
    """The tensors in the content of a safetensors file; float16 is converted to float32.

    Raises SafetensorError if it is not one; ValueError, which names the tensor, unless they are as `shapes` says.
    """
    found = safetensors.numpy.load(content)
    return check({name: t.astype(np.float32) if t.dtype == np.float16 else t for name, t in found.items()}, shapes)


def read_tensors(path: Path, shapes: Shapes) -> Tensors:
    """The tensors of a file, checked by `parse`. Raises RunDamaged, which names the file and what is wrong."""
    with raising_run_damaged(path):
        return parse(read_bytes(path, largest(shapes)), shapes)


def check(tensors: Tensors, shapes: Shapes) -> Tensors:
    """Make the tensors read-only and return them.

    Raises ValueError, which names the tensor, if one is missing or unknown, has another shape or dtype than `shapes`
    says, or contains NaN or infinity.
    """
    for name, (shape, kind) in shapes.items():
        if name not in tensors:
            raise ValueError(f"the tensor {name} is missing")
        tensor = tensors[name]
        if tensor.shape != shape or tensor.dtype != kind:
            expected = f"{shape} {np.dtype(kind)}"
            raise ValueError(f"{name}: expected {expected}, found {tensor.shape} {tensor.dtype}")
        if not np.isfinite(tensor).all():
            raise ValueError(f"{name}: expected finite numbers, found NaN or infinity")
        tensor.setflags(write=False)
    if unknown := sorted(tensors.keys() - shapes.keys()):
        raise ValueError(f"unknown tensor {unknown[0]!r}")
    return tensors


def read_metadata(content: bytes, names: tuple[str, ...]) -> dict[str, float]:
    """The numbers of these names that `pack` stored in a file's metadata.

    content: of a safetensors file. Raises ValueError if one is missing or not finite.
    """
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    found = {name: float(metadata[name]) for name in names if name in metadata} if metadata else {}
    if missing := sorted(set(names) - found.keys()):
        raise ValueError(f"the number {missing[0]!r} is missing")
    if not all(math.isfinite(value) for value in found.values()):
        raise ValueError("expected finite numbers, found NaN or infinity")
    return found


def digest_tensor(digest: str) -> np.ndarray:
    """A digest in hexadecimal digits as bytes, to store in a file which weights or digits it belongs to."""
    return np.frombuffer(bytes.fromhex(digest), np.uint8)


def compress(content: bytes) -> bytes:
    """Compress with gzip. The file's time is left out, so equal content gives equal bytes."""
    return gzip.compress(content, 6, mtime=0)


def decompress(content: bytes, max_bytes: int) -> bytes:
    """Decompress gzip. Raises ValueError if the result is larger than `max_bytes`; OSError, EOFError or zlib.error if
    the content is damaged."""
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        unpacked = file.read(max_bytes + 1)
    if len(unpacked) > max_bytes:
        raise ValueError(f"expected at most {max_bytes:,} bytes when unpacked, found more")
    return unpacked
