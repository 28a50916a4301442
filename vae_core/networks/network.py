"""The encoder and the decoder of a VAE in NumPy, without TensorFlow.

    hidden = f(x W + b), layer by layer;   mean, log_var, logits = hidden W + b;   pixels = sigmoid(logits)

An encoder may propose several Gaussians for a digit, each with a logit. q(z|x) is the proposal with the largest logit:
a Gaussian that is a fixed function of x, found in one pass through the encoder, as in any VAE.

Invariant: Keras (training/vae.py), NumPy (here) and the browser (ui/browser/decoder.js) compute the same pixels from
the same tensors, to within one grey level.
"""

import functools
import hashlib
from dataclasses import dataclass

import numpy as np

from vae_core.config import LATENT_DIM, LOG_VAR_LIMIT, TrainingConfig
from vae_core.data.images import IMAGE_SIDE
from vae_core.errors import RunDamaged
from vae_core.networks.dense import ACTIVATIONS, DERIVATIVES, Layer, affine, sigmoid, weights
from vae_core.storage.tensors import Shapes, Tensors


@dataclass(frozen=True)
class Network:
    """The weights of a VAE's encoder and decoder. Immutable, so threads can share it."""

    encoder_hidden: tuple[Layer, ...]
    mean: Layer
    log_var: Layer
    decoder_hidden: tuple[Layer, ...]
    decoder_logits: Layer
    activation: str = "relu"
    """Of the hidden layers: "relu" or "silu"."""
    choice: Layer | None = None
    """Logits of the proposals: which one the encoder expects to be the best. None if there is a single one."""

    @classmethod
    def from_tensors(cls, tensors: Tensors, activation: str = "relu") -> "Network":
        """tensors: with the names and shapes of `network_shapes`, not checked here; activation: "relu" or "silu"."""

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
            choice=layer("encoder.choice") if "encoder.choice.kernel" in tensors else None,
        )

    def encode(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """pixels: (N, 784) float32 in [0, 1]. Returns mean and log_var of q(z|x), each (N, 2) float32.

        Raises RunDamaged if the weights are so large that a result is not finite.
        """
        hidden = self._through(self.encoder_hidden, pixels)  # (N, H)
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

    def logits(self, z: np.ndarray) -> np.ndarray:
        """z: (N, 2) float32. Returns (N, 784) float32: the log-odds of each pixel."""
        return affine(self.decoder_logits, self._through(self.decoder_hidden, z))

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
        for layer in self.decoder_hidden:
            before = affine(layer, hidden)  # (N, H)
            slopes = DERIVATIVES[self.activation](before)
            # All in one matrix product: NumPy would take two rows at a time of a stack of matrices.
            tangents = (tangents @ layer[0]) * np.tile(slopes, (LATENT_DIM, 1))  # (2 N, H)
            hidden = ACTIVATIONS[self.activation](before)
        pixels = sigmoid(affine(self.decoder_logits, hidden))  # (N, 784)
        slopes = pixels * (1 - pixels)  # of the sigmoid
        changes = (tangents @ self.decoder_logits[0]).reshape(LATENT_DIM, *slopes.shape) * slopes
        return changes.transpose(1, 2, 0)

    def _through(self, layers: tuple[Layer, ...], x: np.ndarray) -> np.ndarray:
        """Apply hidden layers in order. x: (N, inputs of the first). Returns (N, outputs of the last)."""
        for layer in layers:
            x = ACTIVATIONS[self.activation](affine(layer, x))
        return x

    @functools.cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits: a hash of the weights."""
        layers = (*self._encoder, *self.decoder_hidden, self.decoder_logits)
        return hashlib.sha256(b"".join(array.tobytes() for layer in layers for array in layer)).hexdigest()[:16]

    @property
    def parameters(self) -> tuple[int, int]:
        """How many parameters the encoder and the decoder have."""
        return weights(self._encoder), weights((*self.decoder_hidden, self.decoder_logits))

    @property
    def proposals(self) -> int:
        """How many Gaussians the encoder proposes for a digit."""
        return len(self.mean[1]) // LATENT_DIM

    @property
    def _encoder(self) -> tuple[Layer, ...]:
        choice = () if self.choice is None else (self.choice,)
        return (*self.encoder_hidden, self.mean, self.log_var, *choice)


def network_shapes(config: TrainingConfig) -> Shapes:
    """The tensors of a config's network: kernels (inputs, outputs) and biases (outputs,), all float32."""
    shapes: Shapes = {}
    for name, (inputs, outputs) in config.layers.items():
        shapes[f"{name}.kernel"], shapes[f"{name}.bias"] = ((inputs, outputs), np.float32), ((outputs,), np.float32)
    return shapes
