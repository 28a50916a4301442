"""Dense layers in NumPy: f(x W + b), with the activation f ReLU, SiLU or a leaky ReLU; and the derivatives of f.

ReLU is max(x, 0); SiLU is x sigmoid(x) (Elfwing et al. 2018, section 2); the leaky ReLU is max(x, LEAK x).
"""

import hashlib

import numpy as np

from vae_core.storage.tensors import Tensors

LEAK = 0.2
"""Slope of a discriminator's leaky ReLU below 0 (Radford, Metz and Chintala 2016)."""

Layer = tuple[np.ndarray, np.ndarray]
"""kernel (inputs, outputs) and bias (outputs,), float32."""


def affine(layer: Layer, x: np.ndarray) -> np.ndarray:
    """x W + b. x: (N, inputs). Returns (N, outputs).

    On overflow the result contains infinity or NaN, without a warning; the caller checks for it.
    """
    kernel, bias = layer
    with np.errstate(over="ignore", invalid="ignore"):
        result = x @ kernel
        result += bias  # in place: new memory costs more than the addition
    return result


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-logits)), computed with tanh, which does not overflow. Any shape."""
    return 0.5 + 0.5 * np.tanh(0.5 * logits)


def weights(layers: tuple[Layer, ...]) -> int:
    """How many parameters the layers have: kernels and biases."""
    return sum(kernel.size + bias.size for kernel, bias in layers)


def digest(layers: tuple[Layer, ...]) -> str:
    """Sixteen hexadecimal digits: a hash of the layers' weights."""
    return hashlib.sha256(b"".join(array.tobytes() for layer in layers for array in layer)).hexdigest()[:16]


def _relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def _silu(x: np.ndarray) -> np.ndarray:
    quotient = np.negative(x)
    with np.errstate(over="ignore"):  # for x << 0, exp(-x) is infinity and the quotient 0, which is right
        np.exp(quotient, out=quotient)  # in place: a quarter faster
    quotient += 1
    return np.divide(x, quotient, out=quotient)


def _leaky_relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, LEAK * x)


def _relu_derivative(x: np.ndarray) -> np.ndarray:
    return x > 0


def _silu_derivative(x: np.ndarray) -> np.ndarray:
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


ACTIVATIONS = {"relu": _relu, "silu": _silu, "leaky relu": _leaky_relu}
"""f by its name in a config's `activation`; "leaky relu" is a discriminator's."""

DERIVATIVES = {"relu": _relu_derivative, "silu": _silu_derivative}
"""df/dx of those that a decoder may have."""


def through(layers: tuple[Layer, ...], x: np.ndarray, activation: str) -> np.ndarray:
    """Apply hidden layers in order. x: (N, inputs of the first). Returns (N, outputs of the last)."""
    for layer in layers:
        x = ACTIVATIONS[activation](affine(layer, x))
    return x


def layer_of(tensors: Tensors, name: str) -> Layer:
    """The layer of this name."""
    return tensors[f"{name}.kernel"], tensors[f"{name}.bias"]


def hidden_layers(tensors: Tensors, part: str) -> tuple[Layer, ...]:
    """The hidden layers of a part of a network, "encoder" for instance, in order."""
    depth = sum(name.startswith(f"{part}.hidden.") and name.endswith(".kernel") for name in tensors)
    return tuple(layer_of(tensors, f"{part}.hidden.{i}") for i in range(depth))
