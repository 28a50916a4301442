"""What the browser fetches by itself: files under ./static, which Streamlit serves at app/static.

Invariants: a file's name says its content (a version or a hash), so a browser may keep it; a file appears whole or not
at all, and one that is not whole is made again. Large files are compressed once, here: Streamlit would compress them
anew for every request, at half a second for Plotly.js, unless their type says that they are compressed already.

Where the folder cannot be written, on a read-only or a full disk, or is not served, files come from the memory
instead. What was not used for a month is removed.
"""

import contextlib
import errno
import functools
import gzip
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from streamlit import config, runtime

from vae_core.storage.files import write

FOLDER = Path(__file__).parents[3] / "static"
_URL = "app/static"
_GZIP_LEVEL = 4  # beyond it, seconds more for a few percent less
_SIZE = slice(4, 8)
"""These bytes of a large file are its size: in the header of gzip, a time may stand there."""

_MONTH, _DAY = 30 * 86_400.0, 86_400.0
_MOST_BYTES = 1_000_000_000

_log = logging.getLogger(__name__)
_used: dict[Path, float] = {}
"""When each file was marked as used by this process, by time.monotonic()."""
_in_memory: dict[str, bytes] = {}
"""The compressed files that could not be written, by name."""
_lock = threading.Lock()


def publish(name: str, content: bytes) -> str:
    """Put a small file under static/<name> unless it is there already. Returns its address, relative to the app's."""
    try:
        return put(name, content)
    except OSError as error:
        warn(error)
        return from_memory(name, content)


def put(name: str, content: bytes) -> str:
    """`publish` without another way if the folder cannot be written: raises OSError."""
    path = _folder() / name
    if _size(path) != len(content):
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content)
    _mark_as_used(path)
    return f"{_URL}/{name}"


def from_memory(name: str, content: bytes) -> str:
    """The address, relative to the app's, of a file that the memory holds as long as a visitor's page uses it."""
    kind = "text/javascript" if name.endswith(".js") else "application/gzip"
    return runtime.get_instance().media_file_mgr.add(content, kind, coordinates=name).lstrip("/")


@functools.cache
def _warn_of(folder: Path, reason: str | None) -> None:
    """Said once in a process."""
    _log.warning("%s cannot be used (%s). Files are served from the memory.", folder, reason)


def warn(error: OSError) -> None:
    """Log once that the folder cannot be used."""
    _warn_of(FOLDER, error.strerror)


def publish_large(name: str, content: Callable[[], bytes]) -> str:
    """Put a large file under static/<name> unless it is there already. Returns its address, relative to the app's.

    content: makes it; its bytes 4 to 8 become its size, a little-endian uint32.
    """
    path = FOLDER / name

    def sized() -> bytes:
        found = bytearray(content())
        found[_SIZE] = len(found).to_bytes(4, "little")
        return bytes(found)

    try:
        if not _is_whole(_folder() / name):
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, sized())
        _mark_as_used(path)
    except OSError as error:
        warn(error)
        if name not in _in_memory:
            _in_memory[name] = sized()
        return from_memory(name, _in_memory[name])
    return f"{_URL}/{name}"


def publish_compressed(name: str, content: Callable[[], bytes]) -> str:
    """`publish_large` static/<name>.gz: content, compressed; the browser unpacks it."""
    return publish_large(f"{name}.gz", lambda: gzip.compress(content(), _GZIP_LEVEL, mtime=0))


def read_published(name: str) -> bytes | None:
    """What `publish_compressed` has put into the folder, still compressed; None if it has not."""
    try:
        return (_folder() / f"{name}.gz").read_bytes()
    except OSError:
        return None


def published(name: str) -> str | None:
    """The address, relative to the app's, of a file that `publish_compressed` has put into the folder; None if not."""
    try:
        path = _folder() / f"{name}.gz"
        if not _is_whole(path):
            return None
        _mark_as_used(path)
    except OSError:
        return None
    return f"{_URL}/{path.name}"


def _folder() -> Path:
    """The folder, if Streamlit serves it. Raises OSError if that was turned off."""
    if not config.get_option("server.enableStaticServing"):
        raise OSError(errno.EPERM, "Streamlit's static serving is turned off")
    return FOLDER


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _is_whole(path: Path) -> bool:
    """Whether a file that `publish_large` wrote is there and has its full size."""
    try:
        with path.open("rb") as file:
            header = file.read(_SIZE.stop)
    except FileNotFoundError:
        return False
    return 0 < int.from_bytes(header[_SIZE], "little") == _size(path)


def _mark_as_used(path: Path) -> None:
    """Let the file's time say that it was used today. The first call in a process removes what was not for long."""
    now = time.monotonic()
    with _lock:
        if now - _used.get(path, -_DAY) < _DAY:
            return
        first, _used[path] = not _used, now
    with contextlib.suppress(OSError):  # the file of another user
        path.touch()
    if first:
        prune()


def prune() -> None:
    """Remove the files that no server has used for a month; then the oldest, while they take more than a gigabyte."""
    left, month_ago = _MOST_BYTES, time.time() - _MONTH
    with contextlib.suppress(OSError):
        files = [path for path in FOLDER.rglob("*") if path.is_file() and path.name != ".gitignore"]
        for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True):
            left -= path.stat().st_size
            if left < 0 or path.stat().st_mtime < month_ago:
                path.unlink(missing_ok=True)
        for folder in FOLDER.iterdir():
            if folder.is_dir():
                with contextlib.suppress(OSError):  # it is not empty
                    folder.rmdir()
