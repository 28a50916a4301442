"""Fixtures for the unit tests."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.toys import random_tensors
from vae_core import runs, shelf
from vae_core.config import TrainingConfig


@pytest.fixture(params=[(6,), (7, 5, 3)], ids=["depth 1", "depth 3"])
def config(request: pytest.FixtureRequest) -> TrainingConfig:
    """A network of one hidden layer a half, and one of three."""
    return TrainingConfig(encoder_widths=request.param, decoder_widths=request.param[::-1])


@pytest.fixture
def tensors(config: TrainingConfig) -> dict[str, np.ndarray]:
    return random_tensors(config)


@pytest.fixture
def images() -> np.ndarray:
    """Five random images: (5, 28, 28) uint8."""
    return np.random.default_rng(1).integers(0, 256, (5, 28, 28), dtype=np.uint8)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's runs' directory; there are no shipped runs."""
    for module in (runs, shelf):
        monkeypatch.setattr(module, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("VAE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"
