"""The judge's training: the same weights each time, which tell digits apart."""

import numpy as np
import pytest

from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.networks.classifier import Classifier, classifier_shapes
from vae_core.storage.tensors import check
from vae_core.training import judge


def test_a_short_training_learns_and_can_be_repeated(sample: Digits, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(judge, "_AVERAGING", 0.9)  # the mean shall reach back over a short training only
    shares: list[float] = []
    trained = [judge.train_judge(sample.train_images, sample.train_labels, 3, 40, shares.append) for _ in range(2)]
    assert shares == 2 * [25 / 40, 1]
    for name in trained[0]:
        np.testing.assert_array_equal(trained[0][name], trained[1][name], strict=True)
    found = Classifier.from_tensors(check(trained[0], classifier_shapes()))
    assert (found.classes(to_pixels(sample.test_images)) == sample.test_labels).mean() > 0.7
