"""The comparison: two runs' maps and manifolds in one component, linked by digit, live in the browser.

Both runs lie on the same test digits, so a digit's number is the link. The browser gets both decoders and maps once, as
static files; this side only names them, moves the pin when a link does, and hears which digit was pinned.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from vae_core.manifold import lattice
from vae_core.ui.resources import Atlas
from vae_core.ui.scripts import module_url, plotly_url

KEY = "comparison"
_HERE = Path(__file__).parent

_mount = component(
    "comparison",
    html=(_HERE / "comparison.html").read_text(encoding="utf-8"),
    css="".join(
        path.read_text(encoding="utf-8") for path in (_HERE.parent / "browser/map.css", _HERE / "comparison.css")
    ),
    js=(_HERE.parent / "mount.js").read_text(encoding="utf-8"),
    isolate_styles=False,  # Plotly puts its style sheet into the document
)


def comparison(left: Atlas, right: Atlas, digit: int | None, turn: int, on_pin: Callable[[], None]) -> None:
    """Draw both sides. left, right: on the same digits.

    digit: the pinned one, taken by a new component and whenever `turn` has changed; on_pin: called after the visitor
    pinned another, which `pinned_digit` then returns. Raises OSError if the browser's files cannot be written.
    """
    alike = left.run.title == right.run.title
    _mount(
        key=KEY,
        data={
            "view": module_url("comparison/view.js"),
            "plotly": plotly_url(),
            "images": left.images_url(),
            # Tuples: for a list or a dict in here Streamlit would import pandas.
            "left": _side(left, alike),
            "right": _side(right, alike),
            "nodes": tuple(lattice().tolist()),
            "digit": digit,
            "turn": turn,
        },
        default={"pin": None},
        on_pin_change=on_pin,
    )


def pinned_digit() -> Any:
    """What the browser last pinned: a digit's number or None, if it is to be believed, which the caller checks."""
    state = st.session_state.get(KEY)
    told = state["pin"] if state else None
    return told[0] if isinstance(told, list) and told else None


def _side(atlas: Atlas, with_id: bool) -> tuple[str, str, str, str, str]:
    title = f"{atlas.run.title} [{atlas.run.id}]" if with_id else atlas.run.title
    return atlas.run.id, title, atlas.decoder_url(), atlas.network.activation, atlas.map_url()
