"""`TrainingConfig`: all the settings of a training, each with its bounds.

A config is checked when it is created and cannot be changed, so every TrainingConfig lies within the bounds. Trainings
with equal configs, on the same digits and the same machine, end in the same weights; `fingerprint` is a hash of config
and digits.
"""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from vae_core.data.images import PIXELS
from vae_core.errors import ConfigError

LATENT_DIM = 2
"""Dimensions of the latent space."""

LOG_VAR_LIMIT = 20.0
"""The encoder's log_var is clamped to +-20: standard deviations from exp(-10) = 5e-5 to exp(10) = 2e4.

No posterior seen is as narrow as that, and exp(20) is far below float32's largest number. Without the clamp, one bad
batch can overflow and turn every weight into NaN.
"""

_MAX_DEPTH = 8  # hidden layers
_MAX_WEIGHTS = 20_000_000  # 240 MB in float32, with the two moving averages that Adam keeps of each
_MAX_STEP_FLOP = 60e9  # about a second on two cores; a training can only be cancelled between two steps


def _bounded(default: Any, low: float, high: float, why: str) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "why": why})


def _one_of(choices: tuple[str, ...], why: str) -> Any:
    return field(default=choices[0], metadata={"choices": choices, "why": why})


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of a training. Raises ConfigError if a field has the wrong type or lies outside its bounds.

    The `why` of a field says what it sets; pages show it.
    """

    recipe: str = _one_of(("seed", "fast", "deep", "custom"), "Name of these settings; custom: chosen by hand.")
    encoder_widths: tuple[int, ...] = _bounded(
        (256,), 1, 4096, "Units of each hidden layer, from the pixels to the latent."
    )
    decoder_widths: tuple[int, ...] = _bounded(
        (256,), 1, 4096, "Units of each hidden layer, from the latent to the pixels."
    )
    activation: str = _one_of(
        ("relu", "silu"), "Activation of the hidden layers: relu has a kink at 0; silu, x sigmoid(x), is smooth."
    )
    proposals: int = _bounded(
        1,
        1,
        16,
        "Gaussians that the encoder proposes for a digit; q(z|x) is the one that it expects to be the best.",
    )
    epochs: int = _bounded(50, 1, 1000, "Passes over the training digits.")
    batch_size: int = _bounded(100, 1, 10_000, "Digits a gradient step sees.")
    optimizer: str = _one_of(("rmsprop", "adam"), "How a gradient becomes a step; the blog post used rmsprop.")
    learning_rate: float = _bounded(1e-3, 1e-6, 1.0, "Size of a gradient step, at its largest.")
    schedule: str = _one_of(
        ("constant", "linear", "cosine"),
        "The learning rate over time: linear rises for a fifth of the steps, then falls to zero; cosine only falls.",
    )
    clip_norm: float = _bounded(
        0.0, 0.0, 1e6, "Largest norm of the gradient over all weights; a larger one is scaled down to it. 0: no limit."
    )
    initialization: str = _one_of(
        ("glorot", "he"),
        "Distribution of the hidden layers' initial weights: Glorot's uniform, or He's normal, made for ReLU.",
    )
    output_bias: str = _one_of(
        ("zero", "mean digit"), "What the decoder draws before training: grey, or the mean of the training digits."
    )
    beta: float = _bounded(1.0, 0.0, 100.0, "Weight of the KL term; 1 is the ELBO itself.")
    epsilon_std: float = _bounded(1.0, 0.0, 10.0, "Standard deviation of the sampling noise; 1 is the VAE.")
    hidden_pixels: float = _bounded(
        0.0,
        0.0,
        0.9,
        "Share of the pixels that are black in the encoder's input, chosen anew at each step, against overfitting.",
    )
    bent_digits: float = _bounded(
        0.0,
        0.0,
        1.0,
        "Share of a batch that the encoder alone is trained on a second time, rotated, stretched, sheared and shifted.",
    )
    validation: int = _bounded(0, 0, 50_000, "Training digits held out, to measure the loss on digits not trained on.")
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
        """The dense layers in order: by name, the numbers of inputs and outputs."""
        shapes: dict[str, tuple[int, int]] = {}
        width = PIXELS
        for i, units in enumerate(self.encoder_widths):
            shapes[f"encoder.hidden.{i}"], width = (width, units), units
        shapes["encoder.mean"] = shapes["encoder.log_var"] = (width, LATENT_DIM * self.proposals)
        if self.proposals > 1:
            shapes["encoder.choice"] = (width, self.proposals)
        width = LATENT_DIM
        for i, units in enumerate(self.decoder_widths):
            shapes[f"decoder.hidden.{i}"], width = (width, units), units
        shapes["decoder.logits"] = (width, PIXELS)
        return shapes

    @property
    def weights(self) -> int:
        """How many parameters the network has: kernels and biases."""
        return self._weights("")

    @property
    def flop_per_digit(self) -> int:
        """Floating-point operations of a gradient step for each digit: 2 a weight forward, and 4 backward.

        Choosing among proposals takes each of them once more through the decoder, forward only.
        """
        choosing = 2 * self.proposals * self._weights("decoder.") if self.proposals > 1 else 0
        return round((1 + self.bent_digits) * (6 * self.weights + choosing))

    def _weights(self, prefix: str) -> int:
        """How many parameters the layers have whose names begin so."""
        shapes = (shape for name, shape in self.layers.items() if name.startswith(prefix))
        return sum((inputs + 1) * outputs for inputs, outputs in shapes)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainingConfig":
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
