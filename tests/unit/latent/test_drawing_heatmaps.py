"""Heatmaps of what a decoder draws: each cell against the same figure computed for it alone."""

import numpy as np
import pytest
import scipy.special

from vae_core.gan_config import GanConfig
from vae_core.latent import drawing_heatmaps
from vae_core.latent.heatmaps import Heatmap
from vae_core.networks.classifier import Classifier, classifier_shapes
from vae_core.networks.decoder import Decoder
from vae_core.networks.discriminator import Discriminator
from vae_core.networks.network import network_shapes
from vae_core.storage.tensors import Shapes, Tensors

NOISE = np.random.default_rng(4)


def random_tensors(shapes: Shapes) -> Tensors:
    """Weights of about the size that training gives, so that nothing saturates."""
    return {name: NOISE.normal(0, shape[0] ** -0.5, shape).astype(np.float32) for name, (shape, _) in shapes.items()}


TENSORS = random_tensors(network_shapes(GanConfig(generator_widths=(20,), discriminator_widths=(15,))))
DECODER = Decoder.from_tensors(TENSORS, "silu")
JUDGE = Classifier.from_tensors(random_tensors(classifier_shapes()))
CELLS = 50
SOME = [(0, 0), (3, 40), (25, 25), (49, 5)]
"""Cells: row, column."""


def drawn(row: int, column: int) -> np.ndarray:
    """(1, 784): what is drawn at a cell's centre."""
    width = 6 / CELLS
    z = np.array([[-3 + width * (column + 0.5), -3 + width * (row + 0.5)]], np.float32)
    return DECODER.decode(z).reshape(1, -1)


def assert_on_the_square(found: Heatmap) -> None:
    assert (found.values.shape, found.values.dtype) == ((CELLS, CELLS), np.float32)
    np.testing.assert_allclose(found.edges, np.linspace(-3, 3, CELLS + 1))


def test_judged_is_the_judges_class_and_how_sure_it_is():
    shares = []
    found = drawing_heatmaps.judged(DECODER, JUDGE, CELLS, shares.append)
    assert_on_the_square(found)
    assert found.classes is not None
    assert found.classes.dtype == np.uint8
    for row, column in SOME:
        hidden = drawn(row, column).astype(float)
        for kernel, bias in JUDGE.hidden:
            hidden = np.maximum(hidden @ kernel + bias, 0)
        probabilities = scipy.special.softmax(hidden @ JUDGE.output[0] + JUDGE.output[1])[0]
        assert found.classes[row, column] == probabilities.argmax()
        assert found.values[row, column] == pytest.approx(probabilities.max(), rel=1e-4)
    assert shares == sorted(shares)
    assert shares[0] == 0


def test_realness_is_the_discriminators_logit():
    discriminator = Discriminator.from_tensors(TENSORS)
    found = drawing_heatmaps.realness(DECODER, discriminator, CELLS, lambda share: None)
    assert_on_the_square(found)
    for row, column in SOME:
        before = drawn(row, column).astype(float) @ TENSORS["discriminator.hidden.0.kernel"]
        before += TENSORS["discriminator.hidden.0.bias"]
        hidden = np.where(before > 0, before, 0.2 * before)
        logit = hidden @ TENSORS["discriminator.logits.kernel"] + TENSORS["discriminator.logits.bias"]
        assert found.values[row, column] == pytest.approx(logit.item(), rel=1e-3, abs=1e-4)


def test_magnification_is_the_area_that_a_little_square_becomes():
    found = drawing_heatmaps.magnification(DECODER, CELLS, lambda share: None)
    assert_on_the_square(found)
    width, step = 6 / CELLS, 1e-2
    for row, column in SOME:
        z = np.array([-3 + width * (column + 0.5), -3 + width * (row + 0.5)])
        sides = [
            (
                DECODER.decode((z + step * axis)[None].astype(np.float32))
                - DECODER.decode((z - step * axis)[None].astype(np.float32))
            ).ravel()
            / (2 * step)
            for axis in np.eye(2)
        ]
        area = np.sqrt(sides[0] @ sides[0] * (sides[1] @ sides[1]) - (sides[0] @ sides[1]) ** 2)
        assert found.values[row, column] == pytest.approx(np.log(area), abs=2e-2)


def test_a_computation_that_nobody_waits_for_can_be_ended():
    def end(share: float) -> None:
        if share > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drawing_heatmaps.judged(DECODER, JUDGE, CELLS, end)
