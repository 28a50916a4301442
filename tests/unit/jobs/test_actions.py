"""What a visitor does to a training: start, watch, cancel, resume, rename and delete it.

No worker is started: what would start one is recorded instead; tests/e2e/test_workers.py has real ones.
"""

import contextlib
import dataclasses
import functools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.builders import TEN_DIGITS, make_run, random_digits
from tests.unit.inspection import contents, listing
from tests.unit.jobs.trainings import SMALL, begun, stopped
from vae_core.errors import DataError, RunBusy, RunError, RunNotFound, RunNotWritable, TrainingOff
from vae_core.jobs import actions, control
from vae_core.jobs.job import Job
from vae_core.runs import locks, progress, snapshots, store
from vae_core.runs.catalog import list_runs, open_run
from vae_core.runs.progress import Journal
from vae_core.runs.run import read_run
from vae_core.storage import directories

ROOT = Path(__file__).parents[3]
Launches = list[tuple[list[str], dict[str, Any]]]
"""The workers that would have been started: their commands and their options."""


@pytest.fixture(autouse=True)
def one_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VAE_TRAINING_SLOTS", raising=False)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a lock."""
    monkeypatch.setattr(locks, "holding", functools.partial(locks.holding, patience=0))


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> Launches:
    """Records workers instead of starting them."""
    calls: Launches = []

    class Started:
        def __init__(self, command: list[str], **options: Any):
            calls.append((command, options))

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(subprocess, "Popen", Started)
    return calls


# --- Starting


