"""Fixtures for the page tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vae_core.data.digits import Digits
from vae_core.ui.resources import loaded_run


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty runs' directory of the visitor's own."""
    monkeypatch.setenv("VAE_RUNS", str(tmp_path))
    return tmp_path


@pytest.fixture(params=["sample", pytest.param("mnist", marks=pytest.mark.mnist)])
def shown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Digits]:
    """The digits that the pages find: the bundled sample, then MNIST itself."""
    found: Digits = request.getfixturevalue(request.param)
    monkeypatch.setattr(loaded_run, "load_digits", lambda: found)
    loaded_run.digits.clear()
    yield found
    loaded_run.digits.clear()
