"""The record of a run (run.json) and its scores (metrics.json) as dataclasses, checked when they are read.

Invariant: an object read from JSON has exactly the fields of its class, each of the annotated type, and finite numbers.
"""

import dataclasses
import json
import sys
from dataclasses import MISSING, dataclass, field
from typing import Any

from vae_core.config import TrainingConfig
from vae_core.data.digits import MNIST, SAMPLE, Digits, name_of
from vae_core.kinds import CONFIGS, VAE, AnyConfig

FORMAT = 1
STATUSES = ("running", "done", "cancelled", "failed")


@dataclass(frozen=True)
class Dataset:
    """The digits that a run was trained and scored on. train, validation, test: how many."""

    source: str
    """`Digits.source`: "mnist", "sample", or the name of a file of other digits."""
    train: int
    validation: int
    test: int
    digest: str
    """`Digits.digest`: a hash of the test digits, on which the scores were measured."""
    left_out: dict[str, str] = field(default_factory=dict)
    """`Digits.left_out`: the source and the digest of digits that were taken out of the training digits before."""

    @property
    def name(self) -> str:
        """What the digits are called."""
        return name_of(self.source)

    @property
    def is_mnist(self) -> bool:
        """Whether the training digits were MNIST's own."""
        return self.source == MNIST

    def includes(self, digits: Digits) -> bool:
        """Whether some of these test digits were trained on.

        The bundled sample is of MNIST's training digits. Of the sample itself a run was trained on all but its own test
        digits.
        """
        if not digits.are_sample:
            return False
        if self.source == SAMPLE:
            return digits.digest != self.digest
        return self.is_mnist and SAMPLE not in self.left_out


@dataclass(frozen=True)
class Score:
    """A measured value of a model, with all that is needed to read it."""

    name: str
    value: float
    unit: str
    digits: int
    """How many test digits it was computed on."""
    dataset: str
    """The source of those digits, MNIST or SAMPLE."""
    estimator: str
    """How it was computed, in words."""
    error: float | None = None
    """Standard error, in the unit of the value: how far it would move with other digits. None: not known, as in older
    runs, or there is none."""
    samples: int | None = None
    """How many samples of the model were set beside the digits; None for a score of the digits themselves."""
    real: float | None = None
    """The same figure for real digits in place of the samples, in the unit of the value; None where there is none."""


@dataclass(frozen=True)
class Record:
    """The content of run.json."""

    id: str
    """Also the name of the run's directory."""
    title: str
    kind: str
    """VAE or GAN."""
    status: str
    """One of STATUSES."""
    config: AnyConfig
    """Of the kind's class."""
    dataset: Dataset
    versions: dict[str, str]
    """Of Python and the libraries that it was begun with, by name."""
    created: str
    """ISO 8601, in UTC."""
    seconds: float
    """Training time on the wall clock."""
    reason: str = ""
    """Why it was cancelled or failed, for instance "cancelled at epoch 3 of 50"; empty otherwise."""

    @property
    def has_encoder(self) -> bool:
        """Whether it can place digits in the plane. A GAN can only draw them."""
        return self.kind == VAE

    @property
    def row_steps(self) -> int:
        """Gradient steps between two rows of the history: an epoch of a VAE."""
        return self.config.row_steps(self.dataset.train)

    @property
    def steps(self) -> int:
        """Gradient steps of the whole training."""
        return self.config.total_steps(self.dataset.train)

    def moment(self, step: int, written: str = ".4g") -> str:
        """How far the training is after so many gradient steps: "epoch 3 of 50", or "step 300 of 6,000" of a GAN.

        written: the format of the epoch.
        """
        if isinstance(self.config, TrainingConfig):
            return f"epoch {step / self.row_steps:{written}} of {self.config.epochs}"
        return f"step {step:,} of {self.steps:,}"

    @classmethod
    def from_json(cls, text: str) -> "Record":
        """Parse and check a run.json. Raises ValueError or ConfigError, which say what was expected and found."""
        fields = json.loads(text)
        if not isinstance(fields, dict) or "format" not in fields:
            raise ValueError("expected an object with a format number")
        if (found := fields.pop("format")) != FORMAT:
            raise ValueError(f"expected format {FORMAT}, found {found!r}; a newer version of the app may read it")
        if not isinstance(kind := fields.get("kind"), str) or kind not in CONFIGS:
            raise ValueError(f"expected a kind of {', '.join(CONFIGS)}; found {kind!r}")
        if fields.get("status") not in STATUSES:
            raise ValueError(f"expected a status of {', '.join(STATUSES)}; found {fields.get('status')!r}")
        config = CONFIGS[kind].from_dict(fields.pop("config", None))
        dataset = _build(Dataset, fields.pop("dataset", None))
        for name, least in (("train", 1), ("validation", 0), ("test", 1)):
            if (found := getattr(dataset, name)) < least:
                raise ValueError(f"{name}: expected at least {least}, found {found}")
        return _build(cls, fields | {"config": config, "dataset": dataset})

    def to_json(self) -> bytes:
        return _json({"format": FORMAT} | dataclasses.asdict(self) | {"config": self.config.as_dict()})


