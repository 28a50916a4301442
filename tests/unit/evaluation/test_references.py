"""What others reached: named in full, in order, and only beside the digits that it was measured on."""

import dataclasses

import pytest

from vae_core.data.digits import Digits
from vae_core.evaluation.references import MNIST_TEST, REFERENCES, comparable, references
from vae_core.evaluation.scores import OVERALL
from vae_core.runs.catalog import open_run


def test_each_stands_beside_a_score_of_the_report_and_says_whose_it_is_and_how_found() -> None:
    for reference in REFERENCES:
        assert reference.score in OVERALL
        assert reference.of
        assert reference.condition


def test_they_go_from_the_worst_to_the_best() -> None:
    for score, sign in (("-ELBO", -1), ("5-NN accuracy", 1)):
        values = [sign * reference.value for reference in references(score)]
        assert len(values) > 3
        assert values == sorted(values)
    assert references("silhouette") == []


def test_only_mnists_own_test_digits_compare(sample: Digits) -> None:
    assert open_run("seed").record.dataset.digest == MNIST_TEST
    assert not comparable(sample)
    assert not comparable(dataclasses.replace(sample, source="mnist"))


@pytest.mark.mnist
def test_mnists_own_test_digits_do(mnist: Digits) -> None:
    assert comparable(mnist)
