"""The training of the judge, the classifier that scores what models draw.

It minimises the cross-entropy of softened labels (Szegedy et al. 2016, section 7) on digits that are distorted anew
each time, and ends with the mean of its weights over the last steps (Polyak and Juditsky 1992), exponentially weighted.

Invariant: the weights depend only on the digits, the seed and the machine.
"""

# TensorFlow has no types to speak of; Keras's ops return None as far as their annotations go.
# pyright: reportCallIssue=false, reportOptionalOperand=false, reportArgumentType=false

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from vae_core.data.images import PIXELS
from vae_core.networks.classifier import CLASSES, WIDTHS
from vae_core.storage.tensors import Tensors
from vae_core.training.augmentation import bend

STEPS = 11_700
"""Sixty epochs of 50,000 digits."""

_BATCH = 256
_RATE = 0.001
_SOFTENING = 0.02
"""The share of a label's probability that all ten classes share."""
_AVERAGING = 0.999
"""What the mean of the weights keeps of itself at each step: it reaches back over some thousand steps."""
_STEPS_PER_CALL = 25


def train_judge(
    images: np.ndarray,
    labels: np.ndarray,
    seed: int,
    steps: int = STEPS,
    on_step: Callable[[float], None] = lambda share: None,
) -> Tensors:
    """Train a classifier. images: (N, 28, 28) uint8; labels: (N,) uint8 in 0..9; seed: of all random numbers.

    on_step: called every few steps with the share of them that is done. Returns float32 tensors with the names and
    shapes of `classifier_shapes`.
    """
    model = _build(seed)
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(_RATE, steps), use_ema=True, ema_momentum=_AVERAGING
    )
    optimizer.build(model.trainable_weights)
    pixels, classes = tf.constant(images.reshape(-1, PIXELS)), tf.constant(labels, tf.int32)

    def gradient_step(step):
        rows = tf.random.stateless_uniform((_BATCH,), (seed, 2 * step), maxval=len(images), dtype=tf.int32)
        seen = bend(tf.cast(tf.gather(pixels, rows), tf.float32) / 255.0, (seed, 2 * step + 1))
        targets = ops.one_hot(tf.gather(classes, rows), CLASSES) * (1 - _SOFTENING) + _SOFTENING / CLASSES
        with tf.GradientTape() as tape:
            loss = ops.mean(ops.categorical_crossentropy(targets, model(seen), from_logits=True))
        optimizer.apply(tape.gradient(loss, [weight.value for weight in model.trainable_weights]))
        return step + 1

    @tf.function(jit_compile=True)
    def take(first, last):
        tf.while_loop(lambda step: step < last, lambda step: (gradient_step(step),), (first,))

    for first in range(0, steps, _STEPS_PER_CALL):
        last = min(first + _STEPS_PER_CALL, steps)
        take(tf.constant(first), tf.constant(last))
        on_step(last / steps)
    optimizer.finalize_variable_values(model.trainable_weights)  # the mean takes the place of the last weights
    return {
        f"{layer.name}.{variable.name}": np.array(variable.numpy())
        for layer in model.layers
        for variable in layer.weights
    }


def _build(seed: int) -> keras.Model:
    """pixels (B, 784) -> logits (B, 10). Kernels of hidden layers: N(0, 2 / inputs), cut at two standard deviations (He
    et al. 2015, equation 10)."""
    pixels = hidden = keras.Input((PIXELS,))
    for i, width in enumerate(WIDTHS):
        start = keras.initializers.HeNormal(seed + i)
        hidden = layers.Dense(width, activation="relu", kernel_initializer=start, name=f"hidden.{i}")(hidden)
    start = keras.initializers.LecunNormal(seed + len(WIDTHS))
    return keras.Model(pixels, layers.Dense(CLASSES, kernel_initializer=start, name="logits")(hidden))
