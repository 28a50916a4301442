"""Decoder maps: what one or two models draw over the same plane, linked by the point, live in the browser.

Each side has a map of the plane with a layer and no need of digits, so it may be a GAN's; the drawing at the shown
point; and the manifold. The point is the same on both sides. The browser gets each decoder once, as a static file.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vae_core.latent.drawing_heatmaps import EXTENT
from vae_core.latent.manifold import lattice
from vae_core.latent.points import Point
from vae_core.ui.components.component import Component
from vae_core.ui.resources.drawing_layers import DRAWING_LAYERS, DrawnLayer
from vae_core.ui.resources.loaded_decoder import LoadedDecoder, decoder_url
from vae_core.ui.resources.scripts import plotly_url

KEY = "decoder-maps"
_component = Component("decoder_maps", draws_maps=True)


@dataclass(frozen=True)
class Side:
    """One model as it is shown."""

    loaded: LoadedDecoder
    judged: DrawnLayer
    """What each place's drawing is taken for, as far as it is computed: names and captions are from there."""
    layer: str | None
    """The name of the heatmap under the map, one of DRAWING_LAYERS."""
    drawn: DrawnLayer | None
    """That heatmap, as far as it is computed."""
    map_url: str | None = None
    """Where the browser finds the digits to put on the map, as `LoadedRun.map_url` has them; None for none."""
    found: Point | None = None
    """A place to mark."""


def decoder_maps(sides: Sequence[Side], z: Point | None, revision: int, on_pin: Callable[[], None]) -> None:
    """Draw one side or two.

    z: the pinned point, taken by a new component and whenever `revision` has changed; on_pin: called after the visitor
    pinned another point or none, which `component.pinned_point` then returns. While a layer is not whole, the browser
    asks for it a few times a second, by having the page's fragment run again.
    """
    _component.mount(
        key=KEY,
        data={
            "plotly": plotly_url(),
            "sides": [_side(side) for side in sides],
            "nodes": lattice().tolist(),
            "limit": EXTENT,
            "start": sides[0].loaded.start(),
            "z": z,
            "revision": revision,
        },
        default={"pin": None},
        on_pin_change=on_pin,
        on_layer_change=lambda: None,
    )


def _side(side: Side) -> dict[str, Any]:
    run, decoder = side.loaded.run, side.loaded.decoder
    return {
        "run": run.id,
        "title": run.title,
        "kind": run.record.kind.upper(),
        "decoder": decoder_url(decoder),
        "activation": decoder.activation,
        "map": side.map_url,
        "judged": {"url": side.judged.url, "share": side.judged.share},
        "layer": _layer(side.layer, side.drawn) if side.layer and side.drawn else None,
        "found": side.found,
        # Each answer differs as long as a layer is not whole, so that the view hears it.
        "answered": None
        if side.judged.share == 1 and (not side.drawn or side.drawn.share == 1)
        else time.monotonic_ns(),
    }


def _layer(name: str, drawn: DrawnLayer) -> dict[str, Any]:
    layer = DRAWING_LAYERS[name]
    return {
        "url": drawn.url,
        "share": drawn.share,
        "label": layer.label,
        "legend": layer.legend,
        "help": layer.help,
        "cancel": "",
    }
