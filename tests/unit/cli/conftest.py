"""Fixtures for the tests of the command line."""

import sys
from pathlib import Path

import pytest

from tests.unit.builders import Call, all_for_testing, make_run, some_of
from vae_core.cli import commands
from vae_core.data import sources
from vae_core.data.digits import Digits
from vae_core.runs.record import Dataset
from vae_core.runs.run import Run
from vae_core.storage import directories


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's runs' directory, beside the runs that are shipped."""
    monkeypatch.setenv("VAE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory in place of the shipped runs."""
    (tmp_path / "shipped").mkdir()
    monkeypatch.setattr(directories, "SHIPPED", tmp_path / "shipped")
    return tmp_path / "shipped"


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs the command line in this process. Returns exit status, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vae_core", *arguments])
        status = commands.main()
        output, errors = capsys.readouterr()
        return status, output, errors

    return run


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, sample: Digits) -> Digits:
    """The commands find the bundled sample, cut to 300 test digits; and 200 others if they ask for the whole of it."""
    digits, whole = some_of(sample, 4000, 300), all_for_testing(sample, 300, 500)
    for module in (commands, sources):
        monkeypatch.setattr(module, "load_digits", lambda fetch=False: digits)
        monkeypatch.setattr(module, "load_whole_sample", lambda: whole)
    return digits


@pytest.fixture
def own_run(root: Path, few: Digits) -> Run:
    """A run of the user's that was trained on `few`."""
    return make_run(root, dataset=Dataset("sample", 4000, 0, len(few.test_images), few.digest))
