"""The version is said in one place, vae_core/__init__.py, and printed from there."""

import re
import subprocess
import sys
from pathlib import Path

from vae_core import __version__

ROOT = Path(__file__).parents[3]


def test_the_command_line_prints_it_without_starting_tensorflow():
    command = [sys.executable, "-X", "importtime", "-m", "vae_core", "--version"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"VAE Latent Explorer {__version__}\n")
    assert "vae_core.cli.commands" in done.stderr
    assert "tensorflow" not in done.stderr


def test_the_changelog_has_a_section_for_it():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(__version__)} - \d{{4}}-\d{{2}}-\d{{2}}$", text, re.MULTILINE)
