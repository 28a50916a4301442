"""Whenever a worker ends, and however, its run is readable and can be gone on with, or has its results.

A fake trainer takes the place of the real one: what a training must leave behind can then be said beforehand.
"""

import dataclasses
import errno
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.unit.builders import listing, random_digits, read_everything, wait_until
from tests.unit.fake_trainer import (
    DIGITS,
    DONE,
    STOPPED,
    TOTAL,
    Begin,
    FakeTrainer,
    FakeTrainers,
    assert_as_if_never_stopped,
    assert_weights,
    events,
    names,
    rows_without_seconds,
    stopping,
)
from vae_core.errors import (
    DataError,
    RunBusy,
    RunDamaged,
    RunNotFound,
    RunNotWritable,
    TrainingDiverged,
    TrainingFailed,
    VaeError,
)
from vae_core.evaluation.scores import score_elbo
from vae_core.jobs import control, queue
from vae_core.runs import checkpoint, history, locks, progress, store
from vae_core.runs.catalog import list_runs
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import Run, read_run
from vae_core.training import loop, worker

pytestmark = pytest.mark.usefixtures("fake_trainers")


def test_a_trained_run_has_its_weights_its_history_and_its_scores(begin: Begin):
    begun = begin()
    run = worker.train(begun, DIGITS)
    assert run == read_run(begun.directory)
    assert run.record == dataclasses.replace(begun.record, status="done", seconds=run.record.seconds)
    assert 0 <= run.record.seconds < 30
    assert run.scores() == score_elbo(run.network(), DIGITS)
    assert listing(run.directory) == DONE
    read_everything(run)


