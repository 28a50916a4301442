"""Fixtures for the unit tests."""

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit import fake_trainer
from tests.unit.builders import random_tensors
from tests.unit.fake_trainer import DIGITS, FAKE_CONFIG, Begin, FakeTrainers, Hook
from tests.unit.outcomes import assert_as_if_never_stopped
from vae_core.config import TrainingConfig
from vae_core.runs import store
from vae_core.runs.run import Run
from vae_core.storage import directories
from vae_core.training import loop, worker

NETWORKS = {
    "depth 1": ((6,), "relu", 1),
    "depth 3": ((7, 5, 3), "relu", 1),
    "SiLU": ((7, 5, 3), "silu", 1),
    "proposals": ((7, 5), "silu", 3),
}


@pytest.fixture(params=list(NETWORKS))
def config(request: pytest.FixtureRequest) -> TrainingConfig:
    """A network of one hidden layer a half, one of three, one that is smooth, and one that proposes three Gaussians."""
    widths, activation, proposals = NETWORKS[request.param]
    return TrainingConfig(
        encoder_widths=widths, decoder_widths=widths[::-1], activation=activation, proposals=proposals
    )


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
    monkeypatch.setattr(directories, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("VAE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


# --- Workers with a fake trainer


@pytest.fixture
def begin(root: Path) -> Begin:
    """A run that waits for its worker. changes: other values for the fields of the fake trainer's config."""
    return lambda **changes: store.begin(dataclasses.replace(FAKE_CONFIG, **changes), DIGITS, root)


@pytest.fixture
def fake_trainers(monkeypatch: pytest.MonkeyPatch) -> FakeTrainers:
    """FakeTrainers take the trainer's place, every step is reported, checkpoints are kept only at the ends.

    Returns what gives the fake_trainers to come a hook, or none.
    """
    modules: dict[str, Any] = {}

    def install(hook: Hook | None = None) -> None:
        fake_trainer.install(modules, hook)
        monkeypatch.setitem(sys.modules, "vae_core.training.trainer", modules["vae_core.training.trainer"])

    install()
    monkeypatch.setattr(loop, "_LEAST_PAUSE", -1.0)
    monkeypatch.setattr(loop, "_MOST_PAUSE", -1.0)
    monkeypatch.setattr(loop, "_CHECKPOINT_SECONDS", 1e9)
    return install


@pytest.fixture(scope="session")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What a fake trainer leaves of a training without a stop."""
    with pytest.MonkeyPatch.context() as patch:
        modules: dict[str, Any] = {}
        fake_trainer.install(modules)
        patch.setitem(sys.modules, "vae_core.training.trainer", modules["vae_core.training.trainer"])
        return worker.train(store.begin(FAKE_CONFIG, DIGITS, tmp_path_factory.mktemp("whole")), DIGITS)


@pytest.fixture
def goes_on(fake_trainers: FakeTrainers, uninterrupted: Run) -> Callable[[Run], None]:
    """Lets a training that was stopped go on, which must end as one that was not."""

    def check(run: Run) -> None:
        fake_trainers(None)
        assert_as_if_never_stopped(worker.train(run, DIGITS), uninterrupted)

    return check
