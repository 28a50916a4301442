"""The named recipes: seed, fast and deep."""

import dataclasses

from vae_core.config import TrainingConfig

RECIPES: dict[str, TrainingConfig] = {
    # Better than the post's after its 50 epochs, in less time than one of them takes: see pretrained/README.md.
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
    # The best map: wide, smooth layers, and an encoder that is kept from learning the digits by heart.
    "deep": TrainingConfig(
        recipe="deep",
        encoder_widths=(512, 512, 512),
        decoder_widths=(512, 512, 512),
        activation="silu",
        epochs=200,
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
    # The blog post's network and recipe: it trains on every training digit and holds none out.
    "seed": TrainingConfig(recipe="seed"),
}


_RECIPE_DIGITS = 60_000


def recipe_for(name: str, digits: int) -> TrainingConfig:
    """The named recipe for this many training digits.

    `fast` is so many steps rather than so many epochs: on few digits it passes over them more often, and holds out a
    tenth of them at most.
    """
    config = RECIPES[name]
    if name != "fast" or digits >= _RECIPE_DIGITS:
        return config
    held_out = min(config.validation, digits // 10)
    epochs = round(config.epochs * (_RECIPE_DIGITS - config.validation) / max(1, digits - held_out))
    return dataclasses.replace(config, epochs=min(epochs, 1000), validation=held_out)
