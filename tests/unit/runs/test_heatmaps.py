"""The heatmaps that a run brings along: as they were computed, and only for the weights and digits they belong to."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.builders import CONFIG, make_run, random_digits, random_tensors
from vae_core.latent.heatmaps import CELLS, HEATMAPS
from vae_core.latent.latent_map import LatentMap
from vae_core.networks.network import Network
from vae_core.runs.heatmaps import read_heatmaps, write_heatmaps
from vae_core.runs.run import Run

DIGITS = random_digits(test=60)
NETWORK = Network.from_tensors(random_tensors(CONFIG))


@pytest.fixture
def run(root: Path) -> Run:
    run = make_run(root)
    write_heatmaps(run, NETWORK, DIGITS)
    return run


def test_they_are_read_as_they_were_computed(run: Run):
    embedded = LatentMap.embed(NETWORK, DIGITS.test_images, DIGITS.test_labels)
    kept = read_heatmaps(run, NETWORK, DIGITS)
    for name, compute in HEATMAPS.items():
        expected = compute(NETWORK, embedded, CELLS, lambda share: None)
        np.testing.assert_allclose(kept[name].values, expected.values, rtol=1e-3, atol=1e-4)
        np.testing.assert_array_equal(kept[name].edges, expected.edges)
        assert (kept[name].classes is None) == (expected.classes is None)
        if expected.classes is not None:
            np.testing.assert_array_equal(kept[name].classes, expected.classes)


def test_those_of_other_weights_or_digits_are_not_used(run: Run):
    assert not read_heatmaps(run, Network.from_tensors(random_tensors(CONFIG, seed=1)), DIGITS)
    path = next(run.directory.glob("heatmaps*"))
    others = random_digits(test=61)
    path.rename(run.file_on(others, "heatmaps.safetensors.gz"))
    assert not read_heatmaps(run, NETWORK, others)
    assert not read_heatmaps(run, NETWORK, DIGITS)


@pytest.mark.parametrize("damage", [lambda content: content[:-100], lambda content: b"", lambda content: 9 * content])
def test_damaged_ones_are_told_and_not_used(run: Run, damage, caplog: pytest.LogCaptureFixture):
    path = next(run.directory.glob("heatmaps*"))
    path.write_bytes(damage(path.read_bytes()))
    assert not read_heatmaps(run, NETWORK, DIGITS)
    assert path.name in caplog.text
