"""record-steps: on what it is trained, that both networks take turns, and where it is kept."""

import dataclasses
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.unit.builders import Call, random_digits
from vae_core.cli import commands
from vae_core.cli import recording as command
from vae_core.data.digits import Digits
from vae_core.gan_config import GanConfig
from vae_core.recipes import STEP_BY_STEP
from vae_core.runs.recording import NETWORKS, SHOWN, NetworkName, Steps, read_recording
from vae_core.storage import directories

DIGITS = random_digits(train=40)


class FakeRecorder:
    """Takes a step by saying which network it was asked to train."""

    def __init__(self, config: GanConfig, images: np.ndarray):
        assert config == STEP_BY_STEP
        np.testing.assert_array_equal(images, DIGITS.train_images)

    def take(self, network: NetworkName) -> Steps:
        return Steps(
            trained=np.array([NETWORKS.index(network)], np.uint8),
            rows=np.zeros((1, SHOWN), np.uint16),
            drawn=np.zeros((1, 2, SHOWN, 28, 28), np.uint8),
            verdicts=np.zeros((1, 2, 2 * SHOWN), np.float32),
            error=np.ones((1, 2), np.float32),
            gradient=np.ones(1, np.float32),
        )


@pytest.fixture(autouse=True)
def kept_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recording is kept elsewhere, and made without training."""
    fake = ModuleType("fake")
    monkeypatch.setattr(fake, "StepRecorder", FakeRecorder, raising=False)
    monkeypatch.setitem(sys.modules, "vae_core.training.step_recorder", fake)
    monkeypatch.setattr(directories, "RECORDING", tmp_path / "two-steps.safetensors.gz")
    monkeypatch.setattr(command, "PAIRS", 3)


def find(digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "load_digits_of", lambda source: digits)


def test_both_networks_take_turns_and_the_digits_are_known(call: Call, monkeypatch: pytest.MonkeyPatch):
    find(DIGITS, monkeypatch)
    status, output, errors = call("record-steps")
    assert (status, errors) == (0, "")
    assert output.splitlines()[-1] == str(directories.RECORDING)
    found = read_recording()
    assert found.steps.trained.tolist() == [0, 1, 0, 1, 0, 1]
    assert found.made_on == DIGITS.digest


def test_other_digits_than_the_sample_are_refused(call: Call, monkeypatch: pytest.MonkeyPatch):
    find(dataclasses.replace(DIGITS, source="mnist"), monkeypatch)
    status, output, errors = call("record-steps")
    assert (status, output) == (2, "")
    assert "recorded on the bundled sample; found MNIST" in errors
    assert not directories.RECORDING.exists()
