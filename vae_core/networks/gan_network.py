"""The networks of a GAN: its generator, which draws digits as a VAE's decoder does, and its discriminator."""

import functools
from dataclasses import dataclass

from vae_core.networks.decoder import Decoder
from vae_core.networks.dense import digest
from vae_core.networks.discriminator import Discriminator


@dataclass(frozen=True)
class GanNetwork:
    """A generator and a discriminator that were trained against each other."""

    decoder: Decoder
    """The generator."""
    discriminator: Discriminator
    relativistic: bool
    """Whether it was trained on pairs, so that only the difference of two of the discriminator's logits has a
    meaning."""

    @functools.cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits: a hash of the weights."""
        return digest((*self.decoder.layers, *self.discriminator.layers))
