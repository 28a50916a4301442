"""The code's form: lint, format and types, so that one `python -m pytest` checks everything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENVIRONMENT = dict(os.environ)
"""As it was before any fixture: pyright keeps its own program in the user's cache."""


@pytest.mark.parametrize("command", ["ruff check .", "ruff format --check .", "pyright"])
def test_the_code_passes(command: str):
    done = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