def test_a_training_that_is_started_is_a_run_with_a_worker_of_its_own(
    root: Path, launched: Launches, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    run = actions.start(SMALL, TEN_DIGITS, "Mine")
    assert run == open_run(run.id)
    assert (run.record.status, run.record.config, run.record.title) == ("running", SMALL, "Mine")
    assert Job.of(run) == Job(run, progress.read(run.directory), "created", "")
    ((command, options),) = launched
    expected = [sys.executable, "-m", "vae_core", "train", "--resume", run.id, "--queue", "--runs", str(root)]
    assert command == expected
    assert options["env"]["PYTHONPATH"] == os.pathsep.join([str(ROOT), "/somewhere"])
    assert options["env"]["VAE_RUNS"] == str(root)
    assert options["start_new_session"]
    assert options["stdin"] == subprocess.DEVNULL
    assert options["stdout"] is options["stderr"]
    assert Path(options["stdout"].name) == run.directory / "worker.log"


def test_a_runs_directory_that_is_named_from_here_is_found_from_elsewhere(
    tmp_path: Path, launched: Launches, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAE_RUNS", "mine")
    actions.start(SMALL, TEN_DIGITS)
    assert launched[0][0][-1] == str(tmp_path / "mine")


@pytest.mark.parametrize("text", ["0", "none"])
def test_where_nothing_is_trained_nothing_is_begun(
    root: Path, launched: Launches, monkeypatch: pytest.MonkeyPatch, text: str
):
    run = stopped(root)
    monkeypatch.setenv("VAE_TRAINING_SLOTS", text)
    for attempt in (lambda: actions.start(SMALL, TEN_DIGITS), lambda: actions.resume(run, TEN_DIGITS)):
        with pytest.raises(TrainingOff):
            attempt()
    assert listing(root) == [run.id]
    assert read_run(run.directory) == run
    assert launched == []


def test_no_more_trainings_wait_than_can_be_overlooked(root: Path, launched: Launches):
    make_run(root)
    begun(root, seconds_ago=40)  # its worker is dead
    with contextlib.ExitStack() as alive:
        for number in range(8):
            run = actions.start(SMALL, TEN_DIGITS)
            if number < 4:
                Journal(run.directory).write("queued", place=1)
                alive.enter_context(locks.holding(run))
        with pytest.raises(TrainingOff, match=r"8 trainings wait already\. Try again when one has ended"):
            actions.start(SMALL, TEN_DIGITS)
    assert len(launched) == 8
    assert len(list_runs()[0]) == 10


def test_a_worker_that_cannot_be_started_is_told_and_said_by_its_run(root: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    words = r"its worker cannot be started \(Resource temporarily unavailable\)"
    with pytest.raises(RunNotWritable, match=words):
        actions.start(SMALL, TEN_DIGITS)
    (run,) = list_runs()[0]
    job = Job.of(run)
    assert (job.phase, job.resumable) == ("failed", True)
    assert job.reason == "failed: its worker cannot be started (Resource temporarily unavailable)"


# --- Watching


def test_a_run_that_was_deleted_is_not_made_anew_by_who_still_follows_it(root: Path, impatient: None):
    run = begun(root, seconds_ago=40)
    stale = stopped(root)
    store.delete(run)
    store.delete(stale)
    attempts: list[Callable[[], object]] = [
        lambda: Job.of(run),
        lambda: actions.cancel(run),
        lambda: actions.rename(run, "Mine"),
        lambda: actions.delete(run),
        lambda: actions.resume(stale, TEN_DIGITS),
    ]
    for attempt in attempts:
        with pytest.raises(RunError):
            attempt()
    assert actions.watch(run) is None
    assert listing(root) == []


def test_to_watch_asks_the_worker_for_live_snapshots_and_finds_the_latest(root: Path):
    run = begun(root)
    assert actions.watch(run) is None
    assert control.watched(run)
    (run.directory / snapshots.LIVE).touch()
    assert actions.watch(run) == run.directory / snapshots.LIVE


# --- Cancelling, going on, renaming, deleting


def test_to_cancel_is_to_ask_the_worker_to_stop(root: Path):
    run = begun(root)
    assert not Job.of(run).stopping
    actions.cancel(run)
    assert control.asked_to_stop(run)
    assert Job.of(run).stopping
    assert read_run(run.directory) == run


def test_a_training_goes_on_without_the_requests_of_before(root: Path, launched: Launches):
    run = stopped(root)
    actions.cancel(run)
    resumed = actions.resume(run, TEN_DIGITS)
    assert resumed == read_run(run.directory)
    assert not control.asked_to_stop(run)
    job = Job.of(run)
    assert (job.phase, job.going) == ("resumed", True)
    assert launched[0][0][5] == run.id


def test_a_training_goes_on_only_if_it_stopped_and_on_its_own_digits(root: Path, launched: Launches, impatient: None):
    done, ended = make_run(root), stopped(root)
    with pytest.raises(RunNotWritable, match="is trained to its end already"):
        actions.resume(done, TEN_DIGITS)
    with pytest.raises(DataError, match="begun on other digits"):
        actions.resume(ended, random_digits(train=10, test=4, seed=1))
    with locks.holding(ended), pytest.raises(RunBusy):
        actions.resume(ended, TEN_DIGITS)
    with pytest.raises(RunNotWritable, match="came with the app"):
        actions.resume(make_run(directories.SHIPPED, "seed"), TEN_DIGITS)
    assert launched == []
    assert [read_run(run.directory) for run in (done, ended)] == [done, ended]


def test_only_ones_own_runs_that_nobody_trains_are_renamed_and_deleted(root: Path, impatient: None):
    shipped, busy, own = make_run(directories.SHIPPED, "seed"), begun(root), make_run(root)
    for action in (lambda run: actions.rename(run, "Mine"), actions.delete):
        with pytest.raises(RunNotWritable, match="came with the app and stays as it is"):
            action(shipped)
        with locks.holding(busy), pytest.raises(RunBusy, match="is being trained"):
            action(busy)
    assert [read_run(run.directory) for run in (shipped, busy)] == [shipped, busy]
    assert actions.rename(own, " Mine ").title == open_run("small").title == "Mine"
    actions.delete(own)
    assert listing(root) == [busy.id]
    with pytest.raises(RunNotFound):
        open_run("small")


def test_a_title_is_given_to_the_run_as_it_is_now(root: Path):
    run = begun(root)
    store.mark(run, dataclasses.replace(run.record, status="done", seconds=2.0))
    found = actions.rename(run, "Mine").record
    assert (found.title, found.status, found.seconds) == ("Mine", "done", 2.0)


def test_where_training_is_off_nothing_is_changed_even_when_it_is_asked_for(
    root: Path, launched: Launches, monkeypatch: pytest.MonkeyPatch
):
    """Buttons may be forged: the refusal is the action's own."""
    run = stopped(root)
    before = contents(run)
    monkeypatch.setenv("VAE_TRAINING_SLOTS", "0")
    attempts = [actions.cancel, actions.delete]
    attempts += [lambda run: actions.rename(run, "Theirs"), lambda run: actions.resume(run, TEN_DIGITS)]
    for attempt in attempts:
        with pytest.raises(TrainingOff, match="turned off"):
            attempt(run)
    assert contents(run) == before
    assert launched == []
