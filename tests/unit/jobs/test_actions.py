"""What is known about a training is read from its run: whoever started it, whether its worker lives, and how it died.

Its workers are none, or a lock that is held; test_jobs_process.py has real ones.
"""

import contextlib
import dataclasses
import functools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.builders import CONFIG, listing, make_run, random_digits, read_everything
from vae_core.errors import DataError, RunBusy, RunDamaged, RunError, RunNotFound, RunNotWritable, TrainingOff
from vae_core.jobs import actions, control
from vae_core.jobs.job import Job
from vae_core.runs import locks, progress, snapshots, store
from vae_core.runs.catalog import list_runs, open_run
from vae_core.runs.progress import NAME, STEP_NUMBERS, Journal
from vae_core.runs.run import Run, read_run
from vae_core.storage import directories

ROOT = Path(__file__).parents[3]
Launches = list[tuple[list[str], dict[str, Any]]]
"""The workers that would have been started: their commands and their options."""
DIGITS = random_digits(train=10, test=4)
SMALL = dataclasses.replace(CONFIG, batch_size=10)
"""One step an epoch, two epochs."""


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


def begun(root: Path, seconds_ago: float = 0.0) -> Run:
    """A run that was asked for so many seconds ago, and waits for its worker."""
    run = store.begin(SMALL, DIGITS, root)
    then = {"event": "created", "time": time.time() - seconds_ago}
    (run.directory / NAME).write_text(json.dumps(then) + "\n")
    return run


def stopped(root: Path, status: str = "cancelled") -> Run:
    """A run that was stopped before its first step."""
    run = begun(root)
    Journal(run.directory).write(status, reason="enough")
    return store.mark(run, dataclasses.replace(run.record, status=status, reason="enough"))


def step(number: float, **changes: float) -> dict[str, float]:
    return dict.fromkeys(STEP_NUMBERS, 1.0) | {"step": number} | changes


# --- Starting


