"""The functions of dense layers: their values and slopes, and nothing overflows."""

import math

import numpy as np
import pytest

from vae_core.networks.dense import ACTIVATIONS, DERIVATIVES, sigmoid, weights


def test_no_logit_overflows_the_sigmoid():
    """Warnings are errors here, so an overflow inside would fail."""
    logits = np.array([-np.inf, -1e30, -200, -1, 0, 1, 200, 1e30, np.inf], np.float32)
    expected = [0, 0, 0, 1 / (1 + math.e), 0.5, 1 / (1 + math.exp(-1)), 1, 1, 1]
    np.testing.assert_allclose(sigmoid(logits), expected, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("relu", [0, 0, 0.5, 3]),
        ("silu", [-0.142278, 0, 0.311230, 2.857722]),
        ("leaky relu", [-0.6, 0, 0.5, 3]),
    ],
)
def test_the_functions_are_those_of_their_papers(name: str, expected: list[float]):
    np.testing.assert_allclose(ACTIVATIONS[name](np.array([-3, 0, 0.5, 3])), expected, atol=1e-6)


@pytest.mark.parametrize("name", DERIVATIVES)
def test_a_slope_is_that_of_its_function(name: str):
    """Against central differences; ReLU has its kink at 0."""
    x, step = np.array([-20, -2.5, -0.7, 0.3, 1.6, 20]), 1e-6
    expected = (ACTIVATIONS[name](x + step) - ACTIVATIONS[name](x - step)) / (2 * step)
    np.testing.assert_allclose(DERIVATIVES[name](x), expected, atol=1e-8)


@pytest.mark.parametrize("name", DERIVATIVES)
def test_no_input_overflows_a_function_or_its_slope(name: str):
    x = np.array([-1e30, -200, 200, 1e30], np.float32)
    np.testing.assert_allclose(ACTIVATIONS[name](x), [0, 0, 200, 1e30], rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(DERIVATIVES[name](x), [0, 0, 1, 1])


def test_weights_are_kernels_and_biases():
    assert weights(((np.zeros((3, 5)), np.zeros(5)), (np.zeros((5, 2)), np.zeros(2)))) == 15 + 5 + 10 + 2
