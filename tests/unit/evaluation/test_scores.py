"""The scores of the likelihood name their unit, their digits and their estimator."""

import numpy as np
import pytest

from tests.unit.builders import random_tensors
from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.evaluation.scores import score_elbo
from vae_core.likelihood.elbo import negative_elbo
from vae_core.networks.network import Network


def test_a_score_names_its_unit_its_digits_and_its_estimator(images: np.ndarray):
    network = Network.from_tensors(random_tensors(TrainingConfig()))
    labels = np.arange(5, dtype=np.uint8)
    digits = Digits("sample", "here", (), images[:0], labels[:0], images, labels)
    scores = score_elbo(network, digits)
    assert [score.name for score in scores] == ["-ELBO", "reconstruction", "KL"]
    assert {(score.unit, score.digits, score.dataset) for score in scores} == {("nats", 5, "sample")}
    assert [score.estimator for score in scores] == 2 * ["Monte Carlo, 16 samples a digit, seed 0"] + ["closed form"]
    reconstruction, kl = negative_elbo(network, images, samples=16, seed=0)
    expected = [(reconstruction + kl).mean(), reconstruction.mean(), kl.mean()]
    assert [score.value for score in scores] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("samples", "words"), [(1, "1 sample a digit"), (3, "3 samples a digit")])
def test_a_quick_score_says_how_few_draws_it_is_made_of(images: np.ndarray, samples: int, words: str):
    network = Network.from_tensors(random_tensors(TrainingConfig()))
    labels = np.arange(5, dtype=np.uint8)
    scores = score_elbo(network, Digits("sample", "here", (), images[:0], labels[:0], images, labels), samples)
    assert [score.estimator for score in scores] == 2 * [f"Monte Carlo, {words}, seed 0"] + ["closed form"]
    reconstruction, kl = negative_elbo(network, images, samples=samples, seed=0)
    expected = [(reconstruction + kl).mean(), reconstruction.mean(), kl.mean()]
    assert [score.value for score in scores] == pytest.approx(expected, abs=1e-4)
