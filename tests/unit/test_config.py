"""A config is checked once, when it is made; equal configs have equal fingerprints."""

import dataclasses
import json
import math
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.unit.builders import random_tensors
from vae_core.config import TrainingConfig
from vae_core.errors import ConfigError
from vae_core.recipes import VAE_RECIPES

BOUNDS = {
    "proposals": (1, 16),
    "epochs": (1, 1000),
    "batch_size": (1, 10_000),
    "learning_rate": (1e-6, 1.0),
    "clip_norm": (0.0, 1e6),
    "beta": (0.0, 100.0),
    "epsilon_std": (0.0, 10.0),
    "hidden_pixels": (0.0, 0.9),
    "bent_digits": (0.0, 1.0),
    "validation": (0, 50_000),
    "seed": (0, 2**31 - 1),
}
INTEGERS = ["epochs", "batch_size", "validation", "seed"]


def config_with(name: str, value: Any) -> TrainingConfig:
    fields: dict[str, Any] = {name: value}
    return TrainingConfig(**fields)


@pytest.mark.parametrize(("name", "low", "high"), [(name, *ends) for name, ends in BOUNDS.items()])
def test_the_bounds_themselves_are_allowed_and_what_lies_beyond_is_not(name: str, low: float, high: float):
    step = 1 if name in INTEGERS else 1e-9
    for inside in (low, high):
        assert getattr(config_with(name, inside), name) == inside
    for outside in (low - step, high + step):
        with pytest.raises(ConfigError, match=f"^{name}: expected .* from .* to .*; found "):
            config_with(name, outside)


@pytest.mark.parametrize("value", ["1", None, True, False, math.nan, math.inf, -math.inf, 10**400, -(10**400), [1], 1j])
@pytest.mark.parametrize("name", BOUNDS)
def test_what_is_no_finite_number_within_the_bounds_is_refused(name: str, value: Any):
    with pytest.raises(ConfigError, match=f"^{name}: expected "):
        config_with(name, value)


@pytest.mark.parametrize("name", INTEGERS)
def test_whole_numbers_stay_whole(name: str):
    with pytest.raises(ConfigError, match=r"expected a whole number .* found 2\.0"):
        config_with(name, 2.0)


@pytest.mark.parametrize("value", [(), (0,), (4097,), (256, True), (256, 2.0), ("256",), 9 * (8,), 256, "256", None])
@pytest.mark.parametrize("name", ["encoder_widths", "decoder_widths"])
def test_widths_are_one_to_eight_whole_numbers(name: str, value: Any):
    with pytest.raises(ConfigError, match=f"^{name}: expected "):
        config_with(name, value)
    assert getattr(config_with(name, (1, 4096, *6 * (8,))), name)[:2] == (1, 4096)


CHOICES = {
    "recipe": ("seed", "fast", "deep", "custom"),
    "activation": ("relu", "silu"),
    "optimizer": ("rmsprop", "adam"),
    "schedule": ("constant", "linear", "cosine"),
    "initialization": ("glorot", "he"),
    "output_bias": ("zero", "mean digit"),
}


@pytest.mark.parametrize("value", ["nonsense", "", "../seed", 7, None, ["seed"], ("adam",), True, "ADAM"])
@pytest.mark.parametrize("name", CHOICES)
def test_a_word_is_one_of_a_few_and_they_are_named(name: str, value: Any):
    with pytest.raises(ConfigError, match=f"^{name}: expected one of {', '.join(CHOICES[name])}; found "):
        config_with(name, value)
    for choice in CHOICES[name]:
        assert getattr(config_with(name, choice), name) == choice


def test_every_field_is_a_number_a_word_or_widths_and_says_what_it_is_for():
    specs = {spec.name: spec for spec in dataclasses.fields(TrainingConfig)}
    assert set(specs) == {*BOUNDS, *CHOICES, "encoder_widths", "decoder_widths"}, "give the new field its tests"
    for spec in specs.values():
        assert spec.metadata["why"].endswith(".")


# --- The network as a whole


def test_the_weights_are_those_of_the_layers(config: TrainingConfig):
    tensors = random_tensors(config)
    assert config.weights == sum(tensor.size for tensor in tensors.values())
    kernels = {f"{name}.kernel": shape for name, shape in config.layers.items()}
    assert kernels == {name: tensor.shape for name, tensor in tensors.items() if name.endswith(".kernel")}
    assert TrainingConfig().weights == 404_244


def test_a_step_takes_two_operations_a_weight_and_three_passes_for_each_digit_seen():
    config = TrainingConfig()
    assert config.flop_per_digit == 2 * 3 * config.weights
    assert TrainingConfig(bent_digits=0.5).flop_per_digit == 3 * 3 * config.weights


