"""The map's layers: which heatmaps can be drawn under its points, and what the page says of each."""

from collections.abc import Callable
from dataclasses import dataclass

from vae_core.latent import heatmaps
from vae_core.latent.heatmaps import Heatmap
from vae_core.latent.latent_map import LatentMap
from vae_core.networks.network import Network


@dataclass(frozen=True)
class MapLayer:
    """One heatmap as the page offers it."""

    label: str
    legend: str
    """What the values are, with their unit."""
    help: str
    """One line: what to see in it."""
    compute: Callable[[Network, LatentMap], Heatmap]


LAYERS = {
    "density": MapLayer(
        "Density",
        "share of the digits per unit of area",
        "Where the digits are, each as wide as its posterior. The prior would be a round hill, 0.159 at its top.",
        heatmaps.density,
    ),
    "regions": MapLayer(
        "Regions",
        "the commonest class of the 50 nearest digits; the fainter, the fewer agree",
        "How a nearest-neighbour classifier would divide the plane.",
        heatmaps.regions,
    ),
    "magnification": MapLayer(
        "Magnification",
        "\u00bd log det J\u2032J of the decoder",
        "How fast the decoded picture changes there, counted in pixels. Seams part regions that are alike inside. "
        "Counted by how well pictures are told from noise (the Fisher metric), the order of places is nearly the same: "
        "rank correlation 0.999 for deep, 0.997 for the post's recipe.",
        heatmaps.magnification,
    ),
    "width": MapLayer(
        "Posterior width",
        "standard deviation in units of z, geometric mean of both axes",
        "How unsure the encoder is about the digit decoded there.",
        heatmaps.width,
    ),
}
"""By name."""
