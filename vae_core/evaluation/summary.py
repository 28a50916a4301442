"""A report in a few words: what the model does well and what it does not, each with its figure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vae_core.evaluation.digit_metrics import ClassMetrics, DigitMetrics
from vae_core.evaluation.sample_scores import of_class
from vae_core.evaluation.samples import COVERED
from vae_core.networks.classifier import CLASSES
from vae_core.runs.record import Score

_PLURALS = ("zeros", "ones", "twos", "threes", "fours", "fives", "sixes", "sevens", "eights", "nines")


def classes_in_words(scores: Sequence[Score]) -> str:
    """Which classes a model draws at random points, as Markdown. scores: all of its report."""
    found = {score.name: score.value for score in scores}
    shares = [found[of_class(label)] for label in range(CLASSES)]
    least, most = min(shares), max(shares)
    often = f"{_PLURALS[shares.index(most)]} most often ({100 * most:.1f} % of its drawings)"
    if missing := [_PLURALS[label] for label, share in enumerate(shares) if share < COVERED]:
        listed = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
        return f"Missing: **{listed}**, each less than one in a hundred of its drawings. It draws {often}."
    return f"It draws all ten classes, {often} and {_PLURALS[shares.index(least)]} least often ({100 * least:.1f} %)."


@dataclass(frozen=True)
class Confusion:
    """A class and another one that its digits are taken for."""

    label: int
    taken_for: int
    count: int
    digits: int
    """How many there are of the class."""


@dataclass(frozen=True)
class Summary:
    """What stands out in a report."""

    easiest: ClassMetrics
    """The class with the lowest mean -ELBO."""
    hardest: ClassMetrics
    """The class with the highest."""
    confusion: Confusion | None
    """The two classes that are confused most, by the share of the class; None if every digit is taken for its own."""
    typical: list[int]
    """Four digits whose -ELBO lies at its quartiles and its ninth decile: what the model does with most digits."""

    @classmethod
    def of(cls, metrics: DigitMetrics, classes: Sequence[ClassMetrics]) -> "Summary":
        """classes: the metrics of each class, at least one."""
        by_loss = sorted(classes, key=lambda row: row.negative_elbo)
        wrong = [
            Confusion(row.label, label, count, row.digits)
            for row in classes
            for label, count in enumerate(row.predicted)
            if count and label != row.label
        ]
        order = np.argsort(metrics.negative_elbo, kind="stable")
        typical = [int(order[round(share * (len(order) - 1))]) for share in (0.25, 0.5, 0.75, 0.9)]
        most = max(wrong, key=lambda pair: pair.count / pair.digits, default=None)
        return cls(by_loss[0], by_loss[-1], most, typical)

    def in_words(self, gap: float) -> str:
        """Two or three sentences. gap: the mean inference gap, in nats."""
        said = [
            f"It draws {_PLURALS[self.easiest.label]} best ({self.easiest.negative_elbo:.0f} nats a digit) and "
            f"{_PLURALS[self.hardest.label]} worst ({self.hardest.negative_elbo:.0f})."
        ]
        if pair := self.confusion:
            said.append(
                f"What it confuses most: {pair.count:,} of the {pair.digits:,} {_PLURALS[pair.label]} lie among "
                f"{_PLURALS[pair.taken_for]} on the map."
            )
        said.append(f"If the encoder always gave the exact posterior, the \u2212ELBO would be {gap:.1f} nats lower.")
        return " ".join(said)
