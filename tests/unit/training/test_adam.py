"""Adam against its algorithm, in double precision."""

import numpy as np
import tensorflow as tf

from vae_core.training.adam import descend, new_learner

RATE, BETA_1, BETA_2 = 0.1, 0.5, 0.9


def test_three_steps_are_those_of_the_algorithm():
    noise = np.random.default_rng(0)
    weights = [noise.normal(size=(3, 2)).astype(np.float32), noise.normal(size=2).astype(np.float32)]
    expected = [weight.astype(float) for weight in weights]
    means, squares = ([np.zeros_like(weight) for weight in expected] for _ in range(2))
    learner = new_learner([tf.constant(weight) for weight in weights])
    for step in (1, 2, 3):
        gradients = [noise.normal(size=weight.shape).astype(np.float32) for weight in weights]
        learner = descend(learner, gradients, RATE, tf.constant(float(step)), BETA_1, BETA_2)
        for i, gradient in enumerate(gradients):
            means[i] = BETA_1 * means[i] + (1 - BETA_1) * gradient
            squares[i] = BETA_2 * squares[i] + (1 - BETA_2) * gradient.astype(float) ** 2
            unbiased = means[i] / (1 - BETA_1**step), squares[i] / (1 - BETA_2**step)
            expected[i] -= RATE * unbiased[0] / (np.sqrt(unbiased[1]) + 1e-8)
    for found, wanted in zip(learner.weights, expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_without_a_memory_of_gradients_the_first_step_is_as_long_as_the_rate():
    """And a weight without a gradient stays where it is."""
    gradients = [np.array([5.0, -0.01, 0.0], np.float32)]
    learner = descend(new_learner([tf.constant([1.0, 1.0, 1.0])]), gradients, 0.1, tf.constant(1.0), 0.0, 0.99)
    np.testing.assert_allclose(learner.weights[0], [0.9, 1.1, 1.0], rtol=1e-5)
