"""The network of a VAE: its encoder and its decoder; and the networks of either kind of model, made from a run's
tensors. Who needs only one of them asks for that one."""

import functools
from dataclasses import dataclass

import numpy as np

from vae_core.gan_config import GanConfig
from vae_core.kinds import AnyConfig
from vae_core.networks.decoder import Decoder
from vae_core.networks.dense import digest
from vae_core.networks.discriminator import Discriminator
from vae_core.networks.encoder import Encoder
from vae_core.networks.gan_network import GanNetwork
from vae_core.storage.tensors import Shapes, Tensors


@dataclass(frozen=True)
class Network:
    """An encoder and a decoder that were trained together."""

    encoder: Encoder
    decoder: Decoder

    @classmethod
    def from_tensors(cls, tensors: Tensors, activation: str = "relu") -> "Network":
        """tensors: with the names and shapes of `network_shapes`, not checked here; activation: "relu" or "silu"."""
        return cls(Encoder.from_tensors(tensors, activation), Decoder.from_tensors(tensors, activation))

    @functools.cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits: a hash of the weights."""
        return digest((*self.encoder.layers, *self.decoder.layers))


Model = Network | GanNetwork
"""All networks of a run, of either kind. Both have a decoder and a digest."""


def model_of(tensors: Tensors, config: AnyConfig) -> Model:
    """The networks of a config with these weights, whose names and shapes are not checked here."""
    if isinstance(config, GanConfig):
        decoder = Decoder.from_tensors(tensors, config.activation)
        return GanNetwork(decoder, Discriminator.from_tensors(tensors), config.loss == "relativistic")
    return Network.from_tensors(tensors, config.activation)


def parts_of(tensors: Tensors, activation: str) -> tuple[Encoder | None, Decoder]:
    """The encoder, None if there is none among the tensors, as in a GAN's; and the decoder."""
    encoder = Encoder.from_tensors(tensors, activation) if "encoder.mean.kernel" in tensors else None
    return encoder, Decoder.from_tensors(tensors, activation)


def network_shapes(config: AnyConfig) -> Shapes:
    """The tensors of a config's network: kernels (inputs, outputs) and biases (outputs,), all float32."""
    shapes: Shapes = {}
    for name, (inputs, outputs) in config.layers.items():
        shapes[f"{name}.kernel"], shapes[f"{name}.bias"] = ((inputs, outputs), np.float32), ((outputs,), np.float32)
    return shapes
