"""Heatmaps as the browser finds them: published once they are whole, and before that as far as they are computed."""

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from vae_core.latent.heatmaps import Heatmap
from vae_core.ui.resources.computation import Computation, going, result_of
from vae_core.ui.resources.static_files import published
from vae_core.ui.resources.tensor_files import publish_tensors

VERSION = 1  # files in static/ are kept, so their names say how their content is made
_LIMITS = (1, 99)  # percentiles that a layer is drawn between: a few cells far from all digits would take its contrast

_FIRST_SECONDS = 0.1
"""What a page waits for a layer before it goes on without."""

PATIENCE_SECONDS = 3.0
"""A map asks three times a second, one in the background once: who has not for so long waits no more."""

SLOTS = threading.BoundedSemaphore(2)
"""For the heatmaps that are computed at the same time."""


@dataclass(frozen=True)
class MapLayer:
    """One heatmap as a page offers it."""

    label: str
    legend: str
    """What the values are, with their unit."""
    help: str
    """One line: what to see in it."""


@dataclass(frozen=True)
class DrawnLayer:
    """A layer as the browser finds it."""

    url: str | None
    """safetensors of values (n, n) float32 and, if it has them, classes (n, n) uint8, both from the lowest z2 up; edges
    (first, last) of the square, and limits (low, high) to draw between, float32. None: there is nothing to draw yet."""
    share: float
    """How much of it is computed, from 0 to 1; below 1 the file is missing or coarse."""


def drawn(name: str, begun: Any, *key: Any) -> DrawnLayer:
    """A heatmap as far as it is there. Asked again and again, it comes to be whole.

    name: of its file, which says what is in it; begun: the cached function that begins its `Computation` for this key.
    Raises the VaeError that its computation failed with; asked again, it begins anew.
    """
    if url := published(name):
        return DrawnLayer(url, 1.0)
    computation: Computation[Heatmap] = going(begun, *key)
    if computation.wait(_FIRST_SECONDS):
        whole: Heatmap = result_of(begun, *key)
        return DrawnLayer(publish_tensors(name, lambda: _tensors(whole)), 1.0)
    coarse = computation.preview
    url = publish_tensors(f"coarse-{name}", lambda: _tensors(coarse)) if coarse else None
    return DrawnLayer(url, computation.share)


def _tensors(heatmap: Heatmap) -> dict[str, np.ndarray]:
    tensors = {"values": heatmap.values, "edges": heatmap.edges[[0, -1]].astype(np.float32)}
    if heatmap.classes is None:
        return tensors | {"limits": np.percentile(heatmap.values, _LIMITS).astype(np.float32)}
    return tensors | {"classes": heatmap.classes, "limits": np.array([0, 1], np.float32)}
