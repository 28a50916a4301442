"""How near pictures are to the digits that a model was trained on, and whether they are copies of one of them."""

import numpy as np

from vae_core.cores import for_each
from vae_core.data.images import PIXELS, to_pixels

NEAR = 1 / 3
"""A picture is a near copy if its nearest digit is so much nearer than the second nearest, at least (Yoon et al. 2023,
"Diffusion probabilistic models generalize when they fail to memorize")."""

_BLOCK = 5000
"""So many training digits are compared with all pictures at a time: 20 MB of distances for 1,000 pictures."""


def two_nearest(pixels: np.ndarray, training: np.ndarray, itself: bool = False) -> np.ndarray:
    """How far the nearest and the second nearest training digit of each picture are: (N, 2) float32.

    In grey levels from 0 to 255, as the root mean square over the pixels; infinite where there is none. pixels: (N,
    784) float32 in [0, 1]; training: (M, 28, 28) uint8; itself: whether the pictures are the first N of these, so that
    each is not compared with itself.
    """
    squares = np.einsum("nd,nd->n", pixels, pixels)[:, None]

    def of_block(first: int) -> np.ndarray:
        nearest = np.full((len(pixels), 2), np.inf, np.float32)
        block = to_pixels(training[first : first + _BLOCK])
        distances = (-2 * pixels) @ block.T
        distances += squares
        distances += np.einsum("md,md->m", block, block)
        if itself:
            own = np.arange(first, min(first + len(block), len(pixels)))
            distances[own, own - first] = np.inf
        for k in range(min(2, len(block))):  # the nearest, then the nearest of the others
            place = distances.argmin(axis=1)[:, None]
            nearest[:, k] = np.take_along_axis(distances, place, axis=1)[:, 0]
            np.put_along_axis(distances, place, np.inf, axis=1)
        return nearest

    parts = list(for_each(of_block, range(0, len(training), _BLOCK)))
    nearest = np.sort(np.concatenate(parts, axis=1), axis=1)[:, :2]
    return 255 * np.sqrt(nearest.clip(0) / PIXELS)


def near_copies(nearest: np.ndarray) -> np.ndarray:
    """Which pictures are near copies, (N,) bool. nearest: as from `two_nearest`."""
    return nearest[:, 0] < NEAR * nearest[:, 1]