def test_a_training_that_is_started_is_a_run_with_a_worker_of_its_own(
    root: Path, launched: Launches, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    run = actions.start(SMALL, DIGITS, "Mine")
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
    actions.start(SMALL, DIGITS)
    assert launched[0][0][-1] == str(tmp_path / "mine")


@pytest.mark.parametrize("text", ["0", "none"])
def test_where_nothing_is_trained_nothing_is_begun(
    root: Path, launched: Launches, monkeypatch: pytest.MonkeyPatch, text: str
):
    run = stopped(root)
    monkeypatch.setenv("VAE_TRAINING_SLOTS", text)
    for attempt in (lambda: actions.start(SMALL, DIGITS), lambda: actions.resume(run, DIGITS)):
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
            run = actions.start(SMALL, DIGITS)
            if number < 4:
                Journal(run.directory).write("queued", place=1)
                alive.enter_context(locks.holding(run))
        with pytest.raises(TrainingOff, match=r"8 trainings wait already\. Try again when one has ended"):
            actions.start(SMALL, DIGITS)
    assert len(launched) == 8
    assert len(list_runs()[0]) == 10


def test_a_worker_that_cannot_be_started_is_told_and_said_by_its_run(root: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    words = r"its worker cannot be started \(Resource temporarily unavailable\)"
    with pytest.raises(RunNotWritable, match=words):
        actions.start(SMALL, DIGITS)
    (run,) = list_runs()[0]
    job = Job.of(run)
    assert (job.phase, job.resumable) == ("failed", True)
    assert job.reason == "failed: its worker cannot be started (Resource temporarily unavailable)"


# --- Following


@pytest.mark.parametrize(("status", "going", "resumable"), [("done", 0, 0), ("cancelled", 0, 1), ("failed", 0, 1)])
def test_a_training_that_has_ended_is_as_its_record_says(root: Path, status: str, going: bool, resumable: bool):
    run = make_run(root, status=status, reason="for a reason")
    job = Job.of(run)
    assert (job.run, job.phase, job.reason) == (run, status, "for a reason")
    assert (job.going, job.resumable) == (going, resumable)


def test_what_was_known_of_a_run_before_does_not_count(root: Path):
    run = begun(root)
    done = store.mark(run, dataclasses.replace(run.record, status="done"))
    assert Job.of(run).run == done


@pytest.mark.parametrize("event", ["created", "resumed"])
def test_a_worker_has_some_time_to_come(root: Path, event: str):
    run = begun(root, seconds_ago=20)
    if event == "resumed":
        Journal(run.directory).write("resumed", step=0)
    job = Job.of(run)
    assert (job.phase, job.going, job.resumable) == (event, True, False)
    assert read_run(run.directory) == run


def test_a_worker_that_never_came_is_taken_for_dead_and_the_run_says_so(root: Path):
    run = begun(root, seconds_ago=40)
    job = Job.of(run)
    assert (job.phase, job.going, job.resumable) == ("failed", False, True)
    assert job.reason == "failed: its worker was killed, or the computer stopped"
    found = read_run(run.directory)
    assert job.run == found
    assert (found.record.status, found.record.reason) == ("failed", job.reason)
    read_everything(found)
    assert Job.of(run) == job


@pytest.mark.parametrize("event", ["queued", "starting", "compiling", "step", "scoring"])
def test_a_worker_that_is_gone_without_a_word_was_killed(root: Path, event: str):
    run = begun(root)
    Journal(run.directory).write(event, place=1, **step(run.record.steps))
    job = Job.of(run)
    assert (job.phase, job.reason) == ("failed", "failed: its worker was killed, or the computer stopped")
    assert job.resumable, "even if all steps were taken: its results are not there"
    assert read_run(run.directory).record.status == "failed"


def test_a_worker_that_could_say_why_it_ends_only_in_its_last_line_is_heard(root: Path):
    run = begun(root)
    Journal(run.directory).write("failed", reason="The memory did not suffice.")
    assert Job.of(run).reason == "failed: The memory did not suffice."
    assert read_run(run.directory).record.reason == "failed: The memory did not suffice."


@pytest.mark.parametrize(("free", "words"), [(999_999, "the disk is full: 999,999 bytes are free"), (10**6, "killed")])
def test_a_full_disk_is_named_as_the_reason(root: Path, monkeypatch: pytest.MonkeyPatch, free: int, words: str):
    run = begun(root, seconds_ago=40)
    usage = shutil.disk_usage(root)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=free))
    assert words in Job.of(run).reason


def test_on_a_full_disk_a_dead_training_is_shown_as_failed_though_nothing_can_be_written(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    run = begun(root, seconds_ago=40)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    job = Job.of(run)
    assert (job.phase, job.going, job.resumable) == ("failed", False, True)
    assert read_run(run.directory) == run


@pytest.mark.parametrize(
    ("event", "phase"), [("queued", "queued"), ("compiling", "compiling"), ("step", "training"), ("scoring", "scoring")]
)
def test_while_a_worker_lives_its_last_word_holds(root: Path, event: str, phase: str):
    run = begun(root)
    Journal(run.directory).write(event, device="here", place=3, **step(1))
    with locks.holding(run):
        job = Job.of(run)
        assert (job.phase, job.reason, job.going, job.resumable) == (phase, "", True, False)
        assert job.progress.place == (3 if event == "queued" else 0)
    assert read_run(run.directory) == run


def test_a_worker_that_has_just_said_why_it_ends_is_heard_while_it_still_lives(root: Path):
    run = begun(root)
    Journal(run.directory).write("failed", reason="It diverged.")
    with locks.holding(run):
        job = Job.of(run)
    assert (job.phase, job.reason) == ("failed", "It diverged.")


@pytest.mark.parametrize(("silence", "phase"), [(50, "created"), (70, "silent")])
def test_a_worker_that_lives_and_tells_nothing_for_long_is_called_silent(root: Path, silence: float, phase: str):
    run = begun(root, seconds_ago=silence)
    with locks.holding(run):
        job = Job.of(run)
    assert job.phase == phase
    assert job.reason == ("no sign of life for 70 s" if phase == "silent" else "")
    assert (job.going, job.resumable) == (True, False)
    assert read_run(run.directory) == run


def between_two_looks(monkeypatch: pytest.MonkeyPatch, change: Callable[[Run], object]) -> None:
    """The run changes after its files were read, and before its lock is taken."""

    def held(run: Run) -> bool:
        change(run)
        return False

    monkeypatch.setattr(locks, "held", held)


def test_a_training_that_ends_between_two_looks_has_ended(root: Path, monkeypatch: pytest.MonkeyPatch):
    run = begun(root)
    Journal(run.directory).write("scoring")
    between_two_looks(monkeypatch, lambda run: store.mark(run, dataclasses.replace(run.record, status="done")))
    assert Job.of(run).phase == "done"
    assert read_run(run.directory).record.status == "done"


def test_a_training_that_is_resumed_between_two_looks_waits_for_its_worker(root: Path, monkeypatch: pytest.MonkeyPatch):
    run = begun(root)
    Journal(run.directory).write("failed", reason="enough")
    between_two_looks(monkeypatch, lambda run: Journal(run.directory).write("resumed", step=0))
    job = Job.of(run)
    assert (job.phase, job.reason, job.going) == ("resumed", "", True)
    assert read_run(run.directory).record.status == "running"


def test_a_worker_that_comes_between_two_looks_is_not_taken_for_dead(root: Path, monkeypatch: pytest.MonkeyPatch):
    run = begun(root, seconds_ago=40)
    monkeypatch.setattr(locks, "held", lambda run: False)
    with locks.holding(run):
        assert Job.of(run).phase == "created"
    assert read_run(run.directory) == run


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
        lambda: actions.resume(stale, DIGITS),
    ]
    for attempt in attempts:
        with pytest.raises(RunError):
            attempt()
    assert actions.watch(run) is None
    assert listing(root) == []


