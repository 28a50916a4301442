"""The encoder and the decoder of a run, in NumPy alone.

    hidden = f(x W + b), layer by layer;   mean, log_var = hidden W + b;   pixels = sigmoid(logits)

Keras (training/vae.py), NumPy (here) and the browser (ui/browser/decoder.js) compute the same from the same tensors: a
test holds them within one grey level of each other.
"""

import functools
import hashlib
from dataclasses import dataclass

import numpy as np

from vae_core.config import LATENT_DIM, LOG_VAR_LIMIT, TrainingConfig
from vae_core.data.images import IMAGE_SIDE
from vae_core.errors import RunDamaged
from vae_core.networks.dense import ACTIVATIONS, SLOPES, Layer, affine, sigmoid, weights
from vae_core.storage.tensors import Shapes, Tensors


@dataclass(frozen=True)
class Network:
    """A VAE's two halves as arrays; immutable, so threads may share it."""

    encoder_hidden: tuple[Layer, ...]
    mean: Layer
    log_var: Layer
    decoder_hidden: tuple[Layer, ...]
    decoder_logits: Layer
    activation: str = "relu"
    """f: a choice of `TrainingConfig.activation`."""

    @classmethod
    def from_tensors(cls, tensors: Tensors, activation: str = "relu") -> "Network":
        """tensors: of the names and shapes of `network_shapes`; activation: a choice of `TrainingConfig.activation`."""

        def layer(name: str) -> Layer:
            return tensors[f"{name}.kernel"], tensors[f"{name}.bias"]

        def hidden(half: str) -> tuple[Layer, ...]:
            depth = sum(name.startswith(f"{half}.hidden.") and name.endswith(".kernel") for name in tensors)
            return tuple(layer(f"{half}.hidden.{i}") for i in range(depth))

        return cls(
            encoder_hidden=hidden("encoder"),
            mean=layer("encoder.mean"),
            log_var=layer("encoder.log_var"),
            decoder_hidden=hidden("decoder"),
            decoder_logits=layer("decoder.logits"),
            activation=activation,
        )

    def encode(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """pixels: (N, 784) float32 in [0, 1]. Returns mean and log_var of q(z|x), each (N, 2) float32.

        Raises RunDamaged if the weights are so large that these are not finite.
        """
        hidden = self._through(self.encoder_hidden, pixels)  # (N, H)
        mean, log_var = affine(self.mean, hidden), affine(self.log_var, hidden)
        if not (np.isfinite(mean).all() and np.isfinite(log_var).all()):
            raise RunDamaged("The run's network is damaged: it encodes digits as numbers that are not finite.")
        return mean, np.clip(log_var, -LOG_VAR_LIMIT, LOG_VAR_LIMIT)

    def logits(self, z: np.ndarray) -> np.ndarray:
        """z: (N, 2) float32. Returns (N, 784) float32: the log-odds of each pixel."""
        return affine(self.decoder_logits, self._through(self.decoder_hidden, z))

    def decode(self, z: np.ndarray) -> np.ndarray:
        """z: (N, 2) float32. Returns (N, 28, 28) float32 in [0, 1]."""
        return sigmoid(self.logits(z)).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)

    def jacobian(self, z: np.ndarray) -> np.ndarray:
        """How the pixels change with z. z: (N, 2) float32. Returns (N, 784, 2) float32: d pixel / d z.

        Forward mode: two tangents go through the layers beside the values, each unit's times the slope of f there.
        """
        hidden, tangents = z, np.broadcast_to(np.eye(LATENT_DIM, dtype=np.float32), (len(z), LATENT_DIM, LATENT_DIM))
        for layer in self.decoder_hidden:
            before = affine(layer, hidden)  # (N, H)
            tangents = (tangents @ layer[0]) * SLOPES[self.activation](before)[:, None]  # (N, 2, H)
            hidden = ACTIVATIONS[self.activation](before)
        pixels = sigmoid(affine(self.decoder_logits, hidden))  # (N, 784)
        slope = pixels * (1 - pixels)
        return ((tangents @ self.decoder_logits[0]) * slope[:, None]).transpose(0, 2, 1)

    def _through(self, layers: tuple[Layer, ...], x: np.ndarray) -> np.ndarray:
        for layer in layers:
            x = ACTIVATIONS[self.activation](affine(layer, x))
        return x

    @functools.cached_property
    def digest(self) -> str:
        """Names these weights: sixteen hexadecimal digits."""
        layers = (*self.encoder_hidden, self.mean, self.log_var, *self.decoder_hidden, self.decoder_logits)
        return hashlib.sha256(b"".join(array.tobytes() for layer in layers for array in layer)).hexdigest()[:16]

    @property
    def parameters(self) -> tuple[int, int]:
        """The numbers of weights in the encoder and in the decoder."""
        encoder = (*self.encoder_hidden, self.mean, self.log_var)
        return weights(encoder), weights((*self.decoder_hidden, self.decoder_logits))


def network_shapes(config: TrainingConfig) -> Shapes:
    """The tensors of this config's network: kernels (inputs, outputs) and biases (outputs,), float32."""
    shapes: Shapes = {}
    for name, (inputs, outputs) in config.layers.items():
        shapes[f"{name}.kernel"], shapes[f"{name}.bias"] = ((inputs, outputs), np.float32), ((outputs,), np.float32)
    return shapes
