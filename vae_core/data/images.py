"""Conversion of a digit's 28 x 28 image between uint8 and pixels in [0, 1]."""

import numpy as np

IMAGE_SIDE = 28
PIXELS = IMAGE_SIDE * IMAGE_SIDE


def to_pixels(images: np.ndarray) -> np.ndarray:
    """images: (N, 28, 28) uint8. Returns (N, 784) float32 in [0, 1]."""
    return images.reshape(-1, PIXELS).astype(np.float32) / np.float32(255)


def to_images(pixels: np.ndarray) -> np.ndarray:
    """pixels: (N, 784) floats in [0, 1]. Returns (N, 28, 28) uint8, rounded to the nearest of the 256 greys."""
    return np.rint(pixels * 255).astype(np.uint8).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)
