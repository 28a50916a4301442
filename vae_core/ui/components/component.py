"""The one way to mount a component: a folder beside this file, with its HTML, its style sheet and its view.js."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from vae_core.ui.resources.scripts import module_url

_COMPONENTS = Path(__file__).parent
_MAP_STYLES = _COMPONENTS.parent / "plots" / "map.css"


class Component:
    """A part of a page that lives in the browser. Made once, at import; mounted by every script run."""

    def __init__(self, folder: str, draws_maps: bool = False):
        """folder: its name, which its HTML and its style sheet have too; draws_maps: whether it needs plots/map.css."""
        here = _COMPONENTS / folder
        styles = [_MAP_STYLES] * draws_maps + [here / f"{folder}.css"]
        self._view = f"components/{folder}/view.js"
        self._mount = component(
            folder,
            html=(here / f"{folder}.html").read_text(encoding="utf-8"),
            css="".join(path.read_text(encoding="utf-8") for path in styles),
            js=(_COMPONENTS / "mount.js").read_text(encoding="utf-8"),
            # In the page's own tree: Plotly's style sheet is put into the document, which a shadow root does not see.
            isolate_styles=False,
        )

    def mount(self, key: str, data: Mapping[str, Any], **callbacks: Any) -> Any:
        """Draw it, or give the one that is drawn already new data.

        data: what its view's `update` gets, anything that JSON can hold; callbacks: `on_<name>_change` for each value
        or trigger that the view sends, and their `default`. Returns the values that the view sent, by name.
        """
        # As text, for Streamlit would import pandas to look at a list: half a second of the app's start.
        message = {"view": module_url(self._view), "data": json.dumps(data)}
        return self._mount(key=key, data=message, **callbacks)


def pinned_point(key: str) -> tuple[Any, Any]:
    """What a map of this key last pinned: [z1, z2] or None, and the revision it then knew, if it is to be believed,
    which the caller checks."""
    match st.session_state[key]["pin"]:
        case [{"z": z, "revision": revision}, _]:
            return z, revision
    return None, None
