"""The layers that show what a model draws where: which there are, what the page says of each, and their files.

They need no digits, so a GAN has them too. They are computed when they are asked for, coarse ones first, while the page
goes on; and no longer than somebody waits for them.
"""

import streamlit as st

from vae_core.latent import drawing_heatmaps
from vae_core.latent.heatmaps import CELLS, COARSE_CELLS, Heatmap
from vae_core.networks.judge import shipped_judge
from vae_core.ui.resources.computation import Computation, OnProgress
from vae_core.ui.resources.drawn_layer import PATIENCE_SECONDS, SLOTS, VERSION, DrawnLayer, MapLayer, drawn
from vae_core.ui.resources.layers import LAYERS
from vae_core.ui.resources.loaded_decoder import LoadedDecoder

JUDGED, REALNESS, MAGNIFICATION = "judged", "realness", "magnification"

DRAWING_LAYERS = {
    JUDGED: MapLayer(
        "Judged class",
        "The class that the judge, a classifier of digits, takes the drawing for; paler where it is unsure",
        "Pale lines are seams, where one class tears into the next: what is drawn there is of no class.",
    ),
    REALNESS: MapLayer(
        "Discriminator",
        "The discriminator\u2019s verdict D(G(z)) on the drawing, as a logit: the higher, the more real",
        "Where the generator fools it, and where it is caught. Only differences count.",
    ),
    MAGNIFICATION: LAYERS["magnification"],
}
"""By name. REALNESS is a GAN's alone."""


def drawing_layer(loaded: LoadedDecoder, layer: str) -> DrawnLayer:
    """The layer of this name as far as it is there. Raises the VaeError that its computation failed with."""
    return drawn(
        f"drawing-{VERSION}-{_content(loaded, layer)}.safetensors",
        _computations,
        loaded,
        _content(loaded, layer),
        layer,
    )


def _content(loaded: LoadedDecoder, layer: str) -> str:
    """What tells this heatmap from all others."""
    by = {JUDGED: lambda: shipped_judge().digest, REALNESS: lambda: str(loaded.run.version), MAGNIFICATION: lambda: ""}
    return f"{layer}-{loaded.decoder.digest}{by[layer]()}"


@st.cache_resource(show_spinner=False, max_entries=32)
def _computations(_loaded: LoadedDecoder, content: str, layer: str) -> Computation[Heatmap]:
    computation: Computation[Heatmap] = Computation(PATIENCE_SECONDS)

    def both(on_progress: OnProgress) -> Heatmap:
        computation.preview = _compute(_loaded, layer, COARSE_CELLS, lambda share: on_progress(0.0, layer))
        return _compute(_loaded, layer, CELLS, lambda share: on_progress(share, layer))

    computation.begin(both, SLOTS)
    return computation


def _compute(loaded: LoadedDecoder, layer: str, cells: int, on_progress: drawing_heatmaps.OnProgress) -> Heatmap:
    if layer == JUDGED:
        return drawing_heatmaps.judged(loaded.decoder, shipped_judge(), cells, on_progress)
    if layer == REALNESS and loaded.discriminator:
        return drawing_heatmaps.realness(loaded.decoder, loaded.discriminator, cells, on_progress)
    return drawing_heatmaps.magnification(loaded.decoder, cells, on_progress)
