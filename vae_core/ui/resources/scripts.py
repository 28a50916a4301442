"""The browser's scripts: Plotly.js out of the installed plotly package, our ES modules, and their head start.

Running Plotly's five megabytes takes a browser a second. `preload` lets that happen while Python still imports the
page, so this module itself imports nothing heavy.
"""

import functools
import hashlib
import importlib.metadata
import json
import posixpath
import re
from pathlib import Path

from streamlit.components.v2 import component

from vae_core.ui.resources import static_files

_MODULES = Path(__file__).parents[1]
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
    distribution = importlib.metadata.distribution("plotly")
    path = Path(str(distribution.locate_file("plotly/package_data/plotly.min.js")))
    return static_files.publish_compressed(f"plotly-{distribution.version}.min.js", path.read_bytes)


def module_url(name: str) -> str:
    """Where the browser finds an ES module, given by its path below ui/.

    They import each other by relative names, so they share a folder, and its name is their hash.
    """
    folder, texts = _modules()
    try:
        urls = {module: static_files.put(f"{folder}/{module}", text.encode()) for module, text in texts.items()}
    except OSError as error:
        static_files.warn(error)
        return _from_memory(name, texts)
    return urls[name]


def _from_memory(name: str, texts: dict[str, str]) -> str:
    """The address of a module in the memory, where all modules lie side by side, under names of Streamlit's choice."""

    def linked(found: re.Match[str]) -> str:
        module = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[1]))
        return f'from "./{posixpath.basename(_from_memory(module, texts))}"'

    return static_files.from_memory(name, _IMPORT.sub(linked, texts[name]).encode())


@functools.cache  # to read them takes longer than to mount a component
def _modules() -> tuple[str, dict[str, str]]:
    """The name of their folder, and each one's text by its path below ui/."""
    paths = {path.relative_to(_MODULES).as_posix(): path for path in sorted(_MODULES.glob("**/*.js"))}
    texts = {name: path.read_text(encoding="utf-8") for name, path in paths.items()}
    return f"modules-{hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]}", texts


def preload() -> None:
    """Let the browser fetch and run Plotly.js now. If that fails, the map says why: it asks again."""
    data = {
        "loader": module_url("browser/plotly.js"),
        "view": module_url("components/latent_map/view.js"),
        "plotly": plotly_url(),
    }
    _preload(key="preload", data=data)
