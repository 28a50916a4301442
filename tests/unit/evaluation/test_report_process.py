"""A report in a process of its own: the same as without, its progress, and every way in which it can end."""

import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest

from tests.unit.builders import CONFIG, random_digits, random_tensors
from vae_core.errors import ComputationFailed, RunDamaged
from vae_core.evaluation import report_process
from vae_core.evaluation.report import Report
from vae_core.networks.network import Network
from vae_core.storage import processes

DIGITS = random_digits(train=60, test=30)
NETWORK = Network.from_tensors(random_tensors(CONFIG))


def test_the_report_is_the_one_that_would_be_measured_here():
    seen: list[tuple[float, str]] = []
    found = report_process.measure(NETWORK, DIGITS, lambda *progress: seen.append(progress))
    expected = Report.measure(NETWORK, DIGITS)
    assert [(score.name, score.unit, score.digits) for score in found.scores] == [
        (score.name, score.unit, score.digits) for score in expected.scores
    ]
    np.testing.assert_allclose([s.value for s in found.scores], [s.value for s in expected.scores], rtol=1e-4)
    np.testing.assert_allclose(found.metrics.evidence, expected.metrics.evidence, rtol=1e-5)
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert len({what for _, what in seen}) > 2


def test_an_error_of_ours_is_raised_here():
    tensors = random_tensors(CONFIG)
    tensors["encoder.mean.bias"][:] = np.inf
    damaged = Network.from_tensors(tensors)
    with pytest.raises(RunDamaged, match="not finite"):
        report_process.measure(damaged, DIGITS, lambda *_: None)


def test_whoever_raises_from_the_progress_ends_the_process(monkeypatch: pytest.MonkeyPatch):
    started: list[subprocess.Popen] = []

    def start(*arguments: str, **streams: Any) -> subprocess.Popen:
        started.append(real(*arguments, **streams))
        return started[-1]

    real = processes.start
    monkeypatch.setattr(processes, "start", start)
    begun = time.monotonic()
    with pytest.raises(InterruptedError):
        report_process.measure(NETWORK, DIGITS, lambda *_: (_ for _ in ()).throw(InterruptedError))
    assert started[0].poll() is not None
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize("code", ["import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "print('no pickle')"])
def test_a_process_that_dies_is_told_with_how_it_ended(monkeypatch: pytest.MonkeyPatch, code: str):
    monkeypatch.setattr(
        processes, "start", lambda _, own_session, **streams: subprocess.Popen([sys.executable, "-c", code], **streams)
    )
    with pytest.raises(ComputationFailed, match=r"memory|status") as told:
        report_process.measure(NETWORK, DIGITS, lambda *_: None)
    assert "try again" in str(told.value)


def test_a_process_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch):
    def refused(*_: str, **__: int):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(processes, "start", refused)
    with pytest.raises(ComputationFailed, match="Cannot allocate memory"):
        report_process.measure(NETWORK, DIGITS, lambda *_: None)
