"""The map's layers: which heatmaps can be drawn under its points, what the page says of each, and their files.

A shipped run brings its heatmaps along. Those of other runs are computed when they are asked for, coarse ones first,
while the page goes on; and no longer than somebody waits for them.
"""

import streamlit as st

from vae_core.latent.heatmaps import CELLS, COARSE_CELLS, HEATMAPS, Heatmap
from vae_core.runs.heatmaps import read_heatmaps
from vae_core.ui.resources.computation import Computation, OnProgress
from vae_core.ui.resources.drawn_layer import PATIENCE_SECONDS, SLOTS, VERSION, DrawnLayer, MapLayer, drawn
from vae_core.ui.resources.loaded_run import LoadedRun

LAYERS = {
    "density": MapLayer(
        "Density",
        "Share of the digits per unit of area",
        "Where the digits are: the average of their posteriors. The prior would be a round hill, 0.159 at its top.",
    ),
    "regions": MapLayer(
        "Regions",
        "The class that most of the 50 nearest digits have; paler where they disagree",
        "How a nearest-neighbour classifier would divide the plane.",
    ),
    "magnification": MapLayer(
        "Magnification",
        "How fast the drawing changes: \u00bd log det J\u2032J of the decoder",
        "Where the drawing changes fast when the point moves. Strong lines are the borders between digits of different "
        "shapes; between them all points give nearly the same drawing.",
    ),
    "width": MapLayer(
        "Posterior width",
        "Standard deviation in units of z, geometric mean of both axes",
        "How unsure the encoder is about where the digit that is drawn there belongs.",
    ),
}
"""By name."""


def drawn_layer(loaded: LoadedRun, layer: str) -> DrawnLayer:
    """The layer of this name as far as it is there. Raises the VaeError that its computation failed with."""
    digests = loaded.network.digest, loaded.digits.digest
    name = f"heatmap-{VERSION}-{layer}-{'-'.join(digests)}.safetensors"
    return drawn(name, _computations, loaded, layer, *digests)


@st.cache_resource(show_spinner=False, max_entries=16)
def _computations(_loaded: LoadedRun, layer: str, network: str, digits: str) -> Computation[Heatmap]:
    computation = Computation(PATIENCE_SECONDS, read_heatmaps(_loaded.run, _loaded.network, _loaded.digits).get(layer))

    def both(on_progress: OnProgress) -> Heatmap:
        compute = HEATMAPS[layer]
        computation.preview = compute(_loaded.network, _loaded.map, COARSE_CELLS, lambda share: on_progress(0.0, layer))
        return compute(_loaded.network, _loaded.map, CELLS, lambda share: on_progress(share, layer))

    if not computation.wait(0):
        computation.begin(both, SLOTS)
    return computation
