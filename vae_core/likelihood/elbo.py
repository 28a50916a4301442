"""The negative evidence lower bound (ELBO) of digits under a model, in nats.

    -ELBO(x) = E_q(z|x)[-log p(x|z)] + KL(q(z|x) || p(z))        (Kingma and Welling 2014, equation 3)

The first term, the reconstruction, is the binary cross-entropy summed over the 784 pixels (for grey pixels, between 0
and 1, a pseudo-likelihood instead of a likelihood). It is estimated by sampling z from q(z|x). The second term, the KL
divergence of two normal distributions, has a closed form.
"""

import math
from typing import NamedTuple

import numpy as np

from vae_core.config import LATENT_DIM
from vae_core.cores import for_each
from vae_core.data.images import to_pixels
from vae_core.networks.network import Network

SAMPLES = 16
"""Samples of z for each digit, unless the caller says otherwise."""

SAMPLES_BINARISED = 4
"""The same for binarised digits: what more would add is far below what another draw of the pixels changes."""

SEED = 0
_BLOCK = 1000


def reconstruction_nats(pixels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """-log p(x|z) of Bernoulli pixels, from logits, which avoids log(0). Both (..., 784); returns (...,) in nats."""
    return (softplus(logits) - pixels * logits).sum(axis=-1)


def softplus(logits: np.ndarray) -> np.ndarray:
    """log(1 + exp(logits)), computed so that it does not overflow. Any shape."""
    # Not np.log1p, which takes twice as long. The error without it, about 1e-7, is negligible in a sum over 784 pixels.
    result = np.abs(logits)
    np.negative(result, out=result)  # in place: new memory costs more than the arithmetic
    np.exp(result, out=result)
    result += 1
    np.log(result, out=result)
    result += np.maximum(logits, 0)
    return result


def kl_nats(mean: np.ndarray, log_var: np.ndarray) -> np.ndarray:
    """KL(N(mean, exp(log_var)) || N(0, I)), summed over the latent dimensions. Both (N, 2); returns (N,) in nats."""
    return kl_nats_by_dimension(mean, log_var).sum(axis=-1)


def kl_nats_by_dimension(mean: np.ndarray, log_var: np.ndarray) -> np.ndarray:
    """KL(N(mean, exp(log_var)) || N(0, 1)) of each latent dimension. Both (N, 2); returns (N, 2) in nats."""
    return 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var)


def binarised(images: np.ndarray, seed: int = SEED) -> np.ndarray:
    """Digits whose pixels are drawn as black or white: white with the probability that is their grey.

    images: (N, 28, 28) uint8. Returns the same shape, 0 or 255 (uint8). Of these the reconstruction is a likelihood.
    """
    draws = np.random.default_rng(seed).integers(255, size=images.shape, dtype=np.uint8)  # from 0 to 254
    return np.where(draws < images, np.uint8(255), np.uint8(0))


class NegativeElbo(NamedTuple):
    """The two terms of each digit's -ELBO, (N,) float64 in nats, and what sampling z adds to their uncertainty."""

    reconstruction: np.ndarray
    """The mean over the samples of z."""
    kl: np.ndarray
    sampling_error: np.ndarray
    """(N,) the standard error of the reconstruction that comes from the samples; NaN for a single one."""

    @property
    def total(self) -> np.ndarray:
        """(N,): the -ELBO."""
        return self.reconstruction + self.kl

    @property
    def sampling_error_of_mean(self) -> float:
        """How far other samples would move the mean over the digits, as a standard error in nats."""
        return math.sqrt((self.sampling_error**2).sum()) / len(self.kl)


def negative_elbo(network: Network, images: np.ndarray, samples: int = SAMPLES, seed: int = SEED) -> NegativeElbo:
    """The two terms of each digit's -ELBO.

    images: (N, 28, 28) uint8; samples: how many z are drawn for each digit; seed: of these draws. Raises RunDamaged if
    the encoder's numbers are not finite.
    """
    noise = np.random.default_rng(seed)
    blocks = [images[start : start + _BLOCK] for start in range(0, len(images), _BLOCK)]
    drawn = [noise.standard_normal((samples, len(block), LATENT_DIM), dtype=np.float32) for block in blocks]
    parts = for_each(lambda part: _of_block(network, *part), zip(blocks, drawn, strict=True))
    return NegativeElbo(*(np.concatenate(terms) for terms in zip(*parts, strict=True)))


def _of_block(network: Network, images: np.ndarray, noise: np.ndarray) -> NegativeElbo:
    """images: (B, 28, 28) uint8; noise: (samples, B, 2) float32, draws of N(0, 1)."""
    pixels = to_pixels(images)
    mean, log_var = network.encoder.encode(pixels)
    std = np.exp(0.5 * log_var)
    drawn = np.empty((len(noise), len(pixels)))
    for sample, epsilon in zip(drawn, noise, strict=True):
        sample[:] = reconstruction_nats(pixels, network.decoder.logits(mean + std * epsilon))
    error = drawn.std(axis=0, ddof=1) / math.sqrt(len(noise)) if len(noise) > 1 else np.full(len(pixels), np.nan)
    return NegativeElbo(drawn.mean(axis=0), kl_nats(mean, log_var).astype(np.float64), error)
