"""Reading and writing files: writes are atomic, reads are limited in size, and errors name the file."""

import contextlib
import os
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError

from vae_core.errors import ConfigError, RunDamaged, RunNotWritable, one_line

MAX_TEXT_BYTES = 1_000_000

_PAUSES = (0.02, 0.05, 0.1, 0.3, 0.5)  # seconds

# What reading and parsing a damaged file may raise.
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
    """Write a file atomically. Raises OSError; the old file, if there was one, is then unchanged.

    The content goes to a temporary file in the same folder, which is flushed to the disk and renamed. So whoever reads
    meanwhile sees the old content or the new, never a part of it.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)  # mkstemp lets only this user read it
        rename(Path(temporary), path, replacing=True)
    finally:
        Path(temporary).unlink(missing_ok=True)


def rename(source: Path, target: Path, replacing: bool = False) -> Path:
    """Rename a file or a directory. Returns the target. Raises OSError.

    replacing: whether a file in its place is replaced. Permission that is refused is asked for again, for a second:
    Windows refuses it as long as another program, above all a virus scanner, has the file open.
    """
    for pause in _PAUSES:
        with contextlib.suppress(PermissionError):
            return source.replace(target) if replacing else source.rename(target)
        time.sleep(pause)
    return source.replace(target) if replacing else source.rename(target)


@contextlib.contextmanager
def raising_run_damaged(path: Path) -> Iterator[None]:
    """Within this context, an error in reading or parsing `path` is raised as a RunDamaged that names the file."""
    try:
        yield
    except FileNotFoundError:
        raise RunDamaged(f"{path} is missing.") from None
    except _UNREADABLE as error:
        raise RunDamaged(f"{path} is damaged: {one_line(error)}.") from error


@contextlib.contextmanager
def raising_run_not_writable(path: Path, whose: str = "", change: str = "written") -> Iterator[None]:
    """Within this context, an OSError is raised as a RunNotWritable: "{whose} {path} cannot be {change} (...)."

    whose: what the path is, for instance "The runs' directory".
    """
    try:
        yield
    except OSError as error:
        raise RunNotWritable(f"{whose} {path} cannot be {change} ({error.strerror}).".lstrip()) from error


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """The content of a file. Raises OSError; ValueError if it is no regular file or larger than `max_bytes`."""
    if path.exists() and not path.is_file():  # for instance a link to /dev/zero, which could be read for ever
        raise ValueError("expected a regular file")
    with path.open("rb") as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ValueError(f"expected at most {max_bytes:,} bytes, found {max(path.stat().st_size, len(content)):,}")
    return content


def read_text(path: Path, max_bytes: int = MAX_TEXT_BYTES) -> str:
    """The content of a UTF-8 file. Raises as `read_bytes` does, and UnicodeDecodeError, which is a ValueError."""
    return read_bytes(path, max_bytes).decode("utf-8")
