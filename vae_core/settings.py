"""`Settings`: what the configs of all kinds of model have in common: fields with bounds, and a fingerprint.

A config is checked when it is created and cannot be changed, so every one lies within its bounds. Trainings with equal
configs, on the same digits and the same machine, end in the same weights; `fingerprint` is a hash of config and digits.
"""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Self

from vae_core.errors import ConfigError

_MAX_DEPTH = 8  # hidden layers
_MAX_WEIGHTS = 20_000_000  # 240 MB in float32, with the two moving averages that Adam keeps of each
_MAX_STEP_FLOP = 60e9  # about a second on two cores; a training can only be cancelled between two steps


def bounded(default: Any, low: float, high: float, why: str) -> Any:
    """A field for a number, or for the widths of layers, from low to high."""
    return field(default=default, metadata={"low": low, "high": high, "why": why})


def one_of(choices: tuple[str, ...], why: str) -> Any:
    """A field for one of these words, the first by default."""
    return field(default=choices[0], metadata={"choices": choices, "why": why})


@dataclass(frozen=True)
class Settings:
    """The settings of a training. Raises ConfigError if a field has the wrong type or lies outside its bounds.

    The `why` of a field says what it sets; pages show it.
    """

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):
            _check(spec, getattr(self, spec.name))
            if isinstance(spec.default, float):  # 1 equals 1.0, so both must have the same fingerprint
                object.__setattr__(self, spec.name, float(getattr(self, spec.name)))
        if self.weights > _MAX_WEIGHTS:
            widths = (spec.name for spec in dataclasses.fields(self) if isinstance(spec.default, tuple))
            raise ConfigError(
                f"{', '.join(widths)}: expected at most {_MAX_WEIGHTS:,} weights in all; found "
                f"{self.weights:,}. Choose narrower layers, or fewer."
            )
        if self.step_flop > _MAX_STEP_FLOP:
            raise ConfigError(
                f"batch_size: expected gradient steps of at most {_MAX_STEP_FLOP / 1e9:.0f} GFLOP, so that a training "
                f"can be stopped; found {self.step_flop / 1e9:.0f}. Choose a smaller batch or narrower layers."
            )

    @property
    def layers(self) -> dict[str, tuple[int, int]]:
        """The dense layers in order: by name, the numbers of inputs and outputs."""
        raise NotImplementedError

    @property
    def step_flop(self) -> float:
        """Floating-point operations of a gradient step."""
        raise NotImplementedError

    @property
    def weights(self) -> int:
        """How many parameters the network has: kernels and biases."""
        return self.weights_of("")

    def weights_of(self, part: str) -> int:
        """How many parameters the layers have whose names begin so."""
        shapes = (shape for name, shape in self.layers.items() if name.startswith(part))
        return sum((inputs + 1) * outputs for inputs, outputs in shapes)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The inverse of `as_dict`; fields that are missing take their defaults.

        Raises ConfigError for an unknown field or a bad value.
        """
        if not isinstance(values, dict):
            raise ConfigError(f"config: expected an object, found {type(values).__name__}.")
        known = {spec.name for spec in dataclasses.fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ConfigError(f"config: unknown field {unknown[0]!r}; this version knows {', '.join(sorted(known))}.")
        fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        return cls(**fields)

    def as_dict(self) -> dict[str, Any]:
        """Every field by name, ready for JSON: tuples become lists."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in dataclasses.asdict(self).items()}

    def fingerprint(self, digest: str) -> str:
        """Eight hexadecimal digits: a hash of this config and of the digits. digest: the digits' `Digits.digest`."""
        text = json.dumps([self.as_dict(), digest], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def chained(part: str, inputs: int, widths: tuple[int, ...]) -> dict[str, tuple[int, int]]:
    """Hidden layers of these widths, one after the other: by name, the numbers of inputs and outputs."""
    sizes = zip((inputs, *widths), widths, strict=False)
    return {f"{part}.hidden.{i}": size for i, size in enumerate(sizes)}


def _check(spec: dataclasses.Field, value: object) -> None:
    """Raises ConfigError if a field's value has the wrong type, or lies outside its bounds or its choices."""
    if choices := spec.metadata.get("choices"):
        if value not in choices:
            raise ConfigError(f"{spec.name}: expected one of {', '.join(choices)}; found {value!r}.")
        return
    low, high = spec.metadata["low"], spec.metadata["high"]
    if isinstance(spec.default, tuple):
        if not isinstance(value, tuple) or not 1 <= len(value) <= _MAX_DEPTH:
            raise ConfigError(f"{spec.name}: expected 1 to {_MAX_DEPTH} widths; found {value!r}.")
        numbers, kind = value, int
    else:
        numbers, kind = (value,), type(spec.default)
    for number in numbers:
        right_type = isinstance(number, (int, float) if kind is float else int) and not isinstance(number, bool)
        if not right_type or not low <= number <= high:  # NaN fails every comparison
            noun = "a whole number" if kind is int else "a number"
            raise ConfigError(f"{spec.name}: expected {noun} from {low:g} to {high:g}; found {number!r}.")
