"""A page and a worker that share nothing but a run's directory understand each other's signs."""

import os
import time
from pathlib import Path

import pytest

from tests.unit.builders import FILES, make_run
from tests.unit.inspection import listing
from vae_core.jobs import control
from vae_core.runs.run import Run


@pytest.fixture
def run(root: Path) -> Run:
    return make_run(root)


def test_without_a_sign_nobody_wants_anything(run: Run):
    assert not control.asked_to_stop(run)
    assert not control.watched(run)
    assert listing(run.directory) == FILES


def test_a_sign_holds_until_it_is_taken_away_and_can_be_given_twice(run: Run):
    for _ in range(2):
        control.ask_to_stop(run)
        control.watch(run)
    assert control.asked_to_stop(run)
    assert control.watched(run)
    for _ in range(2):
        control.clear(run)
    assert not control.asked_to_stop(run)
    assert not control.watched(run)
    assert listing(run.directory) == FILES


def test_to_look_is_not_to_stop(run: Run):
    control.watch(run)
    assert not control.asked_to_stop(run)
    control.clear(run)
    control.ask_to_stop(run)
    assert not control.watched(run)


@pytest.mark.parametrize(("ago", "looks"), [(0, True), (2, True), (4, False), (3600, False)])
def test_who_looked_some_seconds_ago_has_gone(run: Run, ago: float, looks: bool):
    control.watch(run)
    seen = time.time() - ago
    os.utime(run.directory / "watched", (seen, seen))
    assert control.watched(run) is looks
    control.watch(run)
    assert control.watched(run)


def test_a_run_that_is_gone_takes_no_sign_and_is_not_made_anew(run: Run, root: Path):
    run.directory.rename(root / "elsewhere")
    with pytest.raises(OSError):
        control.ask_to_stop(run)
    control.watch(run)
    control.clear(run)
    assert not control.watched(run)
    assert not control.asked_to_stop(run)
    assert listing(root) == ["elsewhere"]
