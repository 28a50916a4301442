"""The options of `train`: one for every field of a config."""

import dataclasses
from collections.abc import Callable
from typing import Any

import click

from vae_core.config import TrainingConfig


class _Widths(click.ParamType):
    name = "widths"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        try:
            return tuple(int(width) for width in str(value).split(","))
        except ValueError:
            self.fail(f"expected whole numbers with commas between them, like 256,128; found {value!r}.", param, ctx)


def config_options(command: Callable) -> Callable:
    """An option for every field of TrainingConfig that the recipe would set otherwise."""
    for spec in reversed(dataclasses.fields(TrainingConfig)):
        if spec.name == "recipe":
            continue
        kind = _Widths() if isinstance(spec.default, tuple) else type(spec.default)
        if choices := spec.metadata.get("choices"):
            kind = click.Choice(choices)
        command = click.option(f"--{spec.name.replace('_', '-')}", type=kind, help=spec.metadata["why"])(command)
    return command
