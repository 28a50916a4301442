"""The VAE in Keras: its losses as functions, its encoder and decoder as models.

Training minimises reconstruction + beta * KL, *summed* over pixels and latent dimensions, in nats for each digit. Not
averaged over the 784 pixels as in the blog post: since Keras 2.11, RMSprop adds its epsilon inside the square root,
which makes the steps much smaller if gradients are as small as those of an averaged loss.
"""

# Keras's ops return None as far as their annotations go.
# pyright: reportOptionalOperand=false, reportOptionalSubscript=false, reportOperatorIssue=false

import keras
import numpy as np
from keras import layers, ops

from vae_core.config import LATENT_DIM, LOG_VAR_LIMIT, TrainingConfig
from vae_core.data.images import PIXELS
from vae_core.storage.tensors import Tensors


def reconstruction_nats(pixels, logits):
    """-log p(x|z) of Bernoulli pixels, summed over the pixels: (..., 784), (..., 784) -> (...,) in nats."""
    return ops.sum(ops.relu(logits) + ops.log1p(ops.exp(-ops.abs(logits))) - pixels * logits, axis=-1)


def kl_nats(mean, log_var):
    """KL(N(mean, exp(log_var)) || N(0, I)), summed over the dimensions: (..., 2), (..., 2) -> (...,) in nats."""
    return 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)


class Clamp(layers.Layer):
    """Clips log_var to +-LOG_VAR_LIMIT."""

    def call(self, log_var):
        return ops.clip(log_var, -LOG_VAR_LIMIT, LOG_VAR_LIMIT)


def sample(mean, log_var, epsilon):
    """z = mean + exp(log_var / 2) * epsilon, the reparameterisation trick (Kingma and Welling 2014): all (B, 2)."""
    return mean + ops.exp(0.5 * log_var) * epsilon


def build_encoder(config: TrainingConfig) -> keras.Model:
    """pixels (B, 784) -> mean (B, 2), log_var (B, 2).

    With several proposals, K: mean and log_var are (B, 2 K), and (B, K) logits follow, the encoder's own choice.
    """
    pixels = hidden = keras.Input((PIXELS,), name="pixels")
    for i, width in enumerate(config.encoder_widths):
        hidden = layers.Dense(width, activation=config.activation, name=f"hidden.{i}")(hidden)
    mean = layers.Dense(config.proposals * LATENT_DIM, name="mean")(hidden)
    log_var = Clamp()(layers.Dense(config.proposals * LATENT_DIM, name="log_var")(hidden))
    choice = [layers.Dense(config.proposals, name="choice")(hidden)] if config.proposals > 1 else []
    return keras.Model(pixels, [mean, log_var, *choice], name="encoder")


def build_decoder(config: TrainingConfig) -> keras.Model:
    """z (B, 2) -> logits (B, 784), without the sigmoid: the loss is computed from logits, which is more accurate."""
    z = hidden = keras.Input((LATENT_DIM,), name="z")
    for i, width in enumerate(config.decoder_widths):
        hidden = layers.Dense(width, activation=config.activation, name=f"hidden.{i}")(hidden)
    return keras.Model(z, layers.Dense(PIXELS, name="logits")(hidden), name="decoder")


class VAE(keras.Model):
    """An encoder and a decoder, which are trained together.

    An encoder with several proposals learns as in multiple choice learning (Guzman-Rivera et al. 2012), winner takes
    all: only the proposal that is best for a digit learns from it. So each becomes good at some of the digits.
    """

    def __init__(self, config: TrainingConfig):
        super().__init__(name="vae")
        self.proposals = config.proposals
        self.encoder = build_encoder(config)
        self.decoder = build_decoder(config)

    def call(self, pixels, seen, epsilon):
        """The terms of the loss: reconstruction, KL and surprise of each digit, each (B,) in nats.

        The surprise is -log of the probability that the encoder gave to the proposal that proved to be the best; 0 with
        a single proposal. pixels: (B, 784), which the decoder is to reproduce; seen: (B, 784), the encoder's input,
        which may be masked; epsilon: (B, 2), the noise that z is sampled with.
        """
        mean, log_var, *choice = self.encoder(seen)
        surprise = ops.zeros_like(pixels[:, 0])
        if choice:
            means, log_vars = (ops.reshape(array, (-1, self.proposals, LATENT_DIM)) for array in (mean, log_var))
            best = ops.one_hot(self.best(pixels, means, log_vars), self.proposals)  # (B, K)
            mean, log_var = (ops.sum(best[:, :, None] * array, axis=1) for array in (means, log_vars))
            surprise = -ops.sum(best * ops.log_softmax(choice[0]), axis=-1)
        logits = self.decoder(sample(mean, log_var, epsilon))  # (B, 784)
        return reconstruction_nats(pixels, logits), kl_nats(mean, log_var), surprise

    def best(self, pixels, means, log_vars):
        """The proposal with the least -ELBO, where the reconstruction is that at its mean: (B,) indices.

        pixels: (B, 784); means, log_vars: (B, K, 2).
        """
        logits = ops.reshape(self.decoder(ops.reshape(means, (-1, LATENT_DIM))), (-1, self.proposals, PIXELS))
        return ops.argmin(reconstruction_nats(pixels[:, None], logits) + kl_nats(means, log_vars), axis=-1)

    @property
    def variables_by_name(self) -> dict[str, keras.Variable]:
        """The weights by their names in a run's network.safetensors."""
        return {
            f"{half.name}.{layer.name}.{variable.name}": variable
            for half in (self.encoder, self.decoder)
            for layer in half.layers
            for variable in layer.weights
        }

    def tensors(self) -> Tensors:
        """The weights as float32 arrays, with the names and shapes of `network_shapes`."""
        return {name: np.array(variable.numpy()) for name, variable in self.variables_by_name.items()}

    def restore(self, tensors: Tensors) -> None:
        """Set the weights. tensors: as `tensors` returns them."""
        for name, variable in self.variables_by_name.items():
            variable.assign(tensors[name])
