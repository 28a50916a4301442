"""requirements.lock holds what the files of requirements ask for, each package in one version."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
RENEW = "renew requirements.lock as CONTRIBUTING.md says"


def requirements(text: str) -> list[Requirement]:
    """A line each; what follows a requirement, a comment or the hashes of a lock, is left out."""
    lines = (re.split(r"\s+#|\s+\\$", line)[0] for line in text.splitlines())
    return [Requirement(line) for line in lines if line and line[0].isalnum()]


LOCKED = requirements(LOCK)


@pytest.mark.parametrize("name", ["requirements-serve.txt", "requirements.txt", "tests/requirements.txt"])
def test_the_lock_has_every_version_that_is_asked_for(name: str):
    asked = requirements((ROOT / name).read_text(encoding="utf-8"))
    assert len(asked) >= 3
    for wanted in asked:
        found = {str(locked.specifier) for locked in LOCKED if locked.name == wanted.name}
        assert found == {str(wanted.specifier)}, f"{wanted.name}: {RENEW}"


def test_every_package_in_the_lock_has_one_version_and_its_hashes():
    assert len(LOCKED) > 50
    assert all(re.fullmatch(r"==[^*]+", str(locked.specifier)) for locked in LOCKED)
    entries = re.findall(r"^\w.*?(?=^\w|\Z)", LOCK, re.MULTILINE | re.DOTALL)
    assert len(entries) == len(LOCKED)
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_lock_names_no_server_and_no_folder_of_a_machine():
    assert "://" not in LOCK
    assert not re.search(r"^-|@ |(?<!\S)/", LOCK, re.MULTILINE)
