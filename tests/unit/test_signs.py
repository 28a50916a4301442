"""A page and a worker that share nothing but a run's directory understand each other's signs."""

import os
import time
from pathlib import Path

import pytest

from tests.unit.toys import FILES, listing, make_run
from vae_core import signs
from vae_core.runs import Run


@pytest.fixture
def run(root: Path) -> Run:
    return make_run(root)


def test_without_a_sign_nobody_wants_anything(run: Run):
    assert not signs.asked_to_stop(run)
    assert not signs.looked_at(run)
    assert listing(run.directory) == FILES


def test_a_sign_holds_until_it_is_taken_away_and_can_be_given_twice(run: Run):
    for _ in range(2):
        signs.ask_to_stop(run)
        signs.look(run)
    assert signs.asked_to_stop(run)
    assert signs.looked_at(run)
    for _ in range(2):
        signs.clear(run)
    assert not signs.asked_to_stop(run)
    assert not signs.looked_at(run)
    assert listing(run.directory) == FILES


def test_to_look_is_not_to_stop(run: Run):
    signs.look(run)
    assert not signs.asked_to_stop(run)
    signs.clear(run)
    signs.ask_to_stop(run)
    assert not signs.looked_at(run)


@pytest.mark.parametrize(("ago", "looks"), [(0, True), (2, True), (4, False), (3600, False)])
def test_who_looked_some_seconds_ago_has_gone(run: Run, ago: float, looks: bool):
    signs.look(run)
    seen = time.time() - ago
    os.utime(run.directory / "watched", (seen, seen))
    assert signs.looked_at(run) is looks
    signs.look(run)
    assert signs.looked_at(run)


def test_a_run_that_is_gone_takes_no_sign_and_is_not_made_anew(run: Run, root: Path):
    run.directory.rename(root / "elsewhere")
    with pytest.raises(OSError):
        signs.ask_to_stop(run)
    signs.look(run)
    signs.clear(run)
    assert not signs.looked_at(run)
    assert not signs.asked_to_stop(run)
    assert listing(root) == ["elsewhere"]
