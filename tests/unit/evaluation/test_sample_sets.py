"""What stands in for the samples: training digits, or else one half of the digits."""

import numpy as np

from tests.unit.builders import all_for_testing, random_digits
from vae_core.data.images import to_pixels
from vae_core.evaluation.sample_sets import SampleSets
from vae_core.networks.classifier import Classifier, classifier_shapes

NOISE = np.random.default_rng(2)
JUDGE = Classifier.from_tensors(
    {name: NOISE.normal(0, 0.05, shape).astype("f") for name, (shape, _) in classifier_shapes().items()}
)
PIXELS = NOISE.random((20, 784), dtype=np.float32)


def rows(features: np.ndarray) -> set[bytes]:
    return {np.round(row, 3).tobytes() for row in features}


def features_of(images: np.ndarray) -> set[bytes]:
    return rows(JUDGE.features(to_pixels(images)))


def test_as_many_training_digits_stand_in_for_the_samples():
    digits = random_digits(train=60, test=30)
    sets = SampleSets.of(PIXELS, JUDGE, digits)
    assert len(sets.others.features) == 20
    assert rows(sets.others.features) <= features_of(digits.train_images)
    assert rows(sets.real.features) == features_of(digits.test_images)
    assert sets.against is sets.real
    assert sets.words == "20 training digits instead of samples"


def test_or_else_the_digits_are_halved():
    digits = all_for_testing(random_digits(train=60, test=1), 0, 30)
    sets = SampleSets.of(PIXELS, JUDGE, digits)
    assert (len(sets.others.features), len(sets.against.features)) == (15, 15)
    assert rows(sets.others.features) | rows(sets.against.features) == features_of(digits.test_images)
    assert not rows(sets.others.features) & rows(sets.against.features)
    assert "15 of the digits against 15" in sets.words


def test_a_single_digit_is_set_against_itself():
    sets = SampleSets.of(PIXELS, JUDGE, all_for_testing(random_digits(), 0, 1))
    assert len(sets.others.features) == len(sets.against.features) == 1
