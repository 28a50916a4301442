"""The recipes: named training configs, `seed`, `fast` and `deep`."""

import dataclasses

from vae_core.config import TrainingConfig

RECIPES: dict[str, TrainingConfig] = {
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


_RECIPE_DIGITS = 60_000
"""MNIST's training digits: the epochs in RECIPES are meant for so many."""


def recipe_for(name: str, digits: int) -> TrainingConfig:
    """The recipe of this name, for a training set of so many digits. Raises KeyError for an unknown name.

    `fast` always takes about the same number of gradient steps: with fewer digits than MNIST's 60,000 it takes more
    epochs, 1000 at most, and holds out a tenth of the digits at most.
    """
    config = RECIPES[name]
    if name != "fast" or digits >= _RECIPE_DIGITS:
        return config
    held_out = min(config.validation, digits // 10)
    epochs = round(config.epochs * (_RECIPE_DIGITS - config.validation) / max(1, digits - held_out))
    return dataclasses.replace(config, epochs=min(epochs, 1000), validation=held_out)
