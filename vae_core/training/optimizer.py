"""The optimizer of a training, and its learning rate over time."""

# Keras's ops return None as far as their annotations go.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false

from typing import Any

import keras
from keras import ops

from vae_core.config import TrainingConfig

_WARMUP = 0.2
"""The share of the steps in which the learning rate rises."""


class WarmupDecay(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rate of step k (from 0) of n: rises in a line for a fifth of the steps, then falls to zero."""

    def __init__(self, highest: float, steps: int):
        self.highest, self.steps = highest, steps

    def __call__(self, step):
        share = (ops.cast(step, "float32") + 1.0) / self.steps
        return self.highest * ops.minimum(share / _WARMUP, (1.0 - share) / (1.0 - _WARMUP))


def build_optimizer(config: TrainingConfig, steps: int) -> keras.Optimizer:
    """The config's optimizer. steps: gradient steps of the whole training, which the schedule spans."""
    rate: Any = config.learning_rate
    if config.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    elif config.schedule == "linear":
        rate = WarmupDecay(rate, steps)
    rules = {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}
    return rules[config.optimizer](rate, global_clipnorm=config.clip_norm or None)
