"""A config is checked once, when it is made; equal configs have equal fingerprints."""

import dataclasses
import json
import math
import os
import subprocess
import sys
from typing import Any

import pytest

from vae_core.config import RECIPES, TrainingConfig
from vae_core.errors import ConfigError

BOUNDS = {
    "epochs": (1, 1000),
    "batch_size": (1, 10_000),
    "learning_rate": (1e-6, 1.0),
    "beta": (0.0, 100.0),
    "epsilon_std": (0.0, 10.0),
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


@pytest.mark.parametrize("value", ["nonsense", "", "../seed", 7, None, ["seed"]])
def test_an_unknown_recipe_is_refused_and_the_known_ones_are_named(value: Any):
    with pytest.raises(ConfigError, match=r"^recipe: expected one of seed.*; found "):
        TrainingConfig(recipe=value)


@pytest.mark.parametrize("values", [None, [], "seed", 3])
def test_from_dict_takes_an_object_only(values: Any):
    with pytest.raises(ConfigError, match="expected an object, found"):
        TrainingConfig.from_dict(values)


def test_from_dict_names_the_unknown_field():
    with pytest.raises(ConfigError, match=r"unknown field 'latent_dim'; this version knows .*encoder_widths"):
        TrainingConfig.from_dict({"latent_dim": 3})


@pytest.mark.parametrize(
    "config",
    [*RECIPES.values(), TrainingConfig(encoder_widths=(3, 2, 1), beta=0.1 + 0.2, learning_rate=1e-6, seed=2**31 - 1)],
    ids=lambda config: f"{config.recipe}, beta {config.beta:.1f}",
)
def test_a_config_survives_json(config: TrainingConfig):
    assert TrainingConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


OTHER = {
    "encoder_widths": (128,),
    "decoder_widths": (256, 256),
    "epochs": 49,
    "batch_size": 101,
    "learning_rate": 1.1e-3,
    "beta": 1.5,
    "epsilon_std": 0.5,
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


def test_the_seed_recipe_has_the_posts_numbers():
    seed = RECIPES["seed"]
    assert (seed.encoder_widths, seed.decoder_widths) == ((256,), (256,))
    assert (seed.epochs, seed.batch_size, seed.learning_rate) == (50, 100, 0.001)
    assert (seed.beta, seed.epsilon_std, seed.validation) == (1.0, 1.0, 0)


def test_every_recipe_goes_by_its_own_name():
    assert all(config.recipe == name for name, config in RECIPES.items())
