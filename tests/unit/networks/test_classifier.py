"""The classifier against a plain loop over its layers."""

import math

import numpy as np
import pytest

from vae_core.data.images import to_pixels
from vae_core.networks.classifier import Classifier, classifier_shapes


@pytest.fixture
def tensors() -> dict[str, np.ndarray]:
    noise = np.random.default_rng(4)
    return {
        name: noise.normal(0, shape[0] ** -0.5, shape).astype(np.float32)
        for name, (shape, _) in classifier_shapes().items()
    }


def test_it_has_two_hidden_layers_of_512():
    shapes = {name: shape for name, (shape, kind) in classifier_shapes().items() if kind is np.float32}
    assert shapes == {
        "hidden.0.kernel": (784, 512),
        "hidden.0.bias": (512,),
        "hidden.1.kernel": (512, 512),
        "hidden.1.bias": (512,),
        "logits.kernel": (512, 10),
        "logits.bias": (10,),
    }


def test_features_and_probabilities_are_the_loops(tensors: dict[str, np.ndarray], images: np.ndarray):
    pixels, classifier = to_pixels(images), Classifier.from_tensors(tensors)
    features = classifier.features(pixels)
    probabilities = classifier.probabilities(features)
    for x, found, shares in zip(pixels.astype(float), features, probabilities, strict=True):
        for i in range(2):
            x = np.maximum(x @ tensors[f"hidden.{i}.kernel"] + tensors[f"hidden.{i}.bias"], 0)
        np.testing.assert_allclose(found, x, rtol=1e-4, atol=1e-5)
        powers = [math.exp(logit) for logit in x @ tensors["logits.kernel"] + tensors["logits.bias"]]
        np.testing.assert_allclose(shares, np.array(powers) / sum(powers), rtol=1e-4)
    np.testing.assert_array_equal(classifier.classes(pixels), probabilities.argmax(axis=1))
    assert features.dtype == probabilities.dtype == np.float32


def test_large_logits_do_not_overflow(tensors: dict[str, np.ndarray]):
    tensors["logits.kernel"] = np.full((512, 10), [1000.0, *[-1000.0] * 9], np.float32)
    probabilities = Classifier.from_tensors(tensors).probabilities(np.ones((1, 512), np.float32))
    assert probabilities.tolist() == [[1.0, *[0.0] * 9]]


def test_the_digest_is_of_the_weights(tensors: dict[str, np.ndarray]):
    before = Classifier.from_tensors(tensors).digest
    assert Classifier.from_tensors({name: array.copy() for name, array in tensors.items()}).digest == before
    changed = tensors | {"logits.bias": tensors["logits.bias"] + np.float32(1)}
    assert Classifier.from_tensors(changed).digest != before
