"""The browser's scripts: Plotly.js, our ES modules, and their head start.

Running Plotly.js takes a browser half a second. `preload` lets that happen while Python still imports the page, so this
module itself imports nothing heavy.
"""

import functools
import hashlib
import json
import posixpath
import re
import time
from pathlib import Path

from streamlit.components.v2 import component

from vae_core.ui.resources import static_files

_MODULES = Path(__file__).parents[1]
_PLOTLY = _MODULES / "vendor" / "plotly-gl2d-4.1.1.min.js"
_LOOK_AGAIN_SECONDS = 10  # for files that something else has removed
_IMPORT = re.compile(r'\bfrom "(\.[^"]+)"')
_preload = component(
    "preload",
    js="""
    export default ({ data }) => {
      const load = (address) => import(new URL(address, document.baseURI).href)
      load(data.loader)
        .then(({ loadPlotly }) => Promise.all([loadPlotly(data.plotly), load(data.view)])) // Plotly.js asked for first
        .catch(() => {}) // the map will say what is wrong
    }
    """,
    isolate_styles=False,
)


def plotly_url() -> str:
    """Where the browser finds Plotly.js."""
    return static_files.publish_compressed(_PLOTLY.name, _PLOTLY.read_bytes)


def module_url(name: str) -> str:
    """Where the browser finds an ES module, given by its path below ui/.

    They import each other by relative names, so they share a folder, and its name is their hash.
    """
    folder, texts = _modules()
    try:
        _put_modules(int(time.monotonic() // _LOOK_AGAIN_SECONDS))
        return static_files.put(f"{folder}/{name}", texts[name].encode())
    except OSError as error:
        static_files.warn(error)
        return _from_memory(name, texts)


@functools.lru_cache(maxsize=1)  # to look at fifty files takes a tenth of a click
def _put_modules(time_span: int) -> None:
    """Put all of them, once in each span of time. Raises OSError."""
    folder, texts = _modules()
    for module, text in texts.items():
        static_files.put(f"{folder}/{module}", text.encode())


def _from_memory(name: str, texts: dict[str, str]) -> str:
    """The address of a module in the memory, where all modules lie side by side, under names of Streamlit's choice."""

    def linked(found: re.Match[str]) -> str:
        module = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[1]))
        return f'from "./{posixpath.basename(_from_memory(module, texts))}"'

    return static_files.from_memory(name, _IMPORT.sub(linked, texts[name]).encode())


@functools.cache  # to read them takes longer than to mount a component
def _modules() -> tuple[str, dict[str, str]]:
    """The name of their folder, and each one's text by its path below ui/."""
    rooms = ("browser", "plots", "components")
    paths = [path for room in rooms for path in sorted((_MODULES / room).glob("**/*.js"))]
    texts = {path.relative_to(_MODULES).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return f"modules-{hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]}", texts


def preload() -> None:
    """Let the browser fetch and run Plotly.js now. If that fails, the map says why: it asks again."""
    data = {
        "loader": module_url("browser/plotly.js"),
        "view": module_url("components/latent_map/view.js"),
        "plotly": plotly_url(),
    }
    _preload(key="preload", data=data)
