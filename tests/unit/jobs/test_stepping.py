"""A training that takes steps on request: its real process once, and stand-ins for every way in which it can end."""

import contextlib
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.inspection import wait_until
from vae_core.errors import ComputationFailed, DataError, TrainingOff
from vae_core.jobs import stepping
from vae_core.jobs.stepping import Stepping
from vae_core.storage import processes
from vae_core.storage.tensors import Tensors

READY = "import pickle, sys; out = sys.stdout.buffer; pickle.dump(b'', out); out.flush(); "


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """Whatever a test has begun ends with it."""
    yield
    for one in list(stepping._begun):
        one.end()


@pytest.fixture
def worker_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """What the process does instead of training, as Python."""

    def replace(code: str) -> None:
        def start(_: str, *arguments: str, own_session: bool, **streams: Any) -> subprocess.Popen:
            return subprocess.Popen([sys.executable, "-c", code], **streams)

        monkeypatch.setattr(processes, "start", start)

    return replace


def parsed(step: bytes) -> Tensors:
    import safetensors.numpy

    return safetensors.numpy.load(step)


def test_both_networks_are_trained_on_request_in_200_ms_and_it_ends_when_nobody_asks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
):
    monkeypatch.setattr(stepping, "IDLE_SECONDS", 3.0)
    monkeypatch.delenv("VAE_MNIST", raising=False)
    training = Stepping()
    assert wait_until(lambda: training.wait(0.1))
    steps, seconds = [], []
    for network in ("discriminator", "generator", "generator", "discriminator", "discriminator", "generator"):
        began = time.perf_counter()
        steps.append(parsed(training.take(network)))
        seconds.append(time.perf_counter() - began)
    assert [int(step["trained"][0]) for step in steps] == [0, 1, 1, 0, 0, 1]
    assert steps[0]["real"].shape == (1, 8, 28, 28)
    assert all((step["error"] > 0).all() for step in steps)
    assert sorted(seconds)[3] < 0.2
    wait_until(lambda: not training.alive, 20)
    for ask in (training.check, lambda: training.take("generator")):
        with pytest.raises(ComputationFailed, match="ended by itself, after a minute without a step"):
            ask()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_one_that_is_killed_is_told_and_another_can_be_started(worker_is: Callable[[str], None]):
    worker_is(READY + "sys.stdin.read()")
    training = Stepping()
    assert training.wait(30)
    os.kill(training._process.pid, signal.SIGKILL)
    with pytest.raises(ComputationFailed, match=r"memory runs out \(SIGKILL\). Start it again"):
        training.take("generator")
    assert not training.alive
    assert Stepping().wait(30)


@pytest.mark.parametrize("code", ["", "raise SystemExit(3)"])
def test_one_that_dies_before_it_is_ready_is_told(worker_is: Callable[[str], None], code: str):
    worker_is(code)
    with pytest.raises(ComputationFailed, match="Start it again"):
        Stepping().wait(30)


def test_an_error_of_the_process_is_raised_here(worker_is: Callable[[str], None]):
    worker_is(
        "import pickle, sys; from vae_core.errors import DataError\n"
        "pickle.dump(DataError('no digits'), sys.stdout.buffer)"
    )
    with pytest.raises(DataError, match="no digits"):
        Stepping().wait(30)


def test_one_that_does_not_answer_is_ended(worker_is: Callable[[str], None]):
    worker_is(READY + "sys.stdin.read()")
    training = Stepping()
    assert training.wait(30)
    with pytest.raises(ComputationFailed, match="does not answer"):
        training.take("generator", seconds=0.2)
    assert not training.alive


def test_one_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch):
    def refused(*_: str, **__: Any):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(processes, "start", refused)
    with pytest.raises(ComputationFailed, match="Cannot allocate memory"):
        Stepping()


def test_there_are_no_more_at_once_than_trainings_may_be(
    worker_is: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
):
    worker_is(READY + "sys.stdin.read()")
    monkeypatch.setenv("VAE_TRAINING_SLOTS", "2")
    one, _other = Stepping(), Stepping()
    with pytest.raises(TrainingOff, match="room for 2 at once"):
        Stepping()
    one.end()
    assert Stepping().wait(30)
    monkeypatch.setenv("VAE_TRAINING_SLOTS", "0")
    with pytest.raises(TrainingOff, match="turned off"):
        Stepping()


def test_it_ends_with_the_session_that_holds_it(worker_is: Callable[[str], None]):
    worker_is(READY + "sys.stdin.read()")
    training: Stepping | None = Stepping()
    assert training.wait(30)
    process = training._process.pid
    training = None
    gc.collect()

    def gone() -> bool:
        with contextlib.suppress(ChildProcessError):
            return os.waitpid(process, os.WNOHANG) != (0, 0)
        return True

    wait_until(gone, 30)
