"""Fixtures for the page tests."""

from pathlib import Path

import pytest


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty runs' directory of the visitor's own."""
    monkeypatch.setenv("VAE_RUNS", str(tmp_path))
    return tmp_path
