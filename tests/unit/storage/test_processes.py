"""Processes: started with this package on their path, and how they ended, in words."""

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vae_core.storage import processes


def test_a_process_finds_the_package_wherever_it_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    process = processes.start("vae_core", "--help", stdout=subprocess.PIPE)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"vae_core" in output


def test_what_a_process_sends_comes_in_its_order_and_ends_where_it_is_torn():
    source, sink = os.pipe()
    received = processes.pickles_from(os.fdopen(source, "rb"))
    with os.fdopen(sink, "wb") as pipe:
        for sent in ("one", [2, 2]):
            pickle.dump(sent, pipe)
            pipe.flush()
            assert received.get(timeout=10) == sent
        pipe.write(pickle.dumps("torn")[:-3])
    assert received.get(timeout=10) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
@pytest.mark.parametrize(
    ("number", "told"),
    [
        (signal.SIGKILL, ("memory", "SIGKILL")),
        (signal.SIGILL, ("instruction", "processor", "SIGILL")),
        (signal.SIGSEGV, ("crashed", "SIGSEGV")),
        (signal.SIGTERM, ("SIGTERM",)),
    ],
)
def test_a_signal_is_told_in_words(number: int, told: tuple[str, ...]):
    process = subprocess.Popen([sys.executable, "-c", f"import os; os.kill(os.getpid(), {int(number)})"], cwd=os.sep)
    words = processes.how_it_ended(process.wait(timeout=60))
    assert all(word in words for word in told)


@pytest.mark.parametrize(
    ("status", "told"), [(1, "status 1"), (-99, "signal 99"), (3221225501, "SIGILL"), (3221225477, "SIGSEGV")]
)
def test_other_statuses_are_told_too(status: int, told: str):
    assert told in processes.how_it_ended(status)
