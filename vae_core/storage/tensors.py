"""Arrays on disk: safetensors files, read strictly. No code can hide in them, and NumPy and browsers read them alike.

Invariant: what `parse` returns has exactly the expected names, shapes and types, all its numbers are finite, and none
of it can be written to.
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
"""Of each tensor, its shape and its type."""

_HEADER_BYTES = 100_000  # safetensors' JSON header; ours takes about 2,000


def largest(shapes: Shapes) -> int:
    """The most bytes that a file of these tensors may have."""
    return _HEADER_BYTES + sum(math.prod(shape) * np.dtype(kind).itemsize for shape, kind in shapes.values())


def pack(tensors: Tensors, numbers: dict[str, float] | None = None) -> bytes:
    """A safetensors file. numbers: kept beside the tensors, in the file's own metadata."""
    metadata = {name: repr(float(value)) for name, value in (numbers or {}).items()}
    return safetensors.numpy.save(tensors, metadata)


def parse(content: bytes, shapes: Shapes) -> Tensors:
    """The tensors of a file's content; float16 is widened to float32. Raises ValueError that names what is wrong."""
    found = safetensors.numpy.load(content)
    return check({name: t.astype(np.float32) if t.dtype == np.float16 else t for name, t in found.items()}, shapes)


def read_tensors(path: Path, shapes: Shapes) -> Tensors:
    """A file's tensors, as `parse` returns them. Raises RunDamaged that names the file and what is wrong."""
    with raising_run_damaged(path):
        return parse(read_bytes(path, largest(shapes)), shapes)


def check(tensors: Tensors, shapes: Shapes) -> Tensors:
    """The same tensors, read-only. Raises ValueError that names what is missing, wrong or too much."""
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
    """The numbers that `pack` kept with the tensors. Raises ValueError that names what is missing."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    found = {name: float(metadata[name]) for name in names if name in metadata} if metadata else {}
    if missing := sorted(set(names) - found.keys()):
        raise ValueError(f"the number {missing[0]!r} is missing")
    if not all(math.isfinite(value) for value in found.values()):
        raise ValueError("expected finite numbers, found NaN or infinity")
    return found


def compress(content: bytes) -> bytes:
    """gzip, the same bytes for the same content."""
    return gzip.compress(content, 6, mtime=0)


def decompress(content: bytes, most: int) -> bytes:
    """The content of a gzip file, which may not grow beyond `most` bytes. Raises ValueError or OSError."""
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        unpacked = file.read(most + 1)
    if len(unpacked) > most:
        raise ValueError(f"expected at most {most:,} bytes when unpacked, found more")
    return unpacked
