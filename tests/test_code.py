"""The code's form: lint, format and types, so that one `python -m pytest` checks everything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENVIRONMENT = os.environ | {"NO_COLOR": "1"}
"""As it was before any fixture: pyright and Deno keep what they need in the user's cache."""

COMMANDS = [
    "ruff check .",
    "ruff format --check .",
    "pyright",
    "deno check --config vae_core/ui/jsconfig.json vae_core/ui",
]
"""Deno checks JavaScript with the TypeScript compiler that it carries, by the types in its comments."""


@pytest.mark.parametrize("command", COMMANDS)
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