def test_a_worker_that_is_busy_shows_that_it_lives(
    begin: Begin, fake_trainers: FakeTrainers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(worker, "HEARTBEAT_SECONDS", 0.0)
    begun = begin()

    def hook(event: str, trainer: FakeTrainer) -> None:
        if event == "compile":
            wait_until(lambda: events(begun)[-1]["event"] == "heartbeat", 10)
            assert progress.read(begun.directory).phase == "compiling"

    fake_trainers(hook)
    worker.train(begun, DIGITS)


def test_what_a_killed_worker_had_not_finished_writing_is_removed(begin: Begin):
    begun = begin()
    for leftover in (".part-1", "snapshots/.part-2"):
        (begun.directory / leftover).touch()
    with (begun.directory / progress.NAME).open("ab") as journal:
        journal.write(b'{"event": "st')
    run = worker.train(begun, DIGITS)
    assert listing(run.directory) == DONE
    assert not list(run.directory.rglob(".part-*"))
    read_everything(run)


def test_however_long_a_training_is_it_says_where_it_was_cancelled(begin: Begin):
    begun = begin(epochs=1000)
    store.save(begun, dataclasses.replace(Checkpoint.read(begun), step=2999))
    control.ask_to_stop(begun)
    assert worker.train(begun, DIGITS).record.reason == "cancelled at epoch 999.7 of 1000"


# --- Failing


class ResourceExhaustedError(Exception):
    """As TensorFlow's is called."""


FULL = OSError(errno.ENOSPC, "No space left on device")


def no_room(*_: object, **__: object) -> None:
    raise FULL


FAILURES: dict[str, tuple[Exception, type[VaeError], str]] = {
    "a mistake": (RuntimeError("boom\nbang"), TrainingFailed, "The training failed (RuntimeError: boom bang)."),
    "a mistake without words": (KeyError(), TrainingFailed, "The training failed (KeyError: KeyError)."),
    "no memory": (MemoryError(), TrainingFailed, "The memory did not suffice. Choose narrower layers or smaller"),
    "no memory on the device": (ResourceExhaustedError("OOM"), TrainingFailed, "The memory did not suffice."),
    "a full disk": (FULL, TrainingFailed, "cannot be written (No space left on device). Make room there, then resume"),
    "divergence": (TrainingDiverged("It diverged. Try less."), TrainingDiverged, "It diverged. Try less."),
}


def failed(run: Run, kind: type[VaeError] = TrainingFailed) -> tuple[Run, str]:
    """Train a run that must fail. Returns what it is then, readable and nobody's, and what was said."""
    with pytest.raises(kind) as caught:
        worker.train(run, DIGITS)
    run = read_run(run.directory)
    assert not locks.held(run)
    read_everything(run)
    return run, str(caught.value)


@pytest.mark.parametrize("case", FAILURES)
def test_a_training_that_fails_says_why_and_goes_on_from_its_last_checkpoint(
    begin: Begin,
    fake_trainers: FakeTrainers,
    goes_on: Callable[[Run], None],
    monkeypatch: pytest.MonkeyPatch,
    case: str,
):
    error, kind, words = FAILURES[case]
    monkeypatch.setattr(loop, "_CHECKPOINT_SECONDS", -1.0)
    begun = begin()
    control.watch(begun)

    def hook(event: str, trainer: FakeTrainer) -> None:
        if event == "advance" and trainer.step == 5:
            raise error

    fake_trainers(hook)
    run, said = failed(begun, kind)
    assert words in said
    assert (run.record.status, run.record.reason) == ("failed", said)
    told = progress.read(run.directory)
    assert (told.phase, told.reason) == ("failed", said)
    assert listing(run.directory) == STOPPED
    assert Checkpoint.read(run).step == 5
    goes_on(run)


@pytest.mark.parametrize("step", [0, 4], ids=["the start", "the second epoch"])
def test_a_training_that_fails_goes_back_to_its_last_checkpoint_however_far_it_had_come(
    begin: Begin, fake_trainers: FakeTrainers, goes_on: Callable[[Run], None], step: int
):
    run = begin()
    if step:
        fake_trainers(stopping(run, step))
        run = worker.train(run, DIGITS)

    def hook(event: str, trainer: FakeTrainer) -> None:
        if event == "advance" and trainer.step == 7:
            raise MemoryError

    fake_trainers(hook)
    run, _ = failed(run)
    assert len(run.history()) == 2
    assert Checkpoint.read(run).step == step
    goes_on(run)


@pytest.mark.parametrize(
    "name",
    [
        "runs.snapshots.write",
        "runs.checkpoint.write",
        "runs.store.write",
        "runs.history.write_file",
        "runs.progress.Journal.write",
        "training.loop.write",
    ],
)
def test_whatever_file_a_full_disk_does_not_take_the_run_stays_readable_and_goes_on_later(
    begin: Begin,
    fake_trainers: FakeTrainers,
    goes_on: Callable[[Run], None],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
):
    monkeypatch.setattr(loop, "_CHECKPOINT_SECONDS", -1.0)
    monkeypatch.setattr(loop, "_LIVE_SECONDS", -1.0)
    begun = begin()

    with monkeypatch.context() as patch:

        def hook(event: str, trainer: FakeTrainer) -> None:
            control.watch(begun)
            if event == "advance" and trainer.step == 4:
                patch.setattr(f"vae_core.{name}", no_room)

        fake_trainers(hook)
        run, said = failed(begun)
    assert "cannot be written (No space left on device)" in said
    assert run.record.status == ("running" if name == "runs.store.write" else "failed")
    assert 0 < Checkpoint.read(run).step < TOTAL
    goes_on(run)


def fill_disk(below: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more files there."""
    make, make_folder = tempfile.mkstemp, tempfile.mkdtemp

    def refuse(directory: Any) -> None:
        if Path(directory).is_relative_to(below):
            raise FULL

    def mkstemp(*arguments: Any, dir: Any, **options: Any) -> tuple[int, str]:
        refuse(dir)
        return make(*arguments, dir=dir, **options)

    def mkdtemp(*arguments: Any, dir: Any, **options: Any) -> str:
        refuse(dir)
        return make_folder(*arguments, dir=dir, **options)

    monkeypatch.setattr(tempfile, "mkstemp", mkstemp)
    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp)


@pytest.fixture
def refuge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where results are kept that the runs' directory does not take."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "tmp" / "vae-latent-explorer-runs"


@pytest.mark.parametrize("journal", [True, False], ids=["a line still fits", "no line fits either"])
def test_a_disk_that_is_full_at_the_very_end_does_not_cost_the_results(
    begin: Begin,
    fake_trainers: FakeTrainers,
    root: Path,
    refuge: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    uninterrupted: Run,
    journal: bool,
):
    begun = begin()

    with monkeypatch.context() as patch:

        def hook(event: str, trainer: FakeTrainer) -> None:
            if event == "checkpoint" and trainer.step == TOTAL:
                fill_disk(root, patch)
                if not journal:
                    patch.setattr(progress.Journal, "write", no_room)

        fake_trainers(hook)
        with caplog.at_level(logging.WARNING):
            run = worker.train(begun, DIGITS)
    assert run.directory == refuge / begun.id
    assert run.record.status == "done"
    assert_weights(run, uninterrupted.tensors())
    assert run.scores() == uninterrupted.scores()
    pd.testing.assert_frame_equal(rows_without_seconds(run), rows_without_seconds(uninterrupted))
    assert "No space left on device" in caplog.text
    assert str(run.directory) in caplog.text
    read_everything(read_run(begun.directory))
    if journal:
        told = progress.read(begun.directory)
        assert told.phase == "failed"
        assert f"The trained run is kept in {run.directory}; move that folder once there is room." in told.reason
    monkeypatch.setenv("VAE_RUNS", str(refuge))
    assert run in list_runs()[0]


def test_a_training_whose_results_nobody_takes_goes_on_without_a_step_once_there_is_room(
    begin: Begin,
    fake_trainers: FakeTrainers,
    tmp_path: Path,
    refuge: Path,
    monkeypatch: pytest.MonkeyPatch,
    uninterrupted: Run,
):
    begun = begin()
    with monkeypatch.context() as patch:

        def listen(event: str, facts: object) -> None:
            if event == "scoring":
                fill_disk(tmp_path, patch)

        with pytest.raises(RunNotWritable, match="No space left on device"):
            worker.train(begun, DIGITS, listen)
    assert listing(refuge) == []

    fake_trainers(lambda event, trainer: pytest.fail("a step is taken twice") if event == "advance" else None)
    run = worker.train(read_run(begun.directory), DIGITS)
    assert_as_if_never_stopped(run, uninterrupted)


@pytest.mark.parametrize("moment", ["fill", "mark"])
def test_a_worker_that_is_killed_between_the_results_files_loses_nothing(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, uninterrupted: Run, moment: str
):
    """An exception that nobody catches stands for SIGKILL."""

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    begun = begin()
    with monkeypatch.context() as patch:
        if moment == "mark":
            patch.setattr(store, "mark", killed)
        else:
            patch.setattr(history, "write", lambda *a: killed() if len(a[1]) == 3 else None)
        with pytest.raises(Killed):
            worker.train(begun, DIGITS)
    run = read_run(begun.directory)
    assert run.record.status == "running"
    read_everything(run)
    done = worker.train(run, DIGITS)
    assert_weights(done, uninterrupted.tensors())
    pd.testing.assert_frame_equal(rows_without_seconds(done), rows_without_seconds(uninterrupted))


# --- Whose run it is


def test_a_run_that_another_worker_has_is_left_to_it(begin: Begin, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker, "holding", lambda run: locks.holding(run, patience=0))
    begun = begin()
    with locks.holding(begun), pytest.raises(RunBusy):
        worker.train(begun, DIGITS)
    assert read_run(begun.directory) == begun
    assert names(begun) == ["created"]


def test_a_run_that_another_worker_has_ended_meanwhile_is_not_trained_again(begin: Begin):
    begun = begin()
    done = worker.train(begun, DIGITS)
    weights = done.tensors()
    with pytest.raises(RunNotWritable, match="is trained to its end already"):
        worker.train(begun, DIGITS)
    assert read_run(begun.directory) == done
    assert_weights(done, weights)
    assert names(done)[-1] == "done"


def test_a_run_that_was_deleted_meanwhile_is_not_made_anew(begin: Begin, root: Path):
    begun = begin()
    store.delete(begun)
    with pytest.raises(RunNotFound):
        worker.train(begun, DIGITS)
    assert listing(root) == []


@pytest.mark.parametrize("status", ["running", "cancelled"])
def test_other_digits_are_refused_and_a_run_that_waits_for_its_worker_says_so(begin: Begin, status: str):
    begun = begin()
    begun = store.mark(begun, dataclasses.replace(begun.record, status=status, reason="enough"))
    with pytest.raises(DataError, match="was begun on other digits") as caught:
        worker.train(begun, random_digits(train=13, test=4, seed=1))
    expected = ("failed", str(caught.value)) if status == "running" else ("cancelled", "enough")
    found = read_run(begun.directory).record
    assert (found.status, found.reason) == expected


def test_a_damaged_checkpoint_is_told_and_said_by_the_run(begin: Begin):
    begun = begin()
    (begun.directory / checkpoint.NAME).write_bytes(b"half")
    with pytest.raises(RunDamaged, match=f"{checkpoint.NAME} is damaged") as caught:
        worker.train(begun, DIGITS)
    found = read_run(begun.directory).record
    assert (found.status, found.reason) == ("failed", str(caught.value))


# --- The queue


def test_a_queued_training_tells_its_place_and_gives_its_slot_back(begin: Begin, root: Path):
    run = worker.train(begin(), DIGITS, queue=1)
    assert names(run)[:4] == ["created", "queued", "starting", "compiling"]
    assert events(run)[1]["place"] == 1
    assert run.record.status == "done"
    slot = locks.take_slot(root, 1)
    assert slot
    slot.release()


def test_a_training_that_is_stopped_in_the_queue_never_starts(
    begin: Begin, fake_trainers: FakeTrainers, root: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queue, "_POLL_SECONDS", 0.0)
    fake_trainers(lambda event, trainer: pytest.fail("it started"))
    begun = begin()
    taken = locks.take_slot(root, 1)
    assert taken
    run = worker.train(begun, DIGITS, lambda event, facts: control.ask_to_stop(begun), queue=1)
    assert (run.record.status, run.record.reason) == ("cancelled", "cancelled at epoch 0 of 3")
    assert names(run) == ["created", "queued", "cancelled"]
    read_everything(run)
    taken.release()
