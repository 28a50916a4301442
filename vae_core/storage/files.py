"""Files: each is written whole or not at all, and read in full or reported by name."""

import contextlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError

from vae_core.errors import ConfigError, RunDamaged, RunNotWritable, one_line

MAX_TEXT_BYTES = 1_000_000

_UNREADABLE = (
    OSError,
    EOFError,
    zlib.error,
    ValueError,
    TypeError,
    KeyError,
    RecursionError,
    ConfigError,
    SafetensorError,
)


def write(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one move: who reads sees the old file or the new one. Raises OSError."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(0o644)  # mkstemp's own mode would hide it from other users
        Path(aside).replace(path)
    finally:
        Path(aside).unlink(missing_ok=True)


@contextlib.contextmanager
def raising_run_damaged(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong while `path` is read and parsed into one RunDamaged that names it."""
    try:
        yield
    except FileNotFoundError:
        raise RunDamaged(f"{path} is missing.") from None
    except _UNREADABLE as error:
        raise RunDamaged(f"{path} is damaged: {one_line(error)}.") from error


@contextlib.contextmanager
def raising_run_not_writable(path: Path, whose: str = "", change: str = "written") -> Iterator[None]:
    """Turn an OSError while `path` is changed into one RunNotWritable that names it.

    whose: what stands before the path, "The runs' directory"; change: what cannot be done to it.
    """
    try:
        yield
    except OSError as error:
        raise RunNotWritable(f"{whose} {path} cannot be {change} ({error.strerror}).".lstrip()) from error


def read_bytes(path: Path, most: int) -> bytes:
    """A file's content of at most so many bytes: a link may lead to a device that never ends.

    Raises OSError, or ValueError if the file is larger or no regular file.
    """
    if path.exists() and not path.is_file():
        raise ValueError("expected a regular file")
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"expected at most {most:,} bytes, found {max(path.stat().st_size, len(content)):,}")
    return content


def read_text(path: Path, most: int = MAX_TEXT_BYTES) -> str:
    """A file's content as UTF-8. Raises OSError, ValueError."""
    return read_bytes(path, most).decode("utf-8")
