"""What a run says about itself: its record, the digits it was trained on, its scores; and their JSON, read strictly.

Invariant: what was read from JSON has exactly the fields of its class, each of its type, every number finite.
"""

import dataclasses
import json
import sys
from dataclasses import dataclass
from typing import Any

from vae_core.config import TrainingConfig
from vae_core.data.digits import MNIST, Digits, name_of

FORMAT = 1
STATUSES = ("running", "done", "cancelled", "failed")


@dataclass(frozen=True)
class Dataset:
    """What a run was trained and scored on. train, validation, test: numbers of digits."""

    source: str
    train: int
    validation: int
    test: int
    digest: str
    """Names the test digits (`Digits.digest`): scores belong to these and to no others."""

    @property
    def name(self) -> str:
        """What the digits are called."""
        return name_of(self.source)

    @property
    def is_mnist(self) -> bool:
        """Whether the training digits were MNIST's own."""
        return self.source == MNIST

    def includes(self, digits: Digits) -> bool:
        """Whether these digits were trained on: all of the bundled sample are among MNIST's training digits."""
        return self.is_mnist and digits.are_sample


@dataclass(frozen=True)
class Score:
    """One figure about a model: never a bare number."""

    name: str
    value: float
    unit: str
    digits: int
    """How many test digits it was computed on."""
    dataset: str
    """The source of those digits, MNIST or SAMPLE."""
    estimator: str
    """How it was computed, in words."""


@dataclass(frozen=True)
class Record:
    """run.json: what a run says about itself. created: ISO 8601 in UTC; seconds: training time on the wall clock."""

    id: str
    title: str
    kind: str
    status: str
    config: TrainingConfig
    dataset: Dataset
    versions: dict[str, str]
    created: str
    seconds: float
    reason: str = ""
    """Why the training is not done, in a few words: "cancelled at epoch 3 of 50"."""

    @property
    def steps_per_epoch(self) -> int:
        """Gradient steps in which every training digit is seen once; the last one may see fewer digits."""
        return -(-self.dataset.train // self.config.batch_size)

    @property
    def steps(self) -> int:
        """Gradient steps of the whole training."""
        return self.config.epochs * self.steps_per_epoch

    @classmethod
    def from_json(cls, text: str) -> "Record":
        """Read and check a run.json. Raises ValueError or ConfigError that says what was expected and found."""
        fields = json.loads(text)
        if not isinstance(fields, dict) or "format" not in fields:
            raise ValueError("expected an object with a format number")
        if (found := fields.pop("format")) != FORMAT:
            raise ValueError(f"expected format {FORMAT}, found {found!r}; a newer version of the app may read it")
        if fields.get("kind") != "vae":
            raise ValueError(f"expected the kind 'vae', found {fields.get('kind')!r}")
        if fields.get("status") not in STATUSES:
            raise ValueError(f"expected a status of {', '.join(STATUSES)}; found {fields.get('status')!r}")
        config = TrainingConfig.from_dict(fields.pop("config", None))
        dataset = _build(Dataset, fields.pop("dataset", None))
        for name, least in (("train", 1), ("validation", 0), ("test", 1)):
            if (found := getattr(dataset, name)) < least:
                raise ValueError(f"{name}: expected at least {least}, found {found}")
        return _build(cls, fields | {"config": config, "dataset": dataset})

    def to_json(self) -> bytes:
        return _json({"format": FORMAT} | dataclasses.asdict(self) | {"config": self.config.as_dict()})


def scores_from_json(text: str) -> list[Score]:
    """Read a metrics.json. Raises ValueError on anything but a list of scores."""
    if not isinstance(entries := json.loads(text), list):
        raise ValueError(f"expected a list of scores, found {type(entries).__name__}")
    scores = [_build(Score, entry) for entry in entries]
    if wrong := [score.name for score in scores if score.digits < 1]:
        raise ValueError(f"{wrong[0]}: expected at least 1 digit")
    return scores


def scores_to_json(scores: list[Score]) -> bytes:
    """What `scores_from_json` reads, in UTF-8."""
    return _json([dataclasses.asdict(score) for score in scores])


def _json(value: Any) -> bytes:
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "replace")  # a path or a title may hold half a surrogate pair, which is no text


_JSON_TYPES: dict[Any, tuple[type, ...]] = {str: (str,), int: (int,), float: (int, float), dict[str, str]: (dict,)}


def _build(cls: type, fields: Any) -> Any:
    """The flat dataclass `cls` from a JSON object that has exactly its fields, each of its annotated type.

    A field with a default may be missing: it is younger than the first runs.
    """
    if not isinstance(fields, dict):
        raise ValueError(f"expected an object, found {type(fields).__name__}")
    specs: dict[str, Any] = {spec.name: spec.type for spec in dataclasses.fields(cls)}
    required = {spec.name for spec in dataclasses.fields(cls) if spec.default is dataclasses.MISSING}
    if missing := sorted(required - fields.keys()):
        raise ValueError(f"the field {missing[0]!r} is missing")
    if unknown := sorted(fields.keys() - specs.keys()):
        raise ValueError(f"unknown field {unknown[0]!r}")
    for name, expected in specs.items():
        if name not in fields or expected not in _JSON_TYPES:
            continue  # an object of its own was built and checked before
        value = fields[name]
        if not isinstance(value, _JSON_TYPES[expected]) or isinstance(value, bool):
            raise ValueError(f"{name}: expected {expected.__name__}, found {value!r}")
        if expected is str:
            value.encode()  # refuses half a surrogate pair, which JSON can hold and no page can show
        if expected is float and not abs(value) <= sys.float_info.max:
            raise ValueError(f"{name}: expected a finite number, found {value!r}")
    return cls(**fields)
