"""Two runs side by side: how their scores and their configs differ.

Invariant: only scores of the same name, unit and digits are compared; a difference is right minus left.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vae_core.config import TrainingConfig
from vae_core.runs.record import Score

_LOWER = {
    "-ELBO",
    "reconstruction",
    "distortion",
    "bits per pixel",
    "-log p(x)",
    "inference gap",
    "KL of q(z) from the prior",
}
_HIGHER = {"1-NN accuracy", "5-NN accuracy", "50-NN accuracy", "trustworthiness", "continuity", "silhouette"}
"""Which is better. Of the others, the KL for one, neither is."""


@dataclass(frozen=True)
class Measured:
    """Scores, and the digest of the digits that they were measured on."""

    scores: Sequence[Score]
    digest: str


@dataclass(frozen=True)
class ScorePair:
    """The scores of one name: two, or one and None where the other run has none."""

    name: str
    left: Score | None
    right: Score | None
    same_digits: bool

    @property
    def difference(self) -> float | None:
        """Right minus left, in their unit; None if they do not compare."""
        left, right = self.left, self.right
        if not left or not right or not self.same_digits or (left.unit, left.digits) != (right.unit, right.digits):
            return None
        return right.value - left.value

    @property
    def better(self) -> str | None:
        """ "left" or "right"; None if they do not compare, are equal, or neither less nor more is better."""
        if not (difference := self.difference) or self.name not in _LOWER | _HIGHER:
            return None
        return "right" if (difference < 0) == (self.name in _LOWER) else "left"


def compare_scores(left: Measured, right: Measured) -> list[ScorePair]:
    """A row for each score that either run has, in the order of the run that has more."""
    by_name = [{score.name: score for score in measured.scores} for measured in (left, right)]
    names = [name for scores in sorted(by_name, key=len, reverse=True) for name in scores]
    same = left.digest == right.digest
    return [ScorePair(name, by_name[0].get(name), by_name[1].get(name), same) for name in dict.fromkeys(names)]


@dataclass(frozen=True)
class Setting:
    """A field of the config in which two runs differ, in words."""

    name: str
    left: str
    right: str
    why: str
    """What the field is for."""


def compare_configs(left: TrainingConfig, right: TrainingConfig) -> list[Setting]:
    """The fields that differ, in the config's order."""
    pairs = [(spec, getattr(left, spec.name), getattr(right, spec.name)) for spec in dataclasses.fields(TrainingConfig)]
    return [
        Setting(spec.name.replace("_", " ").capitalize(), _written(mine), _written(theirs), spec.metadata["why"])
        for spec, mine, theirs in pairs
        if mine != theirs
    ]


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