def test_a_damaged_journal_is_told(root: Path):
    run = begun(root)
    (run.directory / NAME).write_text("{}\n")
    with pytest.raises(RunDamaged, match="line 1: expected an object whose event is one of"):
        Job.of(run)


def test_to_look_tells_the_worker_and_finds_its_latest_look(root: Path):
    run = begun(root)
    assert actions.watch(run) is None
    assert control.watched(run)
    (run.directory / snapshots.LIVE).touch()
    assert actions.watch(run) == run.directory / snapshots.LIVE


# --- Cancelling, going on, renaming, deleting


def test_to_cancel_is_to_give_a_sign(root: Path):
    run = begun(root)
    assert not Job.of(run).stopping
    actions.cancel(run)
    assert control.asked_to_stop(run)
    assert Job.of(run).stopping
    assert read_run(run.directory) == run


def test_a_training_goes_on_without_the_signs_of_before(root: Path, launched: Launches):
    run = stopped(root)
    actions.cancel(run)
    resumed = actions.resume(run, DIGITS)
    assert resumed == read_run(run.directory)
    assert not control.asked_to_stop(run)
    job = Job.of(run)
    assert (job.phase, job.going) == ("resumed", True)
    assert launched[0][0][5] == run.id


def test_a_training_goes_on_only_if_it_stopped_and_on_its_own_digits(root: Path, launched: Launches, impatient: None):
    done, ended = make_run(root), stopped(root)
    with pytest.raises(RunNotWritable, match="is trained to its end already"):
        actions.resume(done, DIGITS)
    with pytest.raises(DataError, match="begun on other digits"):
        actions.resume(ended, random_digits(train=10, test=4, seed=1))
    with locks.holding(ended), pytest.raises(RunBusy):
        actions.resume(ended, DIGITS)
    with pytest.raises(RunNotWritable, match="came with the app"):
        actions.resume(make_run(directories.SHIPPED, "seed"), DIGITS)
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
    assert actions.rename(own, " Mine ").title == open_run("toy").title == "Mine"
    actions.delete(own)
    assert listing(root) == [busy.id]
    with pytest.raises(RunNotFound):
        open_run("toy")


def test_a_title_is_given_to_the_run_as_it_is_now(root: Path):
    run = begun(root)
    store.mark(run, dataclasses.replace(run.record, status="done", seconds=2.0))
    found = actions.rename(run, "Mine").record
    assert (found.title, found.status, found.seconds) == ("Mine", "done", 2.0)
