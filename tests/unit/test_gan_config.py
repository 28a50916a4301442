"""A GAN's config: its bounds, its layers, and how much a step of it takes."""

import dataclasses
import json
from typing import Any

import pytest

from vae_core.config import TrainingConfig
from vae_core.errors import ConfigError
from vae_core.gan_config import GanConfig
from vae_core.recipes import GAN_RECIPES

BOUNDS = {
    "gamma": (0.0, 1000.0),
    "steps": (1, 1_000_000),
    "batch_size": (1, 10_000),
    "learning_rate": (1e-6, 1.0),
    "beta_1": (0.0, 0.999),
    "beta_2": (0.0, 0.9999),
    "averaging": (0.0, 0.99999),
    "validation": (0, 50_000),
    "seed": (0, 2**31 - 1),
}
CHOICES = {
    "recipe": ("gan", "gan-collapsed"),
    "activation": ("silu", "relu"),
    "loss": ("minimax", "non-saturating", "relativistic"),
    "schedule": ("constant", "half cosine"),
}
WIDTHS = ["generator_widths", "discriminator_widths"]
SMALL = GanConfig(generator_widths=(3, 4), discriminator_widths=(5,))


def config_with(name: str, value: Any) -> GanConfig:
    fields: dict[str, Any] = {"generator_widths": (2,), "discriminator_widths": (2,)} | {name: value}
    return GanConfig(**fields)


def test_every_field_is_tested_here_and_says_what_it_is_for():
    specs = {spec.name: spec for spec in dataclasses.fields(GanConfig)}
    assert set(specs) == {*BOUNDS, *CHOICES, *WIDTHS}
    assert all(spec.metadata["why"].endswith(".") for spec in specs.values())


@pytest.mark.parametrize(("name", "low", "high"), [(name, *ends) for name, ends in BOUNDS.items()])
def test_the_bounds_themselves_are_allowed_and_what_lies_beyond_is_not(name: str, low: float, high: float):
    for inside in (low, high):
        assert getattr(config_with(name, inside), name) == inside
    step = 1 if isinstance(low, int) else 1e-9
    for outside in (low - step, high + step, "1", None, True, float("nan")):
        with pytest.raises(ConfigError, match=f"^{name}: expected .* from .* to .*; found "):
            config_with(name, outside)


@pytest.mark.parametrize("name", CHOICES)
def test_a_word_is_one_of_a_few(name: str):
    for choice in CHOICES[name]:
        assert getattr(config_with(name, choice), name) == choice
    with pytest.raises(ConfigError, match=f"^{name}: expected one of {', '.join(CHOICES[name])}; found 'other'"):
        config_with(name, "other")


def test_the_layers_have_the_names_of_a_decoder_and_of_a_discriminator():
    assert SMALL.layers == {
        "decoder.hidden.0": (2, 3),
        "decoder.hidden.1": (3, 4),
        "decoder.logits": (4, 784),
        "discriminator.hidden.0": (784, 5),
        "discriminator.logits": (5, 1),
    }
    assert SMALL.weights_of("decoder.") == 3 * 3 + 4 * 4 + 5 * 784
    assert SMALL.weights_of("discriminator.") == 785 * 5 + 6
    assert SMALL.weights == SMALL.weights_of("decoder.") + SMALL.weights_of("discriminator.")


def test_penalties_double_the_discriminators_step():
    generator, discriminator = SMALL.weights_of("decoder."), SMALL.weights_of("discriminator.")
    assert SMALL.flop_per_digit == 2 * (9 * discriminator + 4 * generator)
    assert dataclasses.replace(SMALL, gamma=1.0).flop_per_digit == 2 * (15 * discriminator + 4 * generator)


def test_what_is_too_large_is_refused_by_name():
    with pytest.raises(ConfigError, match=r"^generator_widths, discriminator_widths: expected at most 20,000,000 we"):
        GanConfig(discriminator_widths=(4096, 4096))
    with pytest.raises(ConfigError, match=r"^batch_size: expected gradient steps of at most 60 GFLOP"):
        GanConfig(generator_widths=(1024, 1024), discriminator_widths=(1024, 1024), batch_size=10_000)


@pytest.mark.parametrize("config", [*GAN_RECIPES.values(), SMALL], ids=["gan", "gan-collapsed", "small"])
def test_a_config_survives_json(config: GanConfig):
    assert GanConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


def test_a_vaes_fields_are_unknown_and_its_fingerprint_is_another():
    with pytest.raises(ConfigError, match="unknown field 'beta'"):
        GanConfig.from_dict({"beta": 1.0})
    assert GanConfig().fingerprint("d") != TrainingConfig().fingerprint("d")
