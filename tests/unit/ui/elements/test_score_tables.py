"""Scores in words: never without their unit."""

import pytest

from vae_core.evaluation.discriminator_scores import DISCRIMINATOR_SCORES
from vae_core.evaluation.scores import OVERALL
from vae_core.ui.elements.score_tables import MEANINGS, label, written


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (151.438, "nats", "151.44 nats"),
        (0.2787, "bits", "0.279 bits"),
        (8.7664, "bits a digit", "8.77 bits a digit"),
        (2.0, "dimensions", "2 dimensions"),
        (0.712, "share", "71.2 %"),
        (-0.0693, "-1 to 1", "\u22120.069"),
        (9.0, "classes", "9 classes"),
        (32.585, "grey levels", "32.6 grey levels"),
        (28.8555, "squared distance", "28.86"),
        (2.5366, "0 or more", "2.54"),
    ],
)
def test_written(value: float, unit: str, expected: str) -> None:
    assert written(value, unit) == expected


def test_every_score_of_a_report_has_a_meaning_and_no_other_has() -> None:
    assert tuple(MEANINGS) == (*OVERALL, *DISCRIMINATOR_SCORES)


def test_minus_signs_and_accents_of_names() -> None:
    assert label("Frechet distance") == "Fr\u00e9chet distance"
    assert label("-ELBO less -log p(x), 5-NN") == "\u2212ELBO less \u2212log p(x), 5-NN"
