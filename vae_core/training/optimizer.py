"""The optimizer of a training and its learning-rate schedule."""

# Keras's ops return None as far as their annotations go.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false

from typing import Any

import keras
from keras import ops

from vae_core.config import TrainingConfig

_WARMUP = 0.2
"""The share of the steps over which the learning rate rises."""


class WarmupDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises linearly over the first fifth of the steps, then falls linearly to 0 at the last."""

    def __init__(self, highest: float, steps: int):
        """highest: the learning rate at its peak; steps: of the whole training."""
        self.highest, self.steps = highest, steps

    def __call__(self, step):
        """The learning rate of a step, counted from 0."""
        share = (ops.cast(step, "float32") + 1.0) / self.steps
        return self.highest * ops.minimum(share / _WARMUP, (1.0 - share) / (1.0 - _WARMUP))


def build_optimizer(config: TrainingConfig, steps: int) -> keras.Optimizer:
    """The optimizer of a config. steps: gradient steps of the whole training, over which the schedule runs."""
    rate: Any = config.learning_rate
    if config.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    elif config.schedule == "linear":
        rate = WarmupDecay(rate, steps)
    rules = {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}
    return rules[config.optimizer](rate, global_clipnorm=config.clip_norm or None)
