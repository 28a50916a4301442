"""Dense layers in NumPy: hidden = f(x W + b), with f ReLU or SiLU, and the slopes of f.

SiLU is x sigmoid(x) (Elfwing et al. 2018, section 2).
"""

import numpy as np

Layer = tuple[np.ndarray, np.ndarray]
"""kernel (inputs, outputs) and bias (outputs,), float32."""


def affine(layer: Layer, x: np.ndarray) -> np.ndarray:
    """x W + b. x: (N, inputs). Returns (N, outputs), which overflow silently: whoever returns them checks."""
    kernel, bias = layer
    with np.errstate(over="ignore", invalid="ignore"):
        return x @ kernel + bias


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-logits)), written with tanh so that no logit overflows."""
    return 0.5 + 0.5 * np.tanh(0.5 * logits)


def weights(layers: tuple[Layer, ...]) -> int:
    """How many numbers the layers hold: kernels and biases."""
    return sum(kernel.size + bias.size for kernel, bias in layers)


def _relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def _silu(x: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # exp of a lot is infinity, and x over that is zero, as it should be
        return x / (1 + np.exp(-x))


def _slope_of_relu(x: np.ndarray) -> np.ndarray:
    return x > 0


def _slope_of_silu(x: np.ndarray) -> np.ndarray:
    rising = sigmoid(x)
    return rising * (1 + x * (1 - rising))


ACTIVATIONS = {"relu": _relu, "silu": _silu}
"""f, by the name that `TrainingConfig.activation` has for it."""

SLOPES = {"relu": _slope_of_relu, "silu": _slope_of_silu}
"""df/dx, by the same names."""
