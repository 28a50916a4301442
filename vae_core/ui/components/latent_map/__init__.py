"""The latent map: map, digit and manifold in one component, live in the browser.

The browser gets a run's decoder, map and digits once, as static files, and from then on answers the pointer by itself.
This side only names those files, moves the point when the page's controls do, and hears where it was pinned.
"""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from vae_core.latent.manifold import lattice
from vae_core.latent.points import Z_LIMIT, Point
from vae_core.ui.components.component import Component
from vae_core.ui.resources.layers import LAYERS, DrawnLayer
from vae_core.ui.resources.loaded_run import LoadedRun
from vae_core.ui.resources.scripts import plotly_url
from vae_core.ui.session.map_view import MapView

KEY = "latent-map"
_component = Component("latent_map", draws_maps=True)


def latent_map(
    loaded: LoadedRun,
    layer: str | None,
    drawn: DrawnLayer | None,
    n: int,
    q: float,
    z: Point | None,
    revision: int,
    view: MapView,
    view_revision: int,
    on_pin: Callable[[], None],
    on_view: Callable[[], None],
) -> None:
    """Draw the map, the digit and the manifold of n x n tiles.

    layer: the name of the heatmap under the points; drawn: that heatmap, as far as it is computed: while it is not
    whole, the browser asks for it a few times a second, by having the page's fragment run again; z: the pinned point,
    taken by a new map and whenever `revision` has changed; view: what is looked at, taken by a new map and whenever
    `view_revision` has changed; on_pin: called after the visitor pinned another point or none, which
    `component.pinned_point` then returns; on_view: called after they moved the map or hid classes, which `seen_view`
    then returns.
    """
    _component.mount(
        key=KEY,
        data={
            "plotly": plotly_url(),
            "decoder": loaded.decoder_url(),
            "activation": loaded.network.decoder.activation,
            "map": loaded.map_url(),
            "pictures": loaded.pictures_url(),
            "run": loaded.run.id,
            "layer": _layer(layer, drawn) if layer and drawn else None,
            "nodes": lattice(n, q).tolist(),
            "limit": Z_LIMIT,
            "start": loaded.map.start,
            "z": z,
            "revision": revision,
            "frame": view.frame,
            "hidden": view.hidden,
            "view_revision": view_revision,
        },
        default={"pin": None},
        on_pin_change=on_pin,
        on_view_change=on_view,
        on_layer_change=lambda: None,
    )


def _layer(name: str, drawn: DrawnLayer) -> dict[str, Any]:
    """What the browser needs to draw it. Each answer differs as long as it is not whole, so that the view hears it."""
    answered = {} if drawn.share == 1 else {"answered": time.monotonic_ns()}
    layer = LAYERS[name]
    said = {"legend": layer.legend, "help": layer.help, "cancel": "Choose no layer to cancel."}
    return {"url": drawn.url, "share": drawn.share} | said | answered


def seen_view() -> tuple[dict[str, str], Any]:
    """What the browser last showed, as a link has it, and the revision it then knew, if it is to be believed, which the
    caller checks."""
    match st.session_state[KEY]["view"]:
        case {"view": str(view), "hidden": str(hidden), "revision": revision}:
            return {"view": view, "hidden": hidden}, revision
    return {}, None
