"""Heatmaps of what a decoder draws, for models without an encoder too: no digits are needed, only the plane.

judged          the class that the judge takes each drawing for, and how probable it finds that class
realness        a discriminator's logit of each drawing, D(G(z)): the higher, the more real it finds it
magnification   how much the drawing changes with z: the logarithm of the magnification factor

All have cells on the same square, from -EXTENT to EXTENT on both axes, which holds 99.5 % of the prior.
"""

from collections.abc import Callable

import numpy as np

from vae_core.data.images import PIXELS
from vae_core.latent.geometry import log_magnification
from vae_core.latent.heatmaps import Heatmap, OnProgress, in_blocks, square
from vae_core.networks.classifier import Classifier
from vae_core.networks.decoder import Decoder
from vae_core.networks.discriminator import Discriminator

EXTENT = 3.0


def judged(decoder: Decoder, judge: Classifier, cells: int, on_progress: OnProgress) -> Heatmap:
    """The most probable class of what is drawn at each cell's centre, and the probability that the judge gives it."""
    probabilities = _of_drawings(
        lambda pixels: judge.probabilities(judge.features(pixels)), decoder, cells, on_progress
    )
    classes = square(probabilities.argmax(axis=1)).astype(np.uint8)
    return Heatmap(_edges(cells), square(probabilities.max(axis=1)), classes)


def realness(decoder: Decoder, discriminator: Discriminator, cells: int, on_progress: OnProgress) -> Heatmap:
    """The discriminator's logit of what is drawn at each cell's centre."""
    return Heatmap(_edges(cells), square(_of_drawings(discriminator.logits, decoder, cells, on_progress)))


def magnification(decoder: Decoder, cells: int, on_progress: OnProgress) -> Heatmap:
    """log sqrt(det J'J) at each cell's centre, with J the decoder's Jacobian."""
    edges = _edges(cells)
    return Heatmap(edges, square(in_blocks(lambda z: log_magnification(decoder, z), edges, on_progress)))


def _of_drawings(
    measure: Callable[[np.ndarray], np.ndarray], decoder: Decoder, cells: int, on_progress: OnProgress
) -> np.ndarray:
    """What `measure` makes of the drawings (B, 784) at the cells' centres, row by row: (n * n, ...)."""
    return in_blocks(lambda z: measure(decoder.decode(z).reshape(-1, PIXELS)), _edges(cells), on_progress)


def _edges(cells: int) -> np.ndarray:
    return np.linspace(-EXTENT, EXTENT, cells + 1)
