"""The map's layers: which heatmaps can be drawn under its points, what the page says of each, and their files.

A shipped run brings its heatmaps along. Those of other runs are computed when they are asked for, coarse ones first,
while the page goes on; and no longer than somebody waits for them.
"""

import threading
from dataclasses import dataclass

import numpy as np
import streamlit as st

from vae_core.latent.heatmaps import CELLS, COARSE_CELLS, HEATMAPS, Heatmap
from vae_core.runs.heatmaps import read_heatmaps
from vae_core.ui.resources.computation import Computation, OnProgress, going, result_of
from vae_core.ui.resources.loaded_run import LoadedRun
from vae_core.ui.resources.static_files import published
from vae_core.ui.resources.tensor_files import publish_tensors

_VERSION = 1  # files in static/ are kept, so their names say how their content is made
_LIMITS = (1, 99)  # percentiles that a layer is drawn between: a few cells far from all digits would take its contrast

_FIRST_SECONDS = 0.1
"""What a page waits for a layer before it goes on without."""

_PATIENCE_SECONDS = 3.0
"""A map asks three times a second, one in the background once: who has not for so long waits no more."""

_slots = threading.BoundedSemaphore(2)
"""For the heatmaps that are computed at the same time."""


@dataclass(frozen=True)
class MapLayer:
    """One heatmap as the page offers it."""

    label: str
    legend: str
    """What the values are, with their unit."""
    help: str
    """One line: what to see in it."""


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


@dataclass(frozen=True)
class DrawnLayer:
    """A layer as the browser finds it."""

    url: str | None
    """safetensors of values (n, n) float32 and, if it has them, classes (n, n) uint8, both from the lowest z2 up; edges
    (first, last) of the square, and limits (low, high) to draw between, float32. None: there is nothing to draw yet."""
    share: float
    """How much of it is computed, from 0 to 1; below 1 the file is missing or coarse."""


def drawn_layer(loaded: LoadedRun, layer: str) -> DrawnLayer:
    """The layer of this name as far as it is there. Asked again and again, it comes to be whole.

    Raises the VaeError that its computation failed with; asked again, it begins anew.
    """
    name = f"heatmap-{_VERSION}-{layer}-{loaded.network.digest}-{loaded.digits.digest}.safetensors"
    if url := published(name):
        return DrawnLayer(url, 1.0)
    key = loaded, layer, loaded.network.digest, loaded.digits.digest
    computation: Computation[Heatmap] = going(_computations, *key)
    if computation.wait(_FIRST_SECONDS):
        whole: Heatmap = result_of(_computations, *key)
        return DrawnLayer(publish_tensors(name, lambda: _tensors(whole)), 1.0)
    coarse = computation.preview
    url = publish_tensors(f"coarse-{name}", lambda: _tensors(coarse)) if coarse else None
    return DrawnLayer(url, computation.share)


@st.cache_resource(show_spinner=False, max_entries=16)
def _computations(_loaded: LoadedRun, layer: str, network: str, digits: str) -> Computation[Heatmap]:
    computation = Computation(_PATIENCE_SECONDS, read_heatmaps(_loaded.run, _loaded.network, _loaded.digits).get(layer))

    def both(on_progress: OnProgress) -> Heatmap:
        compute = HEATMAPS[layer]
        computation.preview = compute(_loaded.network, _loaded.map, COARSE_CELLS, lambda share: on_progress(0.0, layer))
        return compute(_loaded.network, _loaded.map, CELLS, lambda share: on_progress(share, layer))

    if not computation.wait(0):
        computation.begin(both, _slots)
    return computation


def _tensors(heatmap: Heatmap) -> dict[str, np.ndarray]:
    tensors = {"values": heatmap.values, "edges": heatmap.edges[[0, -1]].astype(np.float32)}
    if heatmap.classes is None:
        return tensors | {"limits": np.percentile(heatmap.values, _LIMITS).astype(np.float32)}
    return tensors | {"classes": heatmap.classes, "limits": np.array([0, 1], np.float32)}
