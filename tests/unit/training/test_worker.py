"""Whenever a worker ends, and however, its run is readable and can be gone on with, or has its results.

A fake trainer takes the place of the real one: what a training must leave behind can then be said beforehand.
"""

import dataclasses
from pathlib import Path

import pytest

from tests.unit.builders import random_digits
from tests.unit.fake_trainer import DIGITS, Begin, FakeTrainer, FakeTrainers
from tests.unit.inspection import listing, read_everything, wait_until
from tests.unit.outcomes import DONE, assert_weights, events, names
from vae_core.errors import DataError, RunBusy, RunDamaged, RunNotFound, RunNotWritable
from vae_core.evaluation.scores import score_elbo
from vae_core.jobs import control, queue
from vae_core.runs import checkpoint, locks, progress, store
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import read_run
from vae_core.training import heartbeat, worker

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
    monkeypatch.setattr(heartbeat, "SECONDS", 0.0)
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


@pytest.mark.parametrize("lost", [BrokenPipeError(), OSError(28, "No space left on device")])
def test_a_training_goes_on_though_whoever_listened_to_it_has_gone(begin: Begin, lost: OSError):
    heard = []

    def listen(event: str, values: dict[str, float | str]) -> None:
        heard.append(event)
        raise lost

    done = worker.train(begin(), DIGITS, listen)
    assert done.record.status == "done"
    assert names(done)[-1] == "done"
    assert heard == [name for name in names(done) if name not in ("created", "alive")]


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


def test_a_damaged_checkpoint_is_an_error_and_the_runs_reason(begin: Begin):
    begun = begin()
    (begun.directory / checkpoint.NAME).write_bytes(b"half")
    with pytest.raises(RunDamaged, match=f"{checkpoint.NAME} is damaged") as caught:
        worker.train(begun, DIGITS)
    found = read_run(begun.directory).record
    assert (found.status, found.reason) == ("failed", str(caught.value))


# --- The queue


def test_a_queued_training_says_its_place_and_gives_its_slot_back(begin: Begin, root: Path):
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
    run = worker.train(begun, DIGITS, lambda event, values: control.ask_to_stop(begun), queue=1)
    assert (run.record.status, run.record.reason) == ("cancelled", "cancelled at epoch 0 of 3")
    assert names(run) == ["created", "queued", "cancelled"]
    read_everything(run)
    taken.release()
