"""The encoder and the decoder of a run, in NumPy alone.

    hidden = f(x W + b), layer by layer;   mean, log_var = hidden W + b;   pixels = sigmoid(logits)

f is ReLU, or SiLU (Elfwing et al. 2018, section 2): x sigmoid(x).
Keras (model.py), NumPy (here) and the browser (ui/browser/decoder.js) compute the same from the same tensors: a test
holds them within one grey level of each other.
"""

import functools
import hashlib
from dataclasses import dataclass

import numpy as np

from vae_core.config import LATENT_DIM, LOG_VAR_LIMIT, TrainingConfig
from vae_core.data.images import IMAGE_SIDE
from vae_core.errors import RunDamaged
from vae_core.runs import Run
from vae_core.storage.tensors import Tensors

Layer = tuple[np.ndarray, np.ndarray]
"""kernel (inputs, outputs) and bias (outputs,), float32."""


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
        """tensors: as `Run.tensors` returns them; activation: the run's config's."""

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

    @classmethod
    def from_run(cls, run: Run) -> "Network":
        """Raises RunDamaged if the run's tensors are not what its config says."""
        return cls.from_tensors(run.tensors(), run.record.config.activation)

    def encode(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """pixels: (N, 784) float32 in [0, 1]. Returns mean and log_var of q(z|x), each (N, 2) float32.

        Raises RunDamaged if the weights are so large that these are not finite.
        """
        hidden = self._through(self.encoder_hidden, pixels)  # (N, H)
        mean, log_var = _affine(self.mean, hidden), _affine(self.log_var, hidden)
        if not (np.isfinite(mean).all() and np.isfinite(log_var).all()):
            raise RunDamaged("The run's network is damaged: it encodes digits as numbers that are not finite.")
        return mean, np.clip(log_var, -LOG_VAR_LIMIT, LOG_VAR_LIMIT)

    def logits(self, z: np.ndarray) -> np.ndarray:
        """z: (N, 2) float32. Returns (N, 784) float32: the log-odds of each pixel."""
        return _affine(self.decoder_logits, self._through(self.decoder_hidden, z))

    def decode(self, z: np.ndarray) -> np.ndarray:
        """z: (N, 2) float32. Returns (N, 28, 28) float32 in [0, 1]."""
        return sigmoid(self.logits(z)).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)

    def jacobian(self, z: np.ndarray) -> np.ndarray:
        """How the pixels change with z. z: (N, 2) float32. Returns (N, 784, 2) float32: d pixel / d z.

        Forward mode: two tangents go through the layers beside the values, each unit's times the slope of f there.
        """
        hidden, tangents = z, np.broadcast_to(np.eye(LATENT_DIM, dtype=np.float32), (len(z), LATENT_DIM, LATENT_DIM))
        for layer in self.decoder_hidden:
            before = _affine(layer, hidden)  # (N, H)
            tangents = (tangents @ layer[0]) * _SLOPES[self.activation](before)[:, None]  # (N, 2, H)
            hidden = _ACTIVATIONS[self.activation](before)
        pixels = sigmoid(_affine(self.decoder_logits, hidden))  # (N, 784)
        slope = pixels * (1 - pixels)
        return ((tangents @ self.decoder_logits[0]) * slope[:, None]).transpose(0, 2, 1)

    def _through(self, layers: tuple[Layer, ...], x: np.ndarray) -> np.ndarray:
        for layer in layers:
            x = _ACTIVATIONS[self.activation](_affine(layer, x))
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
        return _size(encoder), _size((*self.decoder_hidden, self.decoder_logits))


def initial_tensors(config: TrainingConfig, images: np.ndarray) -> Tensors:
    """The weights that a training on images (N, 28, 28) uint8 starts from.

    Kernels: Glorot and Bengio 2010, equation 16, U(-a, a) with a^2 = 6 / (inputs + outputs), which is Keras's default;
    or, of hidden layers, He et al. 2015, equation 10, N(0, 2 / inputs). Biases: zeros; or, of the logits, the log-odds
    of the mean digit, clipped to 0.001 and 0.999.
    """
    noise = np.random.default_rng(config.seed)
    tensors: Tensors = {}
    for name, (inputs, outputs) in config.layers.items():
        if config.initialization == "he" and ".hidden." in name:
            kernel = noise.normal(0, (2 / inputs) ** 0.5, (inputs, outputs))
        else:
            limit = (6 / (inputs + outputs)) ** 0.5
            kernel = noise.uniform(-limit, limit, (inputs, outputs))
        tensors[f"{name}.kernel"] = kernel.astype(np.float32)
        tensors[f"{name}.bias"] = np.zeros(outputs, np.float32)
    if config.output_bias == "mean digit":
        grey = np.clip(images.mean(axis=0, dtype=np.float64).ravel() / 255, 1e-3, 1 - 1e-3)
        tensors["decoder.logits.bias"] = np.log(grey / (1 - grey)).astype(np.float32)
    return tensors


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-logits)), written with tanh so that no logit overflows."""
    return 0.5 + 0.5 * np.tanh(0.5 * logits)


def as_points(z: np.ndarray) -> np.ndarray:
    """One point or many as the float32 (N, 2) that the networks take."""
    return np.asarray(z, np.float32).reshape(-1, LATENT_DIM)


def _affine(layer: Layer, x: np.ndarray) -> np.ndarray:
    kernel, bias = layer
    with np.errstate(over="ignore", invalid="ignore"):  # `encode` looks at what comes out
        return x @ kernel + bias


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


_ACTIVATIONS = {"relu": _relu, "silu": _silu}
_SLOPES = {"relu": _slope_of_relu, "silu": _slope_of_silu}


def _size(layers: tuple[Layer, ...]) -> int:
    return sum(kernel.size + bias.size for kernel, bias in layers)