def test_choosing_among_proposals_takes_each_once_more_through_the_decoder():
    config = TrainingConfig(proposals=3)
    decoder = 2 * 256 + 256 + 256 * 784 + 784
    assert config.weights == 785 * 256 + 257 * (6 + 6 + 3) + decoder
    assert config.flop_per_digit == 2 * 3 * config.weights + 2 * 3 * decoder


def test_a_network_of_too_many_weights_is_refused_before_anything_is_made_of_it():
    weights = 785 * 4096 + 4097 * 4092 + 2 * 4093 * 2 + 3 * 1 + 2 * 784
    assert weights < 20_000_000 < weights + 4101
    assert TrainingConfig(encoder_widths=(4096, 4092), decoder_widths=(1,)).weights == weights
    words = "^encoder_widths, decoder_widths: expected at most 20,000,000 weights in all; found 20,0.*narrower"
    with pytest.raises(ConfigError, match=words):
        TrainingConfig(encoder_widths=(4096, 4093), decoder_widths=(1,))
    with pytest.raises(ConfigError, match="weights in all"):
        TrainingConfig(encoder_widths=8 * (4096,), decoder_widths=8 * (4096,))


def test_a_step_that_takes_too_long_to_be_stopped_is_refused():
    widths: dict[str, Any] = {"encoder_widths": (1024, 1024), "decoder_widths": (1024, 1024)}
    weights = 785 * 1024 + 1025 * 1024 + 2 * 1025 * 2 + 3 * 1024 + 1025 * 1024 + 1025 * 784
    largest = int(60e9 // (6 * weights))
    assert largest < 10_000
    assert TrainingConfig(**widths, batch_size=largest).batch_size == largest
    with pytest.raises(ConfigError, match=r"^batch_size: expected gradient steps of at most 60 GFLOP.*; found 60"):
        TrainingConfig(**widths, batch_size=largest + 1)


@pytest.mark.parametrize("values", [None, [], "seed", 3])
def test_from_dict_takes_an_object_only(values: Any):
    with pytest.raises(ConfigError, match="expected an object, found"):
        TrainingConfig.from_dict(values)


def test_from_dict_names_the_unknown_field():
    with pytest.raises(ConfigError, match=r"unknown field 'latent_dim'; this version knows .*encoder_widths"):
        TrainingConfig.from_dict({"latent_dim": 3})


@pytest.mark.parametrize(
    "config",
    [
        *VAE_RECIPES.values(),
        TrainingConfig(encoder_widths=(3, 2, 1), beta=0.1 + 0.2, learning_rate=1e-6, seed=2**31 - 1),
    ],
    ids=lambda config: f"{config.recipe}, beta {config.beta:.1f}",
)
def test_a_config_survives_json(config: TrainingConfig):
    assert TrainingConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


OTHER = {
    "encoder_widths": (128,),
    "decoder_widths": (256, 256),
    "activation": "silu",
    "proposals": 2,
    "epochs": 49,
    "batch_size": 101,
    "optimizer": "adam",
    "learning_rate": 1.1e-3,
    "schedule": "cosine",
    "clip_norm": 100,
    "initialization": "he",
    "output_bias": "mean digit",
    "beta": 1.5,
    "epsilon_std": 0.5,
    "hidden_pixels": 0.25,
    "bent_digits": 0.5,
    "validation": 5000,
    "seed": 1,
}


def test_the_fingerprint_changes_with_every_field_and_with_the_digits():
    assert {"recipe", *OTHER} == {spec.name for spec in dataclasses.fields(TrainingConfig)}, "give OTHER the new field"
    configs = [TrainingConfig(), *(config_with(*change) for change in OTHER.items())]
    prints = [config.fingerprint(digest) for config in configs for digest in ("one", "two")]
    assert len(set(prints)) == len(prints)
    assert all(len(text) == 8 and set(text) <= set("0123456789abcdef") for text in prints)


def test_equal_configs_have_equal_fingerprints_whole_or_not():
    assert TrainingConfig(beta=2) == TrainingConfig(beta=2.0)
    assert TrainingConfig(beta=2).fingerprint("d") == TrainingConfig(beta=2.0).fingerprint("d")


def test_another_process_gives_the_same_fingerprint():
    code = "from vae_core.config import TrainingConfig; print(TrainingConfig(beta=2.5, seed=3).fingerprint('digest'))"
    environment = os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    printed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == TrainingConfig(beta=2.5, seed=3).fingerprint("digest")
