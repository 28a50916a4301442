"""How well a model explains digits: the negative evidence lower bound, in nats.

    -ELBO(x) = E_q(z|x)[-log p(x|z)] + KL(q(z|x) || p(z))        (Kingma and Welling 2014, equation 3)

The first term, the reconstruction, is the binary cross-entropy summed over the 784 pixels, a Bernoulli
pseudo-likelihood where pixels are grey; it is estimated by sampling z. The KL term of two normal distributions is
exact.
"""

import numpy as np

from vae_core.data.images import to_pixels
from vae_core.networks.network import Network

SAMPLES = 16
SEED = 0
_BLOCK = 1000


def reconstruction_nats(pixels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """-log p(x|z) of Bernoulli pixels, from logits and so free of log(0). Both (..., 784); returns (...,) in nats."""
    return (softplus(logits) - pixels * logits).sum(axis=-1)


def softplus(logits: np.ndarray) -> np.ndarray:
    """log(1 + exp(logits)), which does not overflow. Not with `np.log1p`, which takes twice the time: float32's 1e-7 is
    little beside a sum of 784 of them."""
    return np.maximum(logits, 0) + np.log(1 + np.exp(-np.abs(logits)))


def kl_nats(mean: np.ndarray, log_var: np.ndarray) -> np.ndarray:
    """KL(N(mean, exp(log_var)) || N(0, I)), summed over the latent dimensions. Both (N, 2); returns (N,) in nats."""
    return kl_nats_by_dimension(mean, log_var).sum(axis=-1)


def kl_nats_by_dimension(mean: np.ndarray, log_var: np.ndarray) -> np.ndarray:
    """The same before it is summed: (N, 2) in nats."""
    return 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var)


def negative_elbo(
    network: Network, images: np.ndarray, samples: int = SAMPLES, seed: int = SEED
) -> tuple[np.ndarray, np.ndarray]:
    """The two terms of each digit's -ELBO.

    images: (N, 28, 28) uint8; samples: draws of z for a digit.
    Returns reconstruction and KL, each (N,) float64 in nats.
    """
    noise = np.random.default_rng(seed)
    reconstruction, kl = np.empty(len(images)), np.empty(len(images))
    for start in range(0, len(images), _BLOCK):
        block = slice(start, start + _BLOCK)
        pixels = to_pixels(images[block])
        mean, log_var = network.encode(pixels)
        spread = np.exp(0.5 * log_var)
        total = np.zeros(len(pixels))
        for _ in range(samples):
            z = mean + spread * noise.standard_normal(mean.shape, dtype=np.float32)  # (B, 2)
            total += reconstruction_nats(pixels, network.logits(z))
        reconstruction[block], kl[block] = total / samples, kl_nats(mean, log_var)
    return reconstruction, kl