def scores_from_json(text: str) -> list[Score]:
    """Parse and check a metrics.json. Raises ValueError if it is not a list of scores."""
    if not isinstance(entries := json.loads(text), list):
        raise ValueError(f"expected a list of scores, found {type(entries).__name__}")
    scores = [_build(Score, entry) for entry in entries]
    if wrong := [score.name for score in scores if score.digits < 1]:
        raise ValueError(f"{wrong[0]}: expected at least 1 digit")
    return scores


def scores_to_json(scores: list[Score]) -> bytes:
    """The content of metrics.json, in UTF-8: the inverse of `scores_from_json`."""
    return _json([dataclasses.asdict(score) for score in scores])


def _json(value: Any) -> bytes:
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "replace")  # a path or title may contain a lone surrogate, which UTF-8 cannot encode


_OPTIONAL, _COUNT = float | None, int | None
_JSON_TYPES: dict[Any, tuple[type, ...]] = {
    str: (str,),
    int: (int,),
    float: (int, float),
    _OPTIONAL: (int, float, type(None)),
    _COUNT: (int, type(None)),
    dict[str, str]: (dict,),
}


def _build(cls: type, fields: Any) -> Any:
    """Create the dataclass `cls` from a JSON object. Raises ValueError unless it has exactly the fields of the class.

    Each value must be of the annotated type. Fields with a default may be missing, as they are in older runs. Fields of
    other types than those in _JSON_TYPES must have been created and checked before.
    """
    if not isinstance(fields, dict):
        raise ValueError(f"expected an object, found {type(fields).__name__}")
    specs: dict[str, Any] = {spec.name: spec.type for spec in dataclasses.fields(cls)}
    required = {spec.name for spec in dataclasses.fields(cls) if spec.default is spec.default_factory is MISSING}
    if missing := sorted(required - fields.keys()):
        raise ValueError(f"the field {missing[0]!r} is missing")
    if unknown := sorted(fields.keys() - specs.keys()):
        raise ValueError(f"unknown field {unknown[0]!r}")
    for name, expected in specs.items():
        if name not in fields or expected not in _JSON_TYPES:
            continue
        value = fields[name]
        if not isinstance(value, _JSON_TYPES[expected]) or isinstance(value, bool):
            raise ValueError(f"{name}: expected {getattr(expected, '__name__', expected)}, found {value!r}")
        if expected == dict[str, str] and (wrong := [v for v in value.values() if not isinstance(v, str)]):
            raise ValueError(f"{name}: expected texts, found {wrong[0]!r}")
        if expected is str:
            value.encode()  # raises an error for a lone surrogate, which JSON allows and no page can show
        if expected in (float, _OPTIONAL) and value is not None and not abs(value) <= sys.float_info.max:
            raise ValueError(f"{name}: expected a finite number, found {value!r}")
    return cls(**fields)
