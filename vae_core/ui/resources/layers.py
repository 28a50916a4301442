"""The map's layers: which fields can be drawn under its points, and how each is put into words."""

from collections.abc import Callable
from dataclasses import dataclass

from vae_core.latent import heatmaps
from vae_core.latent.heatmaps import Heatmap
from vae_core.latent.latent_map import LatentMap
from vae_core.networks.network import Network


@dataclass(frozen=True)
class Layer:
    """One field as the page offers it."""

    label: str
    legend: str
    """What the values are, with their unit."""
    help: str
    """One line: what to see in it."""
    compute: Callable[[Network, LatentMap], Heatmap]


LAYERS = {
    "density": Layer(
        "Density",
        "share of the digits per unit of area",
        "Where the digits are, each as wide as its posterior. The prior would be a round hill, 0.159 at its top.",
        heatmaps.density,
    ),
    "regions": Layer(
        "Regions",
        "the class that most of the 50 nearest digits have; the fainter, the fewer agree",
        "How a nearest-neighbour classifier would divide the plane.",
        heatmaps.regions,
    ),
    "magnification": Layer(
        "Magnification",
        "\u00bd log det J\u2032J of the decoder",
        "How fast the decoded picture changes there. Seams part regions that are alike inside.",
        heatmaps.magnification,
    ),
    "width": Layer(
        "Posterior width",
        "standard deviation in units of z, geometric mean of both axes",
        "How unsure the encoder is about the digit decoded there.",
        heatmaps.width,
    ),
}
"""By name."""
