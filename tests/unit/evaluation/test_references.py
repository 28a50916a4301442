"""What others reached: named in full, in order, and only beside the digits that it was measured on."""

import dataclasses
import re

import pytest

from vae_core.data.digits import MNIST_TEST, Digits
from vae_core.evaluation.references import OURS, REFERENCES, Reference, comparable, references
from vae_core.evaluation.scores import OVERALL
from vae_core.runs.catalog import open_run


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: f"{reference.score} {reference.value}")
def test_each_stands_beside_a_score_of_the_report_and_says_whose_it_is_and_how_found(reference: Reference) -> None:
    assert reference.score in OVERALL
    assert reference.of
    assert reference.split in ("test", "training")
    assert reference.pixels in ("grey", "binarised")
    assert reference.condition
    if reference.source is not OURS:
        assert reference.source
        assert reference.source.title
        assert re.search(r", .* \d{4}$|, \d{4}$", reference.source.place), "who, where and when"
        assert reference.source.link.startswith("https://")


def test_the_figures_are_what_their_sources_say() -> None:
    """Each with what it was computed from, where it is not printed as it stands here."""
    values = {(reference.score, reference.of): reference.value for reference in REFERENCES}
    loss, kl = 134.2354, 4.0043  # the notebook's last epoch; its KL is a mean over both dimensions
    assert values["-ELBO", "conv VAE of 9.2 million weights"] == pytest.approx(loss + kl, abs=0.05)
    assert values["5-NN accuracy", "conv VAE"] == pytest.approx(0.7649, abs=0.0005)
    model = "MLP VAE with a normal posterior"
    assert values["inference gap", model] == pytest.approx(
        values["-ELBO, binarised", model] - values["-log p(x)", model]
    )
    assert pytest.approx(9.2e6, abs=5e4) == 2_436_356 + 6_806_017  # encoder and decoder


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
