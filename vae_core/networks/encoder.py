"""The encoder of a VAE in NumPy: digits -> their posteriors q(z|x).

    hidden = f(x W + b), layer by layer;   mean, log_var = hidden W + b

An encoder may propose several Gaussians for a digit, each with a logit. q(z|x) is the proposal with the largest logit:
a Gaussian that is a fixed function of x, found in one pass through the encoder, as in any VAE.
"""

from dataclasses import dataclass

import numpy as np

from vae_core.config import LATENT_DIM, LOG_VAR_LIMIT
from vae_core.errors import RunDamaged
from vae_core.networks.dense import Layer, affine, hidden_layers, layer_of, through
from vae_core.storage.tensors import Tensors


@dataclass(frozen=True)
class Encoder:
    """The weights of an encoder. Immutable, so threads can share it."""

    hidden: tuple[Layer, ...]
    mean: Layer
    log_var: Layer
    activation: str = "relu"
    """Of the hidden layers: "relu" or "silu"."""
    choice: Layer | None = None
    """Logits of the proposals: which one the encoder expects to be the best. None if there is a single one."""

    @classmethod
    def from_tensors(cls, tensors: Tensors, activation: str = "relu") -> "Encoder":
        """tensors: with the encoder's names and shapes of `network_shapes`, not checked here."""
        return cls(
            hidden=hidden_layers(tensors, "encoder"),
            mean=layer_of(tensors, "encoder.mean"),
            log_var=layer_of(tensors, "encoder.log_var"),
            activation=activation,
            choice=layer_of(tensors, "encoder.choice") if "encoder.choice.kernel" in tensors else None,
        )

    def encode(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """pixels: (N, 784) float32 in [0, 1]. Returns mean and log_var of q(z|x), each (N, 2) float32.

        Raises RunDamaged if the weights are so large that a result is not finite.
        """
        hidden = through(self.hidden, pixels, self.activation)  # (N, H)
        means, log_vars = (
            affine(layer, hidden).reshape(len(pixels), self.proposals, LATENT_DIM)
            for layer in (self.mean, self.log_var)
        )
        if not (np.isfinite(means).all() and np.isfinite(log_vars).all()):
            raise RunDamaged("The run's network is damaged: it encodes digits as numbers that are not finite.")
        log_vars = np.clip(log_vars, -LOG_VAR_LIMIT, LOG_VAR_LIMIT)
        best = 0 if self.choice is None else affine(self.choice, hidden).argmax(axis=1)
        chosen = np.arange(len(pixels)), best
        return means[chosen], log_vars[chosen]

    @property
    def proposals(self) -> int:
        """How many Gaussians the encoder proposes for a digit."""
        return len(self.mean[1]) // LATENT_DIM

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All of its layers, in the order in which they are counted and hashed."""
        choice = () if self.choice is None else (self.choice,)
        return (*self.hidden, self.mean, self.log_var, *choice)
