"""The latent map: map, digit and manifold in one component, live in the browser.

The browser gets a run's decoder, map and digits once, as static files, and from then on answers the pointer by itself.
This side only names those files, moves the point when the page's controls do, and hears where it was pinned.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from vae_core.latent import Z_LIMIT, Point
from vae_core.manifold import lattice
from vae_core.ui.layers import LAYERS
from vae_core.ui.resources import Atlas
from vae_core.ui.scripts import module_url, plotly_url

KEY = "latent-map"
_HERE = Path(__file__).parent

_mount = component(
    "latent_map",
    html=(_HERE / "latent_map.html").read_text(encoding="utf-8"),
    css="".join(
        path.read_text(encoding="utf-8") for path in (_HERE.parent / "browser/map.css", _HERE / "latent_map.css")
    ),
    js=(_HERE.parent / "mount.js").read_text(encoding="utf-8"),
    # In the page's own tree: Plotly puts its style sheet into the document, where a shadow root would not see it.
    isolate_styles=False,
)


def latent_map(
    atlas: Atlas, layer: str | None, n: int, q: float, z: Point | None, turn: int, home: int, on_pin: Callable[[], None]
) -> None:
    """Draw the map, the digit and the manifold of n x n tiles.

    layer: the name of the field under the points; z: the pinned point, taken by a new map and whenever `turn` has
    changed; home: the view is restored whenever it has changed; on_pin: called after the visitor pinned another point
    or none, which `pinned_point` then returns.
    Raises OSError if the browser's files cannot be written.
    """
    _mount(
        key=KEY,
        data={
            "view": module_url("latent_map/view.js"),
            "plotly": plotly_url(),
            "decoder": atlas.decoder_url(),
            "activation": atlas.network.activation,
            "map": atlas.map_url(),
            "images": atlas.images_url(),
            "run": atlas.run.id,
            "field": atlas.field_url(layer) if layer else None,
            "legend": LAYERS[layer].legend if layer else None,
            # Tuples: for a list or a dict in here Streamlit would import pandas, half a second of the app's start.
            "nodes": tuple(lattice(n, q).tolist()),
            "limit": Z_LIMIT,
            "z": z,
            "turn": turn,
            "home": home,
        },
        default={"pin": None},
        on_pin_change=on_pin,
    )


def pinned_point() -> tuple[Any, Any]:
    """What the browser last pinned: [z1, z2] or None, and the turn it then knew, if it is to be believed, which the
    caller checks."""
    match st.session_state[KEY]["pin"]:
        case [{"z": z, "turn": turn}, _]:
            return z, turn
    return None, None
