"""What the encoder is shown in place of a training digit, so that it learns what digits are like and none by heart.

The encoder overfits, the decoder does not: see pretrained/README.md. So only the encoder is shown distorted digits.
Chance comes from a seed, two int32: the same seed distorts in the same way.
"""

# TensorFlow has no types to speak of.
# pyright: reportAttributeAccessIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportArgumentType=false

import tensorflow as tf

from vae_core.data.images import IMAGE_SIDE, PIXELS

TURN, STRETCH, SHEAR, SHIFT = 0.15, 0.1, 0.1, 1.5
"""How far a digit is bent at most: radians, share of its width and of its height, share, pixels to each side."""


def mask(pixels, share: float, seed):
    """The pixels (B, 784) float32 with a share of them black and the others brighter: the mean stays.

    Chance comes in bytes, which XLA draws forty times as fast as real numbers: the share is one of 256.
    """
    words = tf.random.stateless_uniform((len(pixels), PIXELS // 4), seed, minval=None, maxval=None, dtype=tf.int32)
    chance = tf.reshape(tf.bitcast(words, tf.uint8), pixels.shape)
    hidden = round(256 * share)
    return pixels * tf.cast(chance >= hidden, tf.float32) * (256 / (256 - hidden))


def affine(pixels, seed):
    """The digits (B, 784) float32 turned, stretched, sheared and shifted about the middle, each by a chance of its own.

    Every pixel of the bent digit is looked up where it comes from, between the four nearest (bilinear).
    """
    chance = tf.random.stateless_uniform((6, len(pixels), 1), seed, minval=-1.0, maxval=1.0)
    turn, shear = TURN * chance[0], SHEAR * chance[1]
    width, height = 1 + STRETCH * chance[2], 1 + STRETCH * chance[3]
    middle = (IMAGE_SIDE - 1) / 2
    y, x = (
        tf.reshape(axis, (1, PIXELS)) - middle
        for axis in tf.meshgrid(*2 * [tf.range(float(IMAGE_SIDE))], indexing="ij")
    )
    from_x = (tf.cos(turn) * width) * x + (shear - tf.sin(turn) * height) * y + middle + SHIFT * chance[4]
    from_y = (tf.sin(turn) * width) * x + (tf.cos(turn) * height) * y + middle + SHIFT * chance[5]
    return _looked_up(pixels, from_x, from_y)


def _looked_up(pixels, x, y):
    """The brightness of digits (B, 784) at points x, y (B, 784) in pixels, black outside."""
    side = IMAGE_SIDE + 2  # a black border, in which all that lies outside is looked up
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
