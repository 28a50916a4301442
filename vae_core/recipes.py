"""The recipes: named training configs: `seed`, `fast` and `deep` of VAEs, `gan` and `gan-collapsed` of GANs."""

import dataclasses

from vae_core.config import TrainingConfig
from vae_core.gan_config import GanConfig
from vae_core.kinds import AnyConfig

VAE_RECIPES: dict[str, TrainingConfig] = {
    # A lower loss than the blog post's after 50 epochs, in less time than one of those takes: see pretrained/README.md.
    "fast": TrainingConfig(
        recipe="fast",
        encoder_widths=(128, 64, 64),
        decoder_widths=(64, 64, 128),
        epochs=2,
        batch_size=100,
        optimizer="adam",
        learning_rate=7e-3,
        schedule="linear",
        initialization="he",
        output_bias="mean digit",
        validation=1000,
    ),
    # The lowest -ELBO: wide, smooth layers, an encoder that proposes four Gaussians, so that it need not settle on a
    # place between two good ones, and that is trained on masked and distorted digits, so that it overfits less.
    "deep": TrainingConfig(
        recipe="deep",
        encoder_widths=(512, 512, 512),
        decoder_widths=(512, 512, 512),
        activation="silu",
        proposals=4,
        epochs=100,
        batch_size=200,
        optimizer="adam",
        learning_rate=2e-3,
        schedule="linear",
        clip_norm=100.0,
        initialization="he",
        output_bias="mean digit",
        hidden_pixels=0.25,
        bent_digits=0.5,
    ),
    # The blog post's network and settings, which are the defaults of every field. No validation digits are held out.
    "seed": TrainingConfig(recipe="seed"),
}

GAN_RECIPES: dict[str, GanConfig] = {
    # A deep, narrow generator, since two latent dimensions leave it much to fold; penalties, a high learning rate that
    # falls, and averaged weights: see pretrained/README.md.
    "gan": GanConfig(
        recipe="gan",
        generator_widths=(256, 256, 256, 256, 256),
        discriminator_widths=(384, 384),
        loss="relativistic",
        gamma=2.0,
        steps=13_500,
        learning_rate=1.5e-3,
        schedule="half cosine",
        averaging=0.9995,
    ),
    # The plain GAN, which are the defaults of every field: it spreads out at first, then draws fewer and fewer classes.
    "gan-collapsed": GanConfig(recipe="gan-collapsed"),
}

STEP_BY_STEP = GanConfig(
    generator_widths=(320, 320, 320),
    discriminator_widths=(128, 128),
    loss="minimax",
    gamma=1.0,
    batch_size=256,
    learning_rate=3e-3,
)
"""The GAN whose first steps are shown one by one. Its loss is the one of which both move the same number, in opposite
directions. With penalties and a small discriminator each of 600 steps moves it the way that it should, and the rate is
high enough for digits to form by then: see pretrained/README.md."""

RECIPES: dict[str, AnyConfig] = {**VAE_RECIPES, **GAN_RECIPES}


_RECIPE_DIGITS = 60_000
"""MNIST's training digits: the epochs in VAE_RECIPES are meant for so many."""


def recipe_for(name: str, digits: int) -> AnyConfig:
    """The recipe of this name, for a training set of so many digits. Raises KeyError for an unknown name.

    `fast` always takes about the same number of gradient steps: with fewer digits than MNIST's 60,000 it takes more
    epochs, 1000 at most, and holds out a tenth of the digits at most.
    """
    if name != "fast" or digits >= _RECIPE_DIGITS:
        return RECIPES[name]
    config = VAE_RECIPES["fast"]
    held_out = min(config.validation, digits // 10)
    epochs = round(config.epochs * (_RECIPE_DIGITS - config.validation) / max(1, digits - held_out))
    return dataclasses.replace(config, epochs=min(epochs, 1000), validation=held_out)
