"""Fixtures for the page tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages.runner import at_hand, copy_of_seed
from tests.unit.builders import some_of
from vae_core.data.digits import Digits


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty runs' directory of the visitor's own."""
    monkeypatch.setenv("VAE_RUNS", str(tmp_path))
    return tmp_path


@pytest.fixture(params=["sample", pytest.param("mnist", marks=pytest.mark.mnist)])
def shown(request: pytest.FixtureRequest) -> Iterator[Digits]:
    """The digits that a shipped run is shown on: all of the bundled sample, then MNIST itself."""
    digits = request.getfixturevalue(request.param)
    with at_hand(digits, request.getfixturevalue("whole_sample") if digits.are_sample else None) as shown:
        yield shown


@pytest.fixture
def few(sample: Digits) -> Iterator[Digits]:
    """The pages find a few digits of the bundled sample: enough to measure a report on."""
    with at_hand(some_of(sample, 60, 60)) as few:
        yield few


@pytest.fixture
def part(sample: Digits, whole_sample: Digits) -> Iterator[Digits]:
    """The pages show runs on MNIST on all of the bundled sample, and others on a few digits of it: these."""
    few = some_of(sample, 60, 60)
    with at_hand(few, whole_sample):
        yield few


@pytest.fixture
def two_runs(runs: Path) -> Path:
    """The visitor's own runs: mine and other, two copies of the shipped one."""
    for run_id in ("mine", "other"):
        copy_of_seed(runs, run_id)
    return runs
