"""The streams of a real process: text that an encoding lacks, a full disk, and a reader that goes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, stdout: int, **environment: str) -> subprocess.CompletedProcess[bytes]:
    variables = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment
    command = [sys.executable, "-m", "vae_core", *arguments]
    return subprocess.run(command, env=variables, stdout=stdout, stderr=subprocess.PIPE, check=False)


@pytest.mark.parametrize("command", ["runs", "data"])
def test_a_path_in_letters_that_the_terminal_lacks_is_written_all_the_same(tmp_path: Path, command: str):
    named = {"VAE_RUNS": str(tmp_path / "\u03a9"), "VAE_MNIST": str(tmp_path / "\u6570\u5b57.npz")}
    done = run(command, stdout=subprocess.PIPE, PYTHONIOENCODING="cp1252", **named)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (b"\\u03a9" if command == "runs" else b"\\u6570") in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_one_line_of_error():
    with Path("/dev/full").open("wb") as full:
        done = run("runs", stdout=full.fileno())
    assert done.returncode == 1
    assert done.stderr == b"Error: [Errno 28] No space left on device\n"


def test_a_reader_that_has_gone_is_no_news():
    reading, writing = os.pipe()
    os.close(reading)
    done = run("runs", stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")
