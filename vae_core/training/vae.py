"""The VAE in Keras: losses as pure functions, and the layers that wire them.

Training minimises reconstruction + beta * KL, *summed* over pixels and latent dimensions, in nats a digit. The scale
matters: RMSprop's epsilon stands inside the square root since Keras 2.11, and damps the tiny gradients of a loss that
is averaged over 784 pixels until it no longer follows the recipe.
"""

# Keras's ops return None as far as their annotations go.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false

import keras
import numpy as np
from keras import layers, ops

from vae_core.config import LATENT_DIM, LOG_VAR_LIMIT, TrainingConfig
from vae_core.data.images import PIXELS
from vae_core.storage.tensors import Tensors


def reconstruction_nats(pixels, logits):
    """-log p(x|z) of Bernoulli pixels, summed over the last axis: (B, 784), (B, 784) -> (B,) in nats."""
    return ops.sum(ops.relu(logits) + ops.log1p(ops.exp(-ops.abs(logits))) - pixels * logits, axis=-1)


def kl_nats(mean, log_var):
    """KL(N(mean, exp(log_var)) || N(0, I)), summed over the last axis: (B, 2), (B, 2) -> (B,) in nats."""
    return 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)


class Clamp(layers.Layer):
    """Holds log_var within +-LOG_VAR_LIMIT."""

    def call(self, log_var):
        return ops.clip(log_var, -LOG_VAR_LIMIT, LOG_VAR_LIMIT)


def sample(mean, log_var, epsilon):
    """z = mean + exp(log_var / 2) * epsilon, the reparameterisation trick: all (B, 2)."""
    return mean + ops.exp(0.5 * log_var) * epsilon


def build_encoder(config: TrainingConfig) -> keras.Model:
    """pixels (B, 784) -> mean (B, 2), log_var (B, 2)."""
    pixels = hidden = keras.Input((PIXELS,), name="pixels")
    for i, width in enumerate(config.encoder_widths):
        hidden = layers.Dense(width, activation=config.activation, name=f"hidden.{i}")(hidden)
    mean = layers.Dense(LATENT_DIM, name="mean")(hidden)
    log_var = Clamp()(layers.Dense(LATENT_DIM, name="log_var")(hidden))
    return keras.Model(pixels, [mean, log_var], name="encoder")


def build_decoder(config: TrainingConfig) -> keras.Model:
    """z (B, 2) -> logits (B, 784). The sigmoid is left to the loss and to whoever draws."""
    z = hidden = keras.Input((LATENT_DIM,), name="z")
    for i, width in enumerate(config.decoder_widths):
        hidden = layers.Dense(width, activation=config.activation, name=f"hidden.{i}")(hidden)
    return keras.Model(z, layers.Dense(PIXELS, name="logits")(hidden), name="decoder")


class VAE(keras.Model):
    """Encoder, sampling and decoder."""

    def __init__(self, config: TrainingConfig):
        super().__init__(name="vae")
        self.encoder = build_encoder(config)
        self.decoder = build_decoder(config)

    def call(self, pixels, seen, epsilon):
        """Each digit's reconstruction and KL, (B,) and (B,), in nats.

        pixels: (B, 784), to be drawn; seen: (B, 784), what the encoder gets of them; epsilon: (B, 2).
        """
        mean, log_var = self.encoder(seen)
        logits = self.decoder(sample(mean, log_var, epsilon))  # (B, 784)
        return reconstruction_nats(pixels, logits), kl_nats(mean, log_var)

    @property
    def variables_by_name(self) -> dict[str, keras.Variable]:
        """The weights under the names of a run's network.safetensors."""
        return {
            f"{half.name}.{layer.name}.{variable.name}": variable
            for half in (self.encoder, self.decoder)
            for layer in half.layers
            for variable in layer.weights
        }

    def tensors(self) -> Tensors:
        """The weights as a run keeps them, float32."""
        return {name: np.array(variable.numpy()) for name, variable in self.variables_by_name.items()}

    def restore(self, tensors: Tensors) -> None:
        """Take the weights of a run."""
        for name, variable in self.variables_by_name.items():
            variable.assign(tensors[name])
