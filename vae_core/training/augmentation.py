"""Augmentation: random changes to what an encoder or the judge is shown in training, against overfitting.

A VAE's decoder sees none of them, because it does not overfit: see pretrained/README.md. All functions are
deterministic: `seed`, a pair of int32, decides the random numbers.
"""

# TensorFlow has no types to speak of.
# pyright: reportAttributeAccessIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportArgumentType=false

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from scipy.interpolate import CubicSpline

from vae_core.data.images import IMAGE_SIDE, PIXELS


class Limits(NamedTuple):
    """The limits of the random rotation (radians), scaling (share of the size), shear (share), translation (pixels)."""

    turn: float
    stretch: float
    shear: float
    shift: float


ENCODER = Limits(turn=0.15, stretch=0.1, shear=0.1, shift=1.5)
JUDGE = Limits(turn=0.21, stretch=0.12, shear=0.15, shift=2.0)

_BEND = 1.0
"""The standard deviation, in pixels, by which `bend` moves each of the nodes that lie evenly over a digit."""
_NODES = 5
"""So many in each direction."""
_SPLINE = CubicSpline(np.arange(_NODES), np.eye(_NODES), bc_type="natural")(np.linspace(0, _NODES - 1, IMAGE_SIDE))
"""(28, 5): from the values at the nodes of a row to those at its pixels, by a cubic spline."""


def mask(pixels, share: float, seed):
    """Make a random share of the pixels black, and the others brighter by 1 / (1 - share), which keeps the mean.

    This is dropout of the input (Srivastava et al. 2014). pixels: (B, 784) float32; share: in [0, 1), rounded to a
    multiple of 1/256. Returns (B, 784) float32, which may exceed 1.
    """
    # Random bytes rather than floats: XLA draws them forty times as fast.
    integers = tf.random.stateless_uniform((len(pixels), PIXELS // 4), seed, minval=None, maxval=None, dtype=tf.int32)
    random_bytes = tf.reshape(tf.bitcast(integers, tf.uint8), pixels.shape)
    hidden = round(256 * share)
    return pixels * tf.cast(random_bytes >= hidden, tf.float32) * (256 / (256 - hidden))


def affine(pixels, seed):
    """Rotate, scale, shear and shift each digit about its centre, by random amounts within the limits of the encoder.

    Each pixel of the result is taken from where the inverse map puts it, by bilinear interpolation; outside the image
    it is black. pixels: (B, 784) float32. Returns (B, 784) float32.
    """
    return _interpolate(pixels, *_origins(len(pixels), seed, ENCODER))


def bend(pixels, seed):
    """The same within the limits of the judge, and bent as if drawn on rubber (Simard et al. 2003, section 2).

    pixels: (B, 784) float32. Returns (B, 784) float32.
    """
    x, y = _origins(len(pixels), seed, JUDGE)
    nodes = _BEND * tf.random.stateless_normal((2, len(pixels), _NODES, _NODES), seed)
    spline = tf.constant(_SPLINE, tf.float32)
    moved = tf.reshape(spline @ nodes @ tf.transpose(spline), (2, -1, PIXELS))  # in pixels
    return _interpolate(pixels, x + moved[0], y + moved[1])


def _origins(count: int, seed, limits: Limits):
    """Where random affine maps take each pixel of `count` digits from: x and y, each (count, 784), in pixels."""
    uniform = tf.random.stateless_uniform((6, count, 1), seed, minval=-1.0, maxval=1.0)
    turn, shear = limits.turn * uniform[0], limits.shear * uniform[1]  # (B, 1)
    width, height = 1 + limits.stretch * uniform[2], 1 + limits.stretch * uniform[3]
    middle = (IMAGE_SIDE - 1) / 2
    y, x = (
        tf.reshape(axis, (1, PIXELS)) - middle
        for axis in tf.meshgrid(*2 * [tf.range(float(IMAGE_SIDE))], indexing="ij")
    )
    from_x = (tf.cos(turn) * width) * x + (shear - tf.sin(turn) * height) * y + middle + limits.shift * uniform[4]
    from_y = (tf.sin(turn) * width) * x + (tf.cos(turn) * height) * y + middle + limits.shift * uniform[5]
    return from_x, from_y


def _interpolate(pixels, x, y):
    """The values of images (B, 784) at points x, y (B, 784), in pixels, by bilinear interpolation; outside it is 0."""
    side = IMAGE_SIDE + 2  # with a black border, onto which points outside are clipped
    images = tf.reshape(pixels, (-1, IMAGE_SIDE, IMAGE_SIDE))
    bordered = tf.reshape(tf.pad(images, ((0, 0), (1, 1), (1, 1))), (-1, side * side))
    x, y = (tf.clip_by_value(axis + 1, 0.0, side - 1.001) for axis in (x, y))
    left, top = tf.floor(x), tf.floor(y)
    right_share, low_share = x - left, y - top
    corner = tf.cast(top * side + left, tf.int32)

    def at(offset: int):
        return tf.gather(bordered, corner + offset, batch_dims=1)

    above = at(0) * (1 - right_share) + at(1) * right_share
    below = at(side) * (1 - right_share) + at(side + 1) * right_share
    return above * (1 - low_share) + below * low_share
