"""A job is read from its run's directory alone: whoever started it, whether its worker lives, and how it died.

Its workers are none, or a lock that is held; tests/e2e/test_workers.py has real ones.
"""

import dataclasses
import itertools
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.builders import CONFIG, make_run, record, step_numbers
from tests.unit.inspection import read_everything
from tests.unit.jobs.trainings import aged, begun
from tests.unit.storage.full_disk import fill_up
from vae_core.errors import RunDamaged
from vae_core.jobs.job import Job
from vae_core.runs import locks, store
from vae_core.runs.progress import NAME, Journal, Progress
from vae_core.runs.run import Run, read_run


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
    Journal(run.directory).write(event, place=1, **step_numbers(run.record.steps))
    job = Job.of(aged(run, 16))
    assert (job.phase, job.reason) == ("failed", "failed: its worker was killed, or the computer stopped")
    assert job.resumable, "even if all steps were taken: its results are not there"
    assert read_run(run.directory).record.status == "failed"


def test_a_worker_that_could_say_why_it_ends_only_in_its_last_line_is_heard(root: Path):
    run = begun(root)
    Journal(run.directory).write("failed", reason="The memory did not suffice.")
    assert Job.of(run).reason == "failed: The memory did not suffice."
    assert read_run(run.directory).record.reason == "failed: The memory did not suffice."


@pytest.mark.parametrize(
    ("event", "phase"), [("queued", "queued"), ("compiling", "compiling"), ("step", "training"), ("scoring", "scoring")]
)
def test_while_a_worker_lives_its_last_word_holds(root: Path, event: str, phase: str):
    run = begun(root)
    Journal(run.directory).write(event, device="here", place=3, **step_numbers(1))
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


def test_a_worker_whose_lock_was_removed_lives_as_long_as_it_writes(root: Path):
    run = begun(root)
    Journal(run.directory).write("step", **step_numbers(1))
    job = Job.of(aged(run, 14))
    assert (job.phase, job.going, job.resumable) == ("training", True, False)
    assert read_run(run.directory) == run


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_workers_clock_may_be_wrong(root: Path, hours: int):
    """On a shared folder, the worker's computer is not the page's."""
    run = begun(root)
    line = {"event": "compiling", "device": "here", "time": time.time() + 3600 * hours}
    with (run.directory / NAME).open("a") as journal:
        journal.write(json.dumps(line) + "\n")
    with locks.holding(run):
        assert Job.of(run).phase == "compiling"
    assert Job.of(run).phase == "compiling"
    assert Job.of(aged(run, 16)).phase == "failed"


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


def test_a_damaged_journal_is_told(root: Path):
    run = begun(root)
    (run.directory / NAME).write_text("{}\n")
    with pytest.raises(RunDamaged, match="line 1: expected an object whose event is one of"):
        Job.of(run)


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
    fill_up(monkeypatch)
    job = Job.of(run)
    assert (job.phase, job.going, job.resumable) == ("failed", False, True)
    assert read_run(run.directory) == run


def job_with(steps: list[dict[str, float]], phase: str = "training") -> Job:
    config = dataclasses.replace(CONFIG, batch_size=100, epochs=10)
    dataset = dataclasses.replace(record().dataset, train=950)
    return Job(Run(Path("/nowhere"), record(config=config, dataset=dataset)), Progress(steps=steps), phase, "")


def test_the_time_left_follows_from_the_pace_of_late():
    """20 of 100 steps are left, of 100 digits each; the last ten seconds were at five steps a second, earlier ones at
    one."""
    early = [step_numbers(number, seconds=float(number)) for number in range(1, 31)]
    late = [step_numbers(30 + 5 * number, seconds=30.0 + number) for number in range(1, 11)]
    job = job_with(early + late)
    assert job.step == 80
    assert job.digits_per_second == pytest.approx(500)
    assert job.seconds_left == pytest.approx(20 * 100 / 500)


def test_neither_pace_nor_time_left_jumps_about_where_the_steps_do():
    """One event in four counts a pause, as for a validation; each is a step, and the four take two seconds."""
    at, steps = 0.0, []
    for number in range(1, 81):
        took = 1.4 if number % 4 == 0 else 0.2
        at += took
        steps.append(step_numbers(number, seconds=at, digits_per_second=100 / took))
    jobs = [job_with(steps[:count]) for count in range(40, 80)]
    assert all(job.digits_per_second == pytest.approx(200, rel=0.15) for job in jobs)
    left = [job.seconds_left or 0 for job in jobs]
    assert all(abs(after - before) < 6 for before, after in itertools.pairwise(left))


def test_a_single_event_tells_the_pace_itself():
    assert job_with([step_numbers(10, digits_per_second=300.0)]).seconds_left == pytest.approx(90 * 100 / 300)


@pytest.mark.parametrize(
    ("steps", "phase"),
    [([], "training"), ([step_numbers(1)], "scoring"), ([step_numbers(1, digits_per_second=0.0)], "training")],
)
def test_without_a_pace_the_time_left_is_unknown(steps: list[dict[str, float]], phase: str):
    assert job_with(steps, phase).seconds_left is None


def test_before_its_first_step_a_training_has_taken_none():
    assert job_with([]).step == 0
