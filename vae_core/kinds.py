"""The kinds of model: a VAE, which has an encoder and a decoder, and a GAN, whose generator is its decoder."""

from vae_core.config import TrainingConfig
from vae_core.gan_config import GanConfig

VAE, GAN = TrainingConfig.kind, GanConfig.kind
"""A run's `kind`."""

AnyConfig = TrainingConfig | GanConfig

CONFIGS: dict[str, type[AnyConfig]] = {VAE: TrainingConfig, GAN: GanConfig}
"""By kind, the class of its config."""
