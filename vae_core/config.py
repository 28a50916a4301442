"""How a model is trained: `TrainingConfig`, its bounds, and the named recipes.

A config is checked once, when it is made; whoever holds one may rely on its bounds. Two configs with equal fields,
trained on the same digits on the same machine, give the same run; `fingerprint` names that pair.
"""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from vae_core.errors import ConfigError

IMAGE_SIDE = 28
PIXELS = IMAGE_SIDE * IMAGE_SIDE
LATENT_DIM = 2

LOG_VAR_LIMIT = 20.0
"""log_var is clamped to +-20 wherever it is used: exp(20) is far from float32's overflow, and exp(-20) is a spread of
5e-5, far below any posterior seen. Without it one bad batch turns every weight into NaN."""

_MAX_DEPTH = 8


def _bounded(default: Any, low: float, high: float, why: str) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "why": why})


@dataclass(frozen=True)
class TrainingConfig:
    """One recipe's numbers. Raises ConfigError if a field has the wrong type or lies outside its bounds."""

    recipe: str = "seed"
    encoder_widths: tuple[int, ...] = _bounded(
        (256,), 1, 4096, "Units of each hidden layer, from the pixels to the latent."
    )
    decoder_widths: tuple[int, ...] = _bounded(
        (256,), 1, 4096, "Units of each hidden layer, from the latent to the pixels."
    )
    epochs: int = _bounded(50, 1, 1000, "Passes over the training digits.")
    batch_size: int = _bounded(100, 1, 10_000, "Digits a gradient step sees.")
    learning_rate: float = _bounded(1e-3, 1e-6, 1.0, "RMSprop's step size.")
    beta: float = _bounded(1.0, 0.0, 100.0, "Weight of the KL term; 1 is the ELBO itself.")
    epsilon_std: float = _bounded(1.0, 0.0, 10.0, "Standard deviation of the sampling noise; 1 is the VAE.")
    validation: int = _bounded(0, 0, 50_000, "Training digits held out to make choices on.")
    seed: int = _bounded(0, 0, 2**31 - 1, "Seed of the weights, the shuffle and the noise.")

    def __post_init__(self) -> None:
        if self.recipe not in _RECIPE_NAMES:
            raise ConfigError(f"recipe: expected one of {', '.join(_RECIPE_NAMES)}; found {self.recipe!r}.")
        for spec in dataclasses.fields(self):
            if spec.metadata:
                _check(spec, getattr(self, spec.name))
            if isinstance(spec.default, float):  # 1 equals 1.0, so both must have the same fingerprint
                object.__setattr__(self, spec.name, float(getattr(self, spec.name)))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainingConfig":
        """The config whose `as_dict` this is. Raises ConfigError on unknown fields and bad values."""
        if not isinstance(values, dict):
            raise ConfigError(f"config: expected an object, found {type(values).__name__}.")
        known = {spec.name for spec in dataclasses.fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ConfigError(f"config: unknown field {unknown[0]!r}; this version knows {', '.join(sorted(known))}.")
        fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        return cls(**fields)

    def as_dict(self) -> dict[str, Any]:
        """Every field, as JSON has it (tuples become lists)."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in dataclasses.asdict(self).items()}

    def fingerprint(self, digest: str) -> str:
        """Eight hexadecimal digits that name this config together with the digits of that digest."""
        text = json.dumps([self.as_dict(), digest], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def _check(spec: dataclasses.Field, value: object) -> None:
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


_RECIPE_NAMES = ("seed",)

RECIPES: dict[str, TrainingConfig] = {
    # The blog post's network and recipe: it trains on every training digit and holds none out.
    "seed": TrainingConfig(recipe="seed"),
}
