"""Tensors for the browser: in planes where they are halves, and read back whole or not at all."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from vae_core.storage.tensors import Shapes
from vae_core.ui.resources import static_files
from vae_core.ui.resources.tensor_files import publish_tensors, read_tensors

NAME = "map.safetensors"
MEANS = np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32)
SHAPES: Shapes = {"means": ((3, 2), np.float32)}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(static_files, "FOLDER", tmp_path / "static")
    monkeypatch.setattr(static_files, "_used", {})
    return tmp_path / "static"


def test_halves_travel_in_planes(folder: Path):
    weights = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float16)
    publish_tensors(NAME, lambda: {"bias": np.ones(2, np.float32), "kernel": weights})
    found = safetensors.numpy.load(gzip.decompress((folder / f"{NAME}.gz").read_bytes()))
    assert found.keys() == {"bias", "kernel.halves"}
    low, high = found["kernel.halves"].astype(np.uint16)
    assert ((high << 8 | low) == weights.view(np.uint16)).all()


def test_tensors_are_read_back():
    assert read_tensors(NAME, SHAPES) is None
    publish_tensors(NAME, lambda: {"means": MEANS})
    found = read_tensors(NAME, SHAPES)
    assert found
    np.testing.assert_array_equal(found["means"], MEANS)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-20],
        lambda content: b"",
        lambda content: gzip.compress(b"no tensors"),
        lambda content: gzip.compress(safetensors.numpy.save({"means": MEANS[:2]})),
        lambda content: gzip.compress(safetensors.numpy.save({"means": MEANS * np.float32(np.nan)})),
    ],
)
def test_damaged_tensors_are_not_read(folder: Path, damage):
    publish_tensors(NAME, lambda: {"means": MEANS})
    path = folder / f"{NAME}.gz"
    path.write_bytes(damage(path.read_bytes()))
    assert read_tensors(NAME, SHAPES) is None
