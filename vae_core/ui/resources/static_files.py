"""What the browser fetches by itself: files under ./static, which Streamlit serves at app/static.

Invariants: a file's name says its content (a version or a hash), so a browser may keep it; a file appears whole or not
at all. Large files are compressed once, here: Streamlit would compress them anew for every request, at half a second
for Plotly.js, unless their type says that they are compressed already.
"""

import gzip
from collections.abc import Callable
from pathlib import Path

from vae_core.storage.files import write

FOLDER = Path(__file__).parents[3] / "static"
_URL = "app/static"
_GZIP_LEVEL = 4  # beyond it, seconds more for a few percent less


def publish(name: str, content: Callable[[], bytes]) -> str:
    """Put content under static/<name> unless it is there already. Returns its address relative to the app's.

    Raises OSError if the folder cannot be written.
    """
    path = FOLDER / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content())
    return f"{_URL}/{name}"


def publish_compressed(name: str, content: Callable[[], bytes]) -> str:
    """`publish` as static/<name>.gz; the browser unpacks it."""
    return publish(f"{name}.gz", lambda: gzip.compress(content(), _GZIP_LEVEL, mtime=0))
