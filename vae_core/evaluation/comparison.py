"""Comparison of two runs, called left and right: how their scores and their configs differ.

Invariant: a difference is right minus left, and is only given for scores of the same name, unit and digits.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vae_core.evaluation.digit_metrics import standard_error
from vae_core.evaluation.scores import MAP_SCORES
from vae_core.kinds import AnyConfig
from vae_core.runs.record import Score

_LOWER_IS_BETTER = {
    "-ELBO",
    "reconstruction",
    "distortion",
    "bits per pixel",
    "-ELBO, binarised",
    "-log p(x)",
    "inference gap",
    "KL of q(z) from the prior",
    "KL of classes",
    "seam share",
    "Frechet distance",
    "near copies",
}
_HIGHER_IS_BETTER = {
    *MAP_SCORES,
    "classes covered",
    "rarest class",
    "coverage",
}
# Other scores, such as the KL, are not better or worse by themselves.


@dataclass(frozen=True)
class Measured:
    """The scores of one run."""

    scores: Sequence[Score]
    digest: str
    """`Digits.digest` of the digits that they were measured on."""
    values: Mapping[str, np.ndarray] = field(default_factory=dict)
    """By the name of a score, the values of the digits of which it is the mean, where they are known."""


@dataclass(frozen=True)
class ScorePair:
    """The scores of this name of both runs; None for a run that has no such score."""

    name: str
    left: Score | None
    right: Score | None
    same_digits: bool
    """Whether both runs were scored on digits with the same digest."""
    error: float | None = None
    """Standard error of the difference, in their unit; None if it is not known.

    It is that of the differences of single digits where they are known: a hard digit is hard for both runs, so that
    they are much surer than the two scores. Else it is that of the difference of two independent scores, which is more.
    """

    @property
    def difference(self) -> float | None:
        """Right minus left, in their unit. None if a score is missing, or their digits or units differ."""
        left, right = self.left, self.right
        if not left or not right or not self.same_digits or (left.unit, left.digits) != (right.unit, right.digits):
            return None
        return right.value - left.value

    @property
    def within_error(self) -> bool:
        """Whether the difference is no more than its standard error, so that other digits might turn it around."""
        return self.difference is not None and self.error is not None and abs(self.difference) <= self.error

    @property
    def better(self) -> str | None:
        """ "left" or "right". None if the difference is 0 or within its error, or there is no direction in which this
        score is better."""
        if not (difference := self.difference) or self.name not in _LOWER_IS_BETTER | _HIGHER_IS_BETTER:
            return None
        if self.within_error:
            return None
        return "right" if (difference < 0) == (self.name in _LOWER_IS_BETTER) else "left"


def compare_scores(left: Measured, right: Measured) -> list[ScorePair]:
    """A pair for each name of a score that either run has, in the order of the run that has more scores."""
    of_left, of_right = ({score.name: score for score in measured.scores} for measured in (left, right))
    names = [name for scores in sorted((of_left, of_right), key=len, reverse=True) for name in scores]
    same = left.digest == right.digest
    return [
        ScorePair(name, of_left.get(name), of_right.get(name), same, _error(name, left, right) if same else None)
        for name in dict.fromkeys(names)
    ]


def _error(name: str, left: Measured, right: Measured) -> float | None:
    """The standard error of the difference of two scores of the same digits."""
    if name in left.values and name in right.values:
        return standard_error(right.values[name].astype(float) - left.values[name])
    scores = (score for measured in (left, right) for score in measured.scores if score.name == name)
    errors = [score.error for score in scores if score.error is not None]
    return math.hypot(*errors) if len(errors) == 2 else None


@dataclass(frozen=True)
class Setting:
    """A field in which two configs differ, with its values as texts."""

    name: str
    """The field's name as people read it: "Batch size" for batch_size."""
    left: str
    right: str
    why: str
    """What the field sets (see `TrainingConfig` and `GanConfig`)."""


def compare_configs(left: AnyConfig, right: AnyConfig) -> list[Setting]:
    """The fields in which two configs differ, in their order in the left one, then those that only the right one has.

    Of a field that only the other kind of model has, a config has a dash.
    """
    specs = {spec.name: spec for config in (right, left) for spec in dataclasses.fields(config)}
    names = dict.fromkeys(spec.name for config in (left, right) for spec in dataclasses.fields(config))
    pairs = [(specs[name], getattr(left, name, None), getattr(right, name, None)) for name in names]
    return [
        Setting(spec.name.replace("_", " ").capitalize(), _written(a), _written(b), spec.metadata["why"])
        for spec, a, b in pairs
        if a != b
    ]


def _written(value: Any) -> str:
    if value is None:
        return "\u2013"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
