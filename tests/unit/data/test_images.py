"""Images become pixels and pixels images, to the grey level."""

import numpy as np

from vae_core.data.images import to_images, to_pixels


def test_pixels_are_greys_over_255_and_come_back_exactly():
    images = np.zeros((2, 28, 28), np.uint8)
    images[1].flat[:256] = range(256)
    pixels = to_pixels(images)
    assert pixels.shape == (2, 784)
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels[1, :256], [grey / 255 for grey in range(256)], rtol=1e-7)
    np.testing.assert_array_equal(to_images(pixels), images)


def test_images_round_to_the_nearest_grey():
    pixels = np.full((1, 784), 100.4 / 255)
    pixels[0, 0] = 100.6 / 255
    assert to_images(pixels)[0, 0, :2].tolist() == [101, 100]
