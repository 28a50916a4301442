"""The process that takes steps on request, run here: what it answers, and when it ends."""

import io
import pickle
import sys
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from tests.unit.builders import random_digits
from vae_core.errors import DataError, TrainingDiverged, VaeError
from vae_core.gan_config import GanConfig
from vae_core.jobs.stepping import READY, Message
from vae_core.recipes import STEP_BY_STEP
from vae_core.runs.recording import NETWORKS, NetworkName, Steps
from vae_core.training import step_worker
from vae_core.training.step_worker import serve

DIGITS = random_digits(train=10)


class FakeRecorder:
    """Takes a step by saying which network it was asked to train. A fault is raised instead."""

    fault: Exception | None = None

    def __init__(self, config: GanConfig, images: np.ndarray):
        assert config == STEP_BY_STEP
        assert images is DIGITS.train_images

    def compile(self) -> None:
        pass

    def take(self, network: NetworkName) -> Steps:
        if self.fault:
            raise self.fault
        one = np.zeros((1, 1), np.uint16)
        return Steps(np.array([NETWORKS.index(network)], np.uint8), one, one, one, one, one)


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = ModuleType("fake")
    monkeypatch.setattr(fake, "StepRecorder", FakeRecorder, raising=False)
    monkeypatch.setitem(sys.modules, "vae_core.training.step_recorder", fake)
    monkeypatch.setattr(step_worker, "load_digits", lambda: DIGITS)
    monkeypatch.setattr(FakeRecorder, "fault", None)


def answers(lines: Any, idle_seconds: float = 20.0) -> list[Message]:
    written = io.BytesIO()
    serve(lines, written, idle_seconds)
    written.seek(0)
    found = []
    while written.tell() < len(written.getvalue()):
        found.append(pickle.load(written))
    return found


def trained(message: Message) -> str:
    assert isinstance(message, bytes)
    return NETWORKS[int(safetensors.numpy.load(message)["trained"][0])]


def test_it_says_that_it_is_ready_and_answers_each_line_until_they_end():
    ready, *steps = answers(io.StringIO("generator\ngenerator\ndiscriminator\n"))
    assert ready == READY
    assert [trained(step) for step in steps] == ["generator", "generator", "discriminator"]


class Silence:
    """Lines of which none comes for a second."""

    def __iter__(self) -> Iterator[str]:
        time.sleep(1.0)
        yield "generator"


def test_it_ends_when_nobody_asks():
    assert answers(Silence(), idle_seconds=0.2) == [READY]
    ready, step = answers(Silence(), idle_seconds=10.0)
    assert (ready, trained(step)) == (READY, "generator")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (TrainingDiverged("The training diverged."), "The training diverged."),
        (MemoryError("no memory"), "The training failed (MemoryError: no memory). Start it again."),
    ],
)
def test_why_it_fails_is_its_last_answer(fault: Exception, told: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(FakeRecorder, "fault", fault)
    ready, error = answers(io.StringIO("generator\ngenerator\n"))
    assert ready == READY
    assert isinstance(error, VaeError)
    assert str(error) == told


def test_without_digits_it_says_why(monkeypatch: pytest.MonkeyPatch):
    def none() -> None:
        raise DataError("No digits could be loaded.")

    monkeypatch.setattr(step_worker, "load_digits", none)
    (error,) = answers(io.StringIO(""))
    assert str(error) == "No digits could be loaded."
