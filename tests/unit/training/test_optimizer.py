"""The optimizer is the config's, and its learning rate follows the schedule from the first step to the last."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from vae_core.config import TrainingConfig
from vae_core.training.optimizer import build_optimizer


@pytest.mark.parametrize(("name", "expected"), [("adam", keras.optimizers.Adam), ("rmsprop", keras.optimizers.RMSprop)])
def test_the_optimizer_is_the_configs(name: str, expected: type):
    assert type(build_optimizer(TrainingConfig(optimizer=name), steps=10)) is expected


RATES: dict[str, Callable[[float], float]] = {
    "constant": lambda share: 1.0,
    "linear": lambda share: min(share / 0.2, (1 - share) / 0.8),
    "cosine": lambda share: (1 + math.cos(math.pi * share)) / 2,
}
"""The share of the learning rate, by the share of the training that lies behind the step."""


@pytest.mark.parametrize("schedule", RATES)
def test_the_learning_rate_follows_its_schedule_from_the_first_step_to_the_last(schedule: str):
    config, steps = TrainingConfig(schedule=schedule, learning_rate=0.02), 40
    optimizer = build_optimizer(config, steps)
    optimizer.build([keras.Variable(np.zeros(3, np.float32))])
    found = []
    for step in range(steps):
        optimizer.variables[0].assign(step)  # how many it has taken
        rate: Any = optimizer.learning_rate  # which the stubs do not know as a tensor
        found.append(float(np.asarray(rate)))
    ahead = 1 if schedule == "linear" else 0  # its first step is not lost on a rate of zero
    expected = [0.02 * RATES[schedule]((step + ahead) / steps) for step in range(steps)]
    np.testing.assert_allclose(found, expected, atol=1e-8)
    assert max(found) == pytest.approx(0.02)


def test_the_post_steps_as_kerass_rmsprop_does():
    """One step from zero: w -= rate * g / sqrt(0.1 g^2 + 1e-7)."""
    weights, gradient = keras.Variable(np.zeros(3, np.float32)), np.array([1e-4, -1.0, 50.0])
    optimizer = build_optimizer(TrainingConfig(), steps=10)
    optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")], [weights])
    np.testing.assert_allclose(weights.numpy(), -1e-3 * gradient / np.sqrt(0.1 * gradient**2 + 1e-7), rtol=1e-5)
