"""The discriminator of a GAN in NumPy: how real a digit is to it, without TensorFlow.

hidden = f(x W + b), layer by layer, f a leaky ReLU;   logit = hidden W + b
"""

from dataclasses import dataclass

import numpy as np

from vae_core.errors import RunDamaged
from vae_core.networks.dense import Layer, affine, hidden_layers, layer_of, through
from vae_core.storage.tensors import Tensors


@dataclass(frozen=True)
class Discriminator:
    """The weights of a discriminator. Immutable, so threads can share it."""

    hidden: tuple[Layer, ...]
    output: Layer
    """From the last hidden layer to the logit."""

    @classmethod
    def from_tensors(cls, tensors: Tensors) -> "Discriminator":
        """tensors: with the discriminator's names and shapes of `network_shapes`, not checked here."""
        return cls(hidden_layers(tensors, "discriminator"), layer_of(tensors, "discriminator.logits"))

    def logits(self, pixels: np.ndarray) -> np.ndarray:
        """How real each digit is. pixels: (N, 784) float32 in [0, 1]. Returns (N,) float32.

        Above 0 it takes a digit for real; after a training with the relativistic loss, only differences count. Raises
        RunDamaged if the weights are so large that a result is not finite.
        """
        logits = affine(self.output, through(self.hidden, pixels, "leaky relu"))[:, 0]
        if not np.isfinite(logits).all():
            raise RunDamaged("The run's network is damaged: its discriminator's logits are not finite.")
        return logits

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All of its layers, in the order in which they are counted and hashed."""
        return (*self.hidden, self.output)
