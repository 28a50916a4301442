"""Whether a worker lives: by the age of its last line, and by the process that signed, where that can be known."""

import math
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vae_core.runs.liveness import LIFE_SECONDS, WORKER, lives, sign, silence
from vae_core.runs.progress import NAME, Journal


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The directory of a run in which a line was just written."""
    Journal(tmp_path).write("starting")
    return tmp_path


def test_silence_is_the_age_of_the_last_line(written: Path):
    assert silence(written) < 5
    then = time.time() - 100
    os.utime(written / NAME, (then, then))
    assert silence(written) == pytest.approx(100, abs=5)
    assert silence(written / "nowhere") == math.inf
    assert [path.name for path in written.iterdir()] == [NAME], "asking leaves no file"


@pytest.mark.parametrize(("age", "alive"), [(LIFE_SECONDS - 3, True), (LIFE_SECONDS + 1, False)])
def test_without_a_signature_the_last_line_decides(written: Path, age: float, alive: bool):
    then = time.time() - age
    os.utime(written / NAME, (then, then))
    assert lives(written) == alive


@pytest.mark.skipif(os.name != "posix", reason="elsewhere no process can be asked without harm")
def test_a_process_of_this_computer_that_is_gone_does_not_live(written: Path):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        (written / WORKER).write_text(f"{platform.node()} {process.pid}")
        assert lives(written)
        process.kill()
    assert not lives(written)
    (written / WORKER).write_text(f"another-computer {process.pid}")
    assert lives(written)


def test_a_process_does_not_take_itself_for_another(written: Path):
    sign(written)
    assert not lives(written)


@pytest.mark.parametrize("text", ["", "one", "a b c", "host number", f"{platform.node()} {10**30}"])
def test_a_signature_that_cannot_be_read_decides_nothing(written: Path, text: str):
    (written / WORKER).write_text(text)
    assert lives(written)
