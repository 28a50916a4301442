"""The decoder of a VAE in NumPy: latent points -> digits, without TensorFlow.

    hidden = f(z W + b), layer by layer;   logits = hidden W + b;   pixels = sigmoid(logits)

Invariant: Keras (training/vae.py), NumPy (here) and the browser (ui/browser/decoder.js) compute the same pixels from
the same tensors, to within one grey level.
"""

import functools
from dataclasses import dataclass

import numpy as np

from vae_core.config import LATENT_DIM
from vae_core.data.images import IMAGE_SIDE
from vae_core.networks.dense import (
    ACTIVATIONS,
    DERIVATIVES,
    Layer,
    affine,
    digest,
    hidden_layers,
    layer_of,
    sigmoid,
    through,
)
from vae_core.storage.tensors import Tensors


@dataclass(frozen=True)
class Decoder:
    """The weights of a decoder. Immutable, so threads can share it."""

    hidden: tuple[Layer, ...]
    output: Layer
    """From the last hidden layer to the pixels' logits."""
    activation: str = "relu"
    """Of the hidden layers: "relu" or "silu"."""

    @classmethod
    def from_tensors(cls, tensors: Tensors, activation: str = "relu") -> "Decoder":
        """tensors: with the decoder's names and shapes of `network_shapes`, not checked here."""
        return cls(hidden_layers(tensors, "decoder"), layer_of(tensors, "decoder.logits"), activation)

    def logits(self, z: np.ndarray) -> np.ndarray:
        """z: (N, 2) float32. Returns (N, 784) float32: the log-odds of each pixel."""
        return affine(self.output, through(self.hidden, z, self.activation))

    def decode(self, z: np.ndarray) -> np.ndarray:
        """z: (N, 2) float32. Returns (N, 28, 28) float32 in [0, 1]."""
        return sigmoid(self.logits(z)).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)

    def jacobian(self, z: np.ndarray) -> np.ndarray:
        """The decoder's Jacobian, d pixels / d z. z: (N, 2) float32. Returns (N, 784, 2) float32.

        Forward-mode differentiation: the derivatives with respect to z1 and z2 are carried through the layers beside
        the values, by the chain rule.
        """
        hidden = z
        tangents = np.eye(LATENT_DIM, dtype=np.float32).repeat(
            len(z), axis=0
        )  # (2 N, 2), those with respect to z1 first
        for layer in self.hidden:
            before = affine(layer, hidden)  # (N, H)
            slopes = DERIVATIVES[self.activation](before)
            # All in one matrix product: NumPy would take two rows at a time of a stack of matrices.
            tangents = (tangents @ layer[0]) * np.tile(slopes, (LATENT_DIM, 1))  # (2 N, H)
            hidden = ACTIVATIONS[self.activation](before)
        pixels = sigmoid(affine(self.output, hidden))  # (N, 784)
        slopes = pixels * (1 - pixels)  # of the sigmoid
        changes = (tangents @ self.output[0]).reshape(LATENT_DIM, *slopes.shape) * slopes
        return changes.transpose(1, 2, 0)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All of its layers, in the order in which they are counted and hashed."""
        return (*self.hidden, self.output)

    @functools.cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits: a hash of the weights."""
        return digest(self.layers)
