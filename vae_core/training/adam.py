"""Adam as a pure function (Kingma and Ba 2015, algorithm 1): weights and what is remembered of their gradients -> new.

Keras's optimizers change variables in place. A GAN has two networks that must not touch one another, and a step that
returns what it makes can be tested for that.
"""

# TensorFlow has no types to speak of.
# pyright: reportAttributeAccessIssue=false

from typing import Any, NamedTuple

import tensorflow as tf

_EPSILON = 1e-8

Arrays = list[Any]
"""float32 tensors: kernel and bias of each layer, in order."""


class Learner(NamedTuple):
    """A network in training."""

    weights: Arrays
    means: Arrays
    """Of each weight's gradients, forgetting with beta_1."""
    squares: Arrays
    """Of their squares, forgetting with beta_2."""


def new_learner(weights: Arrays) -> Learner:
    """A learner before its first step."""
    return Learner(weights, [tf.zeros_like(one) for one in weights], [tf.zeros_like(one) for one in weights])


def descend(learner: Learner, gradients: Arrays, rate, step, beta_1: float, beta_2: float) -> Learner:
    """One step of Adam. rate: the learning rate, a scalar; step: which one it is, counted from 1, float32."""
    means = [beta_1 * m + (1 - beta_1) * g for m, g in zip(learner.means, gradients, strict=True)]
    squares = [beta_2 * v + (1 - beta_2) * g * g for v, g in zip(learner.squares, gradients, strict=True)]
    first, second = 1 - tf.pow(beta_1, step), 1 - tf.pow(beta_2, step)  # both means begin at 0
    weights = [
        w - rate * (m / first) / (tf.sqrt(v / second) + _EPSILON)
        for w, m, v in zip(learner.weights, means, squares, strict=True)
    ]
    return Learner(weights, means, squares)
