"""A classifier of digits in NumPy: how probable each class is, and the features by which it tells them apart.

hidden = max(x W + b, 0), layer by layer;   logits = hidden W + b;   probabilities = softmax(logits)
"""

import functools
import itertools
from dataclasses import dataclass

import numpy as np

from vae_core.data.images import PIXELS
from vae_core.networks.dense import ACTIVATIONS, Layer, affine, digest
from vae_core.storage.tensors import Shapes, Tensors

WIDTHS = (512, 512)
"""Of the hidden layers."""

CLASSES = 10


@dataclass(frozen=True)
class Classifier:
    """The weights of a classifier. Immutable, so threads can share it."""

    hidden: tuple[Layer, ...]
    output: Layer

    @classmethod
    def from_tensors(cls, tensors: Tensors) -> "Classifier":
        """tensors: with the names and shapes of `classifier_shapes`, not checked here."""
        layers = [(tensors[f"{name}.kernel"], tensors[f"{name}.bias"]) for name in _sizes()]
        return cls(tuple(layers[:-1]), layers[-1])

    def features(self, pixels: np.ndarray) -> np.ndarray:
        """The activations of the last hidden layer. pixels: (N, 784) float32 in [0, 1]. Returns (N, 512) float32."""
        for layer in self.hidden:
            pixels = ACTIVATIONS["relu"](affine(layer, pixels))
        return pixels

    def logits(self, features: np.ndarray) -> np.ndarray:
        """features: (N, 512), as from `features`. Returns (N, 10) float32."""
        return affine(self.output, features)

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """features: (N, 512), as from `features`. Returns (N, 10) float32, which add up to 1 for each digit."""
        logits = self.logits(features)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))  # the largest is 1: none overflows
        return powers / powers.sum(axis=1, keepdims=True)

    def classes(self, pixels: np.ndarray) -> np.ndarray:
        """The most probable class of each digit. pixels: (N, 784) float32 in [0, 1]. Returns (N,) integers in 0..9."""
        return self.logits(self.features(pixels)).argmax(axis=1)

    @functools.cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits: a hash of the weights."""
        return digest((*self.hidden, self.output))


def _sizes() -> dict[str, tuple[int, int]]:
    """The inputs and outputs of each layer by its name, from the first to the last."""
    sizes = (PIXELS, *WIDTHS, CLASSES)
    names = (*(f"hidden.{i}" for i in range(len(WIDTHS))), "logits")
    return dict(zip(names, itertools.pairwise(sizes), strict=True))


def classifier_shapes() -> Shapes:
    """The tensors of a classifier: kernels (inputs, outputs) and biases (outputs,), all float32."""
    shapes: Shapes = {}
    for name, (inputs, outputs) in _sizes().items():
        shapes[f"{name}.kernel"], shapes[f"{name}.bias"] = ((inputs, outputs), np.float32), ((outputs,), np.float32)
    return shapes
