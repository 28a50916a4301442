"""How a model is trained: `TrainingConfig`, its bounds, and the named recipes.

A config is checked once, when it is made; whoever holds one may rely on its bounds. Two configs with equal fields,
trained on the same digits on the same machine, give the same run; `fingerprint` names that pair.
"""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from vae_core.data.images import PIXELS
from vae_core.errors import ConfigError

LATENT_DIM = 2

LOG_VAR_LIMIT = 20.0
"""log_var is clamped to +-20 wherever it is used: exp(20) is far from float32's overflow, and exp(-20) is a spread of
5e-5, far below any posterior seen. Without it one bad batch turns every weight into NaN."""

_MAX_DEPTH = 8
_MAX_WEIGHTS = 20_000_000  # with an optimizer's two copies, a quarter of a gigabyte
_MAX_STEP_FLOP = 60e9  # two cores take about a second for it; a training is cancelled between two steps


def _bounded(default: Any, low: float, high: float, why: str) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "why": why})


def _one_of(choices: tuple[str, ...], why: str) -> Any:
    return field(default=choices[0], metadata={"choices": choices, "why": why})


@dataclass(frozen=True)
class TrainingConfig:
    """One recipe's numbers. Raises ConfigError if a field has the wrong type or lies outside its bounds."""

    recipe: str = _one_of(("seed", "fast", "deep", "custom"), "What these numbers are called; custom: chosen by hand.")
    encoder_widths: tuple[int, ...] = _bounded(
        (256,), 1, 4096, "Units of each hidden layer, from the pixels to the latent."
    )
    decoder_widths: tuple[int, ...] = _bounded(
        (256,), 1, 4096, "Units of each hidden layer, from the latent to the pixels."
    )
    activation: str = _one_of(
        ("relu", "silu"), "What hidden layers apply: relu bends at 0; silu, x sigmoid(x), is smooth, and so is its map."
    )
    epochs: int = _bounded(50, 1, 1000, "Passes over the training digits.")
    batch_size: int = _bounded(100, 1, 10_000, "Digits a gradient step sees.")
    optimizer: str = _one_of(("rmsprop", "adam"), "The rule of a gradient step; the post used rmsprop.")
    learning_rate: float = _bounded(1e-3, 1e-6, 1.0, "Size of a gradient step, at its largest.")
    schedule: str = _one_of(
        ("constant", "linear", "cosine"),
        "The learning rate over time: linear rises for a fifth of the steps, then falls to zero; cosine only falls.",
    )
    clip_norm: float = _bounded(
        0.0, 0.0, 1e6, "The most that the gradient's length may be, over all weights; 0: as long as it is."
    )
    initialization: str = _one_of(
        ("glorot", "he"), "How hidden layers start: Glorot's uniform distribution, or He's normal one, made for ReLU."
    )
    output_bias: str = _one_of(
        ("zero", "mean digit"), "What the decoder draws before it has learned anything: grey, or the mean digit."
    )
    beta: float = _bounded(1.0, 0.0, 100.0, "Weight of the KL term; 1 is the ELBO itself.")
    epsilon_std: float = _bounded(1.0, 0.0, 10.0, "Standard deviation of the sampling noise; 1 is the VAE.")
    hidden_pixels: float = _bounded(
        0.0,
        0.0,
        0.9,
        "Share of a digit's pixels that the encoder does not see at a step, so that it learns none by heart.",
    )
    bent_digits: float = _bounded(
        0.0,
        0.0,
        1.0,
        "Share of the digits that the encoder, and it alone, learns from once more at a step, turned and stretched.",
    )
    validation: int = _bounded(0, 0, 50_000, "Training digits held out, to watch the loss on unseen ones.")
    seed: int = _bounded(0, 0, 2**31 - 1, "Seed of the weights, the shuffle and the noise.")

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):
            _check(spec, getattr(self, spec.name))
            if isinstance(spec.default, float):  # 1 equals 1.0, so both must have the same fingerprint
                object.__setattr__(self, spec.name, float(getattr(self, spec.name)))
        if self.weights > _MAX_WEIGHTS:
            raise ConfigError(
                f"encoder_widths, decoder_widths: expected at most {_MAX_WEIGHTS:,} weights in all; found "
                f"{self.weights:,}. Choose narrower layers, or fewer."
            )
        if (flop := self.flop_per_digit * self.batch_size) > _MAX_STEP_FLOP:
            raise ConfigError(
                f"batch_size: expected gradient steps of at most {_MAX_STEP_FLOP / 1e9:.0f} GFLOP, so that a training "
                f"can be stopped; found {flop / 1e9:.0f}. Choose a smaller batch or narrower layers."
            )

    @property
    def layers(self) -> dict[str, tuple[int, int]]:
        """The dense layers in order: name, then numbers of inputs and outputs."""
        found: dict[str, tuple[int, int]] = {}
        width = PIXELS
        for i, units in enumerate(self.encoder_widths):
            found[f"encoder.hidden.{i}"], width = (width, units), units
        found["encoder.mean"] = found["encoder.log_var"] = (width, LATENT_DIM)
        width = LATENT_DIM
        for i, units in enumerate(self.decoder_widths):
            found[f"decoder.hidden.{i}"], width = (width, units), units
        found["decoder.logits"] = (width, PIXELS)
        return found

    @property
    def weights(self) -> int:
        """How many numbers the network learns: kernels and biases."""
        return sum((inputs + 1) * outputs for inputs, outputs in self.layers.values())

    @property
    def flop_per_digit(self) -> int:
        """Arithmetic of one digit's share of a gradient step: two operations a weight, forward once and back twice."""
        return round(6 * (1 + self.bent_digits) * self.weights)

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
