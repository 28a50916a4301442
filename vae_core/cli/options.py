"""The options of `train`: one for every field of a config of any kind."""

import dataclasses
from collections.abc import Callable
from typing import Any

import click

from vae_core.kinds import CONFIGS, AnyConfig


class _Widths(click.ParamType):
    name = "widths"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        try:
            return tuple(int(width) for width in str(value).split(","))
        except ValueError:
            self.fail(f"expected whole numbers with commas between them, like 256,128; found {value!r}.", param, ctx)


def config_options(command: Callable) -> Callable:
    """An option for every field of a config that the recipe would set otherwise."""
    for name, specs in reversed(_specs().items()):
        default = next(iter(specs.values())).default
        value_type = _Widths() if isinstance(default, tuple) else type(default)
        if all("choices" in spec.metadata for spec in specs.values()):
            value_type = click.Choice(
                list(dict.fromkeys(c for spec in specs.values() for c in spec.metadata["choices"]))
            )
        whys = {kind.upper(): spec.metadata["why"] for kind, spec in specs.items()}
        alike = len(whys) == len(CONFIGS) and len(set(whys.values())) == 1
        text = next(iter(whys.values())) if alike else " ".join(f"{kind}: {why}" for kind, why in whys.items())
        command = click.option(f"--{name.replace('_', '-')}", type=value_type, help=text)(command)
    return command


def changed(config: AnyConfig, given: dict[str, Any]) -> AnyConfig:
    """The config with other values. Raises UsageError for a field of another kind; ConfigError."""
    own = {spec.name for spec in dataclasses.fields(config)}
    if foreign := [name for name in given if name not in own]:
        option = f"--{foreign[0].replace('_', '-')}"
        raise click.UsageError(f"{option} is no setting of {config.recipe}, which trains a {config.kind.upper()}.")
    return dataclasses.replace(config, **given)


def _specs() -> dict[str, dict[str, dataclasses.Field]]:
    """By name, in order: each field but the recipe, by the kinds whose config has it."""
    found: dict[str, dict[str, dataclasses.Field]] = {}
    for kind, config in CONFIGS.items():
        for spec in dataclasses.fields(config):
            if spec.name != "recipe":
                found.setdefault(spec.name, {})[kind] = spec
    return found
