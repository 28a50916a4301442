"""The initial weights of a training."""

import numpy as np

from vae_core.gan_config import GanConfig
from vae_core.kinds import AnyConfig
from vae_core.storage.tensors import Tensors


def initial_tensors(config: AnyConfig, images: np.ndarray) -> Tensors:
    """Random initial weights, drawn with the config's seed. images: (N, 28, 28) uint8, the digits to train on.

    Kernels of a VAE: U(-a, a) with a^2 = 6 / (inputs + outputs) (Glorot and Bengio 2010, equation 16), Keras's default;
    or, in hidden layers, N(0, 2 / inputs) (He et al. 2015, equation 10). Those of a GAN: N(0, 2 / inputs) in hidden
    layers, N(0, 1 / inputs) in the last ones, which have no activation. Biases: zeros; or, for a VAE's logits, the
    log-odds of the mean digit, whose pixels are clipped to [0.001, 0.999], so that the untrained decoder draws the mean
    digit. Returns float32 tensors with the names and shapes of `network_shapes`.
    """
    noise = np.random.default_rng(config.seed)
    tensors: Tensors = {}
    for name, (inputs, outputs) in config.layers.items():
        if std := _normal_std(config, name, inputs):
            kernel = noise.normal(0, std, (inputs, outputs))
        else:
            limit = (6 / (inputs + outputs)) ** 0.5
            kernel = noise.uniform(-limit, limit, (inputs, outputs))
        tensors[f"{name}.kernel"] = kernel.astype(np.float32)
        tensors[f"{name}.bias"] = np.zeros(outputs, np.float32)
    if not isinstance(config, GanConfig) and config.output_bias == "mean digit":
        mean_digit = np.clip(images.mean(axis=0, dtype=np.float64).ravel() / 255, 1e-3, 1 - 1e-3)
        tensors["decoder.logits.bias"] = np.log(mean_digit / (1 - mean_digit)).astype(np.float32)
    return tensors


def _normal_std(config: AnyConfig, name: str, inputs: int) -> float | None:
    """The standard deviation of a layer's kernel, if that is drawn from a normal distribution."""
    hidden = ".hidden." in name
    if isinstance(config, GanConfig) or (config.initialization == "he" and hidden):
        return ((2 if hidden else 1) / inputs) ** 0.5
    return None
