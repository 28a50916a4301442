"""The weights that a training starts from: by Glorot or He, and a first guess at the mean digit."""

import numpy as np

from vae_core.config import TrainingConfig
from vae_core.storage.tensors import Tensors


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
