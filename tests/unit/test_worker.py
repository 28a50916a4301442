"""Whenever a worker ends, and however, its run is readable and can be gone on with, or has its results.

A puppet takes the trainer's place nearly everywhere: what a training must leave behind can then be said beforehand.
"""

import dataclasses
import errno
import itertools
import json
import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit import puppet
from tests.unit.puppet import DIGITS, PUPPET_CONFIG, STEPS, Hook, Puppet, moved
from tests.unit.toys import FILES, listing, random_digits, read_everything, wait_until
from vae_core import checkpoint, likelihood, locks, progress, shelf, signs, slots, snapshots, worker
from vae_core.checkpoint import Checkpoint
from vae_core.config import TrainingConfig
from vae_core.data import Digits, split
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
from vae_core.network import Network
from vae_core.runs import Run, list_runs, read_run
from vae_core.snapshots import LIVE, Snapshot
from vae_core.tensors import Tensors

ROOT = Path(__file__).parents[2]
TOTAL = 9
DONE = sorted([*FILES, "lock", "progress.jsonl", "snapshots"])
STOPPED = sorted([*DONE, checkpoint.NAME])


@pytest.fixture
def begin(root: Path) -> Callable[..., Run]:
    """A run that waits for its worker. changes: other values for the fields of its config."""
    return lambda **changes: shelf.begin(dataclasses.replace(PUPPET_CONFIG, **changes), DIGITS, root)


@pytest.fixture
def hooked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Hook], None]:
    """Puts a puppet with this hook in the trainer's place."""
    modules: dict[str, Any] = {}

    def install(hook: Hook) -> None:
        puppet.install(modules, hook)
        monkeypatch.setitem(sys.modules, "vae_core.training", modules["vae_core.training"])

    return install


@pytest.fixture(autouse=True)
def no_strings_attached(hooked: Callable[[Hook], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Puppets by default; every step is told; checkpoints only at the ends."""
    hooked(lambda event, trainer: None)
    monkeypatch.setattr(worker, "_LEAST_PAUSE", -1.0)
    monkeypatch.setattr(worker, "_MOST_PAUSE", -1.0)
    monkeypatch.setattr(worker, "_CHECKPOINT_SECONDS", 1e9)


def stopping(run: Run, step: int) -> Hook:
    """Asks to stop while step number `step` is taken."""

    def hook(event: str, trainer: Puppet) -> None:
        if event == "advance" and trainer.step == step - 1:
            signs.ask_to_stop(run)

    return hook


def assert_weights(run: Run, expected: Tensors) -> None:
    for name, tensor in run.tensors().items():
        np.testing.assert_array_equal(tensor, expected[name])


def events(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run.directory / progress.NAME).read_text().splitlines()]


def names(run: Run) -> list[str]:
    """The events besides heartbeats, which a slow machine may add."""
    return [event["event"] for event in events(run) if event["event"] != "heartbeat"]


def rows_without_seconds(run: Run) -> pd.DataFrame:
    return run.history().drop(columns="seconds")


# --- From the first step to the last


def test_a_training_is_told_from_its_start_to_its_end(begin: Callable[..., Run]):
    begun, heard = begin(), []
    run = worker.train(begun, DIGITS, lambda event, facts: heard.append((event, facts)))
    an_epoch = ["step", "step", "step", "epoch"]
    assert names(run) == ["created", "starting", "compiling", *3 * an_epoch, "scoring", "done"]
    assert [event for event, _ in heard] == names(run)[1:]
    assert dict(heard)["compiling"] == {"device": "strings"}
    written = [event for event in events(run)[1:] if event["event"] != "heartbeat"]
    for (_, facts), event in zip(heard, written, strict=True):
        assert set(event) == {"event", "time", *facts}


def test_each_step_event_has_the_means_of_the_digits_since_the_one_before(begin: Callable[..., Run]):
    steps = progress.read(worker.train(begin(), DIGITS).directory).steps
    assert [step["step"] for step in steps] == list(range(1, TOTAL + 1))
    for number, step in enumerate(steps):
        assert step["reconstruction"] == pytest.approx(puppet.reconstruction(number))
        assert step["kl"] == pytest.approx(puppet.kl(number))
        assert step["loss"] == pytest.approx(puppet.reconstruction(number) + 2.0 * puppet.kl(number))
        assert step["digits_per_second"] > 0
    assert all(early["seconds"] <= late["seconds"] for early, late in itertools.pairwise(steps))


def test_a_trained_run_has_its_weights_its_history_and_its_scores(begin: Callable[..., Run]):
    begun = begin()
    run = worker.train(begun, DIGITS)
    assert run == read_run(begun.directory)
    assert run.record == dataclasses.replace(begun.record, status="done", seconds=run.record.seconds)
    assert 0 <= run.record.seconds < 30
    assert run.scores() == likelihood.score(Network.from_run(run), DIGITS)
    assert listing(run.directory) == DONE
    read_everything(run)


def test_a_row_of_the_history_is_the_mean_over_the_epochs_digits(begin: Callable[..., Run]):
    begun = begin()
    start = begun.tensors()
    rows = worker.train(begun, DIGITS).history().to_dict("records")
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    _, held_out = split(DIGITS.train_images, 2, PUPPET_CONFIG.seed)
    for epoch, row in enumerate(rows):
        numbers = range(3 * epoch, 3 * epoch + 3)
        for name, value in (("reconstruction", puppet.reconstruction), ("kl", puppet.kl)):
            mean = sum(count * value(step) for count, step in zip(STEPS, numbers, strict=True)) / 11
            assert row[name] == pytest.approx(mean, rel=1e-5)
        network = Network.from_tensors(moved(start, 3 * epoch + 3))
        terms = likelihood.negative_elbo(network, held_out, samples=1)
        assert (row["val_reconstruction"], row["val_kl"]) == pytest.approx([term.mean() for term in terms], rel=1e-5)
        for prefix in ("", "val_"):
            loss = row[f"{prefix}reconstruction"] + 2 * row[f"{prefix}kl"]
            assert row[f"{prefix}loss"] == pytest.approx(loss, rel=1e-5)


def test_without_validation_digits_their_columns_are_empty(begin: Callable[..., Run]):
    history = worker.train(begin(validation=0), DIGITS).history()
    assert history[["val_loss", "val_reconstruction", "val_kl"]].isna().to_numpy().all()
    assert history[["loss", "reconstruction", "kl"]].notna().to_numpy().all()


@pytest.mark.parametrize(("epochs", "batch_size"), [(1, 11), (1, 100), (3, 11), (4, 100), (1, 4), (40, 1)])
def test_however_few_steps_there_are_each_epoch_and_each_planned_moment_is_kept(
    begin: Callable[..., Run], epochs: int, batch_size: int
):
    begun = begin(epochs=epochs, batch_size=batch_size)
    start = begun.tensors()
    run = worker.train(begun, DIGITS)
    total = epochs * -(-11 // batch_size)
    assert run.history()["epoch"].tolist() == list(range(1, epochs + 1))
    found = [snapshots.read(path, 4)[0] for path in snapshots.kept(run)]
    assert [snapshot.step for snapshot in found] == snapshots.steps_to_keep(total)
    for snapshot in found:
        network = Network.from_tensors(moved(start, snapshot.step))
        assert snapshot.to_bytes() == Snapshot.take(network, DIGITS.test_images, snapshot.step).to_bytes()
    assert_weights(run, moved(start, total))


# --- Stopping and going on


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        modules: dict[str, Any] = {}
        puppet.install(modules)
        patch.setitem(sys.modules, "vae_core.training", modules["vae_core.training"])
        return worker.train(shelf.begin(PUPPET_CONFIG, DIGITS, tmp_path_factory.mktemp("whole")), DIGITS)


def assert_as_if_never_stopped(run: Run, uninterrupted: Run) -> None:
    assert (run.record.status, run.record.reason) == ("done", "")
    assert_weights(run, uninterrupted.tensors())
    pd.testing.assert_frame_equal(rows_without_seconds(run), rows_without_seconds(uninterrupted))
    assert run.scores() == uninterrupted.scores()
    assert listing(run.directory) == DONE
    kept = [{path.name: path.read_bytes() for path in snapshots.kept(one)} for one in (run, uninterrupted)]
    assert kept[0] == kept[1]
    steps = progress.read(run.directory).steps
    assert [step["step"] for step in steps] == list(range(1, TOTAL + 1))
    for number, step in enumerate(steps):
        assert step["reconstruction"] == pytest.approx(puppet.reconstruction(number))
        assert step["digits_per_second"] > 0


@pytest.mark.parametrize("step", range(TOTAL))
def test_a_training_that_was_stopped_is_kept_and_ends_as_one_that_was_not(
    begin: Callable[..., Run], hooked: Callable[[Hook], None], uninterrupted: Run, step: int
):
    begun = begin()
    start = begun.tensors()
    if step == 0:
        signs.ask_to_stop(begun)
    hooked(stopping(begun, step))
    run = worker.train(begun, DIGITS)
    assert run == read_run(begun.directory)
    assert (run.record.status, run.record.reason) == ("cancelled", f"cancelled at epoch {step / 3:.3g} of 3")
    assert (names(run)[-1], progress.read(run.directory).reason) == ("cancelled", run.record.reason)
    assert listing(run.directory) == STOPPED
    assert Checkpoint.read(run).step == step
    assert len(run.history()) == step // 3
    assert_weights(run, moved(start, step))
    assert run.scores() == (likelihood.score(Network.from_run(run), DIGITS, samples=1) if step else [])
    read_everything(run)

    hooked(lambda event, trainer: None)
    assert_as_if_never_stopped(worker.train(run, DIGITS), uninterrupted)


def test_a_training_may_be_stopped_after_every_step(
    begin: Callable[..., Run], hooked: Callable[[Hook], None], uninterrupted: Run
):
    run, seconds = begin(), [0.0]
    for step in range(1, TOTAL):
        hooked(stopping(run, step))
        run = worker.train(run, DIGITS)
        assert run.record.status == "cancelled"
        seconds.append(Checkpoint.read(run).seconds)
    assert seconds == sorted(seconds)
    assert_as_if_never_stopped(worker.train(run, DIGITS), uninterrupted)


def test_who_asks_to_stop_while_the_last_step_is_taken_gets_a_trained_run(
    begin: Callable[..., Run], hooked: Callable[[Hook], None], uninterrupted: Run
):
    begun = begin()
    hooked(stopping(begun, TOTAL))
    assert_as_if_never_stopped(worker.train(begun, DIGITS), uninterrupted)


# --- While it trains


def test_the_latest_look_is_written_only_while_someone_looks(
    begin: Callable[..., Run], hooked: Callable[[Hook], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(worker, "_LIVE_SECONDS", -1.0)
    begun, seen = begin(), {}

    def hook(event: str, trainer: Puppet) -> None:
        if event != "advance":
            return
        live = begun.directory / LIVE
        seen[trainer.step] = snapshots.read(live, 4)[0].step if live.exists() else None
        if trainer.step == 3:
            signs.look(begun)
        elif trainer.step == 6:
            signs.clear(begun)

    hooked(hook)
    run = worker.train(begun, DIGITS)
    assert seen == {0: None, 1: None, 2: None, 3: None, 4: 4, 5: 5, 6: 6, 7: 6, 8: 6}
    assert listing(run.directory) == DONE


def test_a_look_is_not_taken_more_often_than_it_can_be_seen(
    begin: Callable[..., Run], hooked: Callable[[Hook], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(worker, "_LIVE_SECONDS", 1e9)
    begun = begin()

    def hook(event: str, trainer: Puppet) -> None:
        signs.look(begun)
        assert not (begun.directory / LIVE).exists()

    hooked(hook)
    assert worker.train(begun, DIGITS).record.status == "done"


def test_a_checkpoint_is_kept_now_and_then_with_the_network_of_that_moment(
    begin: Callable[..., Run], hooked: Callable[[Hook], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(worker, "_CHECKPOINT_SECONDS", -1.0)
    begun, found = begin(), []

    def hook(event: str, trainer: Puppet) -> None:
        if event == "advance":
            kept = Checkpoint.read(begun)
            found.append(kept.step)
            assert_weights(begun, kept.network)
            assert_weights(begun, trainer.tensors())
            read_everything(read_run(begun.directory))

    hooked(hook)
    worker.train(begun, DIGITS)
    assert found == list(range(TOTAL))


def test_a_worker_that_is_busy_shows_that_it_lives(
    begin: Callable[..., Run], hooked: Callable[[Hook], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(worker, "HEARTBEAT_SECONDS", 0.0)
    begun = begin()

    def hook(event: str, trainer: Puppet) -> None:
        if event == "compile":
            wait_until(lambda: events(begun)[-1]["event"] == "heartbeat", 10)
            assert progress.read(begun.directory).phase == "compiling"

    hooked(hook)
    worker.train(begun, DIGITS)


def test_what_a_killed_worker_had_not_finished_writing_is_removed(begin: Callable[..., Run]):
    begun = begin()
    for leftover in (".part-1", "snapshots/.part-2"):
        (begun.directory / leftover).touch()
    with (begun.directory / progress.NAME).open("ab") as journal:
        journal.write(b'{"event": "st')
    run = worker.train(begun, DIGITS)
    assert listing(run.directory) == DONE
    assert not list(run.directory.rglob(".part-*"))
    read_everything(run)


# --- Failing


class ResourceExhaustedError(Exception):
    """As TensorFlow's is called."""


FULL = OSError(errno.ENOSPC, "No space left on device")
FAILURES: dict[str, tuple[Exception, type[VaeError], str]] = {
    "a mistake": (RuntimeError("boom\nbang"), TrainingFailed, "The training failed (RuntimeError: boom bang)."),
    "a mistake without words": (KeyError(), TrainingFailed, "The training failed (KeyError: KeyError)."),
    "no memory": (MemoryError(), TrainingFailed, "The memory did not suffice. Choose narrower layers or smaller"),
    "no memory on the device": (ResourceExhaustedError("OOM"), TrainingFailed, "The memory did not suffice."),
    "a full disk": (FULL, TrainingFailed, "cannot be written (No space left on device). Make room there, then resume"),
    "divergence": (TrainingDiverged("It diverged. Try less."), TrainingDiverged, "It diverged. Try less."),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_training_that_fails_says_why_and_goes_on_from_its_last_checkpoint(
    begin: Callable[..., Run],
    hooked: Callable[[Hook], None],
    monkeypatch: pytest.MonkeyPatch,
    uninterrupted: Run,
    case: str,
):
    error, kind, words = FAILURES[case]
    monkeypatch.setattr(worker, "_CHECKPOINT_SECONDS", -1.0)
    begun = begin()
    signs.look(begun)

    def hook(event: str, trainer: Puppet) -> None:
        if event == "advance" and trainer.step == 5:
            raise error

    hooked(hook)
    with pytest.raises(kind) as caught:
        worker.train(begun, DIGITS)
    assert words in str(caught.value)
    run = read_run(begun.directory)
    assert (run.record.status, run.record.reason) == ("failed", str(caught.value))
    told = progress.read(run.directory)
    assert (told.phase, told.reason) == ("failed", str(caught.value))
    assert listing(run.directory) == STOPPED
    assert Checkpoint.read(run).step == 5
    assert not locks.held(run)
    read_everything(run)

    hooked(lambda event, trainer: None)
    assert_as_if_never_stopped(worker.train(run, DIGITS), uninterrupted)


@pytest.mark.parametrize("step", [0, 4], ids=["the start", "the second epoch"])
def test_a_training_that_fails_goes_back_to_its_last_checkpoint_however_far_it_had_come(
    begin: Callable[..., Run], hooked: Callable[[Hook], None], uninterrupted: Run, step: int
):
    run = begin()
    if step:
        hooked(stopping(run, step))
        run = worker.train(run, DIGITS)

    def hook(event: str, trainer: Puppet) -> None:
        if event == "advance" and trainer.step == 7:
            raise MemoryError

    hooked(hook)
    with pytest.raises(TrainingFailed):
        worker.train(run, DIGITS)
    assert len(run.history()) == 2
    assert Checkpoint.read(run).step == step
    hooked(lambda event, trainer: None)
    assert_as_if_never_stopped(worker.train(read_run(run.directory), DIGITS), uninterrupted)


@pytest.mark.parametrize("name", ["snapshots.write", "checkpoint.write", "shelf.write", "worker.write", "Journal.tell"])
def test_whatever_file_a_full_disk_does_not_take_the_run_stays_readable_and_goes_on_later(
    begin: Callable[..., Run],
    hooked: Callable[[Hook], None],
    monkeypatch: pytest.MonkeyPatch,
    uninterrupted: Run,
    name: str,
):
    monkeypatch.setattr(worker, "_CHECKPOINT_SECONDS", -1.0)
    monkeypatch.setattr(worker, "_LIVE_SECONDS", -1.0)
    begun = begin()

    def full(*_: object, **__: object) -> None:
        raise FULL

    with monkeypatch.context() as patch:

        def hook(event: str, trainer: Puppet) -> None:
            signs.look(begun)
            if event == "advance" and trainer.step == 4:
                target = f"vae_core.progress.{name}" if name == "Journal.tell" else f"vae_core.{name}"
                patch.setattr(target, full)

        hooked(hook)
        with pytest.raises(TrainingFailed, match=r"cannot be written \(No space left on device\)"):
            worker.train(begun, DIGITS)
    run = read_run(begun.directory)
    assert run.record.status == ("running" if name == "shelf.write" else "failed")
    assert 0 < Checkpoint.read(run).step < TOTAL
    assert not locks.held(run)
    read_everything(run)

    hooked(lambda event, trainer: None)
    assert_as_if_never_stopped(worker.train(run, DIGITS), uninterrupted)


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
    begin: Callable[..., Run],
    hooked: Callable[[Hook], None],
    root: Path,
    refuge: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    uninterrupted: Run,
    journal: bool,
):
    begun = begin()

    def full(*_: object, **__: object) -> None:
        raise FULL

    with monkeypatch.context() as patch:

        def hook(event: str, trainer: Puppet) -> None:
            if event == "checkpoint" and trainer.step == TOTAL:
                fill_disk(root, patch)
                if not journal:
                    patch.setattr(progress.Journal, "tell", full)

        hooked(hook)
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
    begin: Callable[..., Run],
    hooked: Callable[[Hook], None],
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

    hooked(lambda event, trainer: pytest.fail("a step is taken twice") if event == "advance" else None)
    run = worker.train(read_run(begun.directory), DIGITS)
    assert_as_if_never_stopped(run, uninterrupted)


@pytest.mark.parametrize("moment", ["fill", "mark"])
def test_a_worker_that_is_killed_between_the_results_files_loses_nothing(
    begin: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, uninterrupted: Run, moment: str
):
    """An exception that nobody catches stands for SIGKILL."""

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    begun = begin()
    with monkeypatch.context() as patch:
        if moment == "mark":
            patch.setattr(shelf, "mark", killed)
        else:
            patch.setattr(shelf, "write_history", lambda *a: killed() if len(a[1]) == 3 else None)
        with pytest.raises(Killed):
            worker.train(begun, DIGITS)
    run = read_run(begun.directory)
    assert run.record.status == "running"
    read_everything(run)
    done = worker.train(run, DIGITS)
    assert_weights(done, uninterrupted.tensors())
    pd.testing.assert_frame_equal(rows_without_seconds(done), rows_without_seconds(uninterrupted))


# --- Whose run it is


def test_a_run_that_another_worker_has_is_left_to_it(begin: Callable[..., Run], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker, "holding", lambda run: locks.holding(run, patience=0))
    begun = begin()
    with locks.holding(begun), pytest.raises(RunBusy):
        worker.train(begun, DIGITS)
    assert read_run(begun.directory) == begun
    assert names(begun) == ["created"]


def test_a_run_that_another_worker_has_ended_meanwhile_is_not_trained_again(begin: Callable[..., Run]):
    begun = begin()
    done = worker.train(begun, DIGITS)
    weights = done.tensors()
    with pytest.raises(RunNotWritable, match="is trained to its end already"):
        worker.train(begun, DIGITS)
    assert read_run(begun.directory) == done
    assert_weights(done, weights)
    assert names(done)[-1] == "done"


def test_a_run_that_was_deleted_meanwhile_is_not_made_anew(begin: Callable[..., Run], root: Path):
    begun = begin()
    shelf.delete(begun)
    with pytest.raises(RunNotFound):
        worker.train(begun, DIGITS)
    assert listing(root) == []


@pytest.mark.parametrize("status", ["running", "cancelled"])
def test_other_digits_are_refused_and_a_run_that_waits_for_its_worker_says_so(begin: Callable[..., Run], status: str):
    begun = begin()
    begun = shelf.mark(begun, dataclasses.replace(begun.record, status=status, reason="enough"))
    with pytest.raises(DataError, match="was begun on other digits") as caught:
        worker.train(begun, random_digits(train=13, test=4, seed=1))
    expected = ("failed", str(caught.value)) if status == "running" else ("cancelled", "enough")
    found = read_run(begun.directory).record
    assert (found.status, found.reason) == expected


def test_a_damaged_checkpoint_is_told_and_said_by_the_run(begin: Callable[..., Run]):
    begun = begin()
    (begun.directory / checkpoint.NAME).write_bytes(b"half")
    with pytest.raises(RunDamaged, match=f"{checkpoint.NAME} is damaged") as caught:
        worker.train(begun, DIGITS)
    found = read_run(begun.directory).record
    assert (found.status, found.reason) == ("failed", str(caught.value))


# --- The queue


def test_a_queued_training_tells_its_place_and_gives_its_slot_back(begin: Callable[..., Run], root: Path):
    run = worker.train(begin(), DIGITS, queue=1)
    assert names(run)[:4] == ["created", "queued", "starting", "compiling"]
    assert events(run)[1]["place"] == 1
    assert run.record.status == "done"
    slot = locks.take_slot(root, 1)
    assert slot
    slot.release()


def test_a_training_that_is_stopped_in_the_queue_never_starts(
    begin: Callable[..., Run], hooked: Callable[[Hook], None], root: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(slots, "_POLL_SECONDS", 0.0)
    hooked(lambda event, trainer: pytest.fail("it started"))
    begun = begin()
    taken = locks.take_slot(root, 1)
    assert taken
    run = worker.train(begun, DIGITS, lambda event, facts: signs.ask_to_stop(begun), queue=1)
    assert (run.record.status, run.record.reason) == ("cancelled", "cancelled at epoch 0 of 3")
    assert names(run) == ["created", "queued", "cancelled"]
    read_everything(run)
    taken.release()


# --- A process of its own

CHILD = """
import signal, sys, time
from pathlib import Path
from tests.unit import puppet
from vae_core import worker
from vae_core.runs import read_run

wanted = sys.argv[2]

def hook(event, trainer):
    if event == wanted.partition(" ")[0]:
        print("ready", flush=True)
        if wanted == "advance":
            time.sleep(0.02)
        elif wanted == "advance twice":
            for _ in range(1000):
                if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
                    print("heeded", flush=True)
                    break
                time.sleep(0.01)
            time.sleep(60)
        else:
            time.sleep(60)

puppet.install(hook=hook)
queue = int(sys.argv[3]) if len(sys.argv) > 3 else None
print(worker.train(read_run(Path(sys.argv[1])), puppet.DIGITS, queue=queue).record.status)
"""


@pytest.fixture
def child() -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts a process that trains a run, and says "ready" when it has come to a certain moment."""
    processes: list[subprocess.Popen] = []

    def start(run: Run, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-c", CHILD, str(run.directory), *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        processes.append(process)
        assert process.stdout
        assert process.stdout.readline() == "ready\n", process.communicate()[0]
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_a_training_as_cancelling_does(
    begin: Callable[..., Run], child: Callable[..., subprocess.Popen], number: signal.Signals
):
    begun = begin(epochs=1000)
    process = child(begun, "advance")
    process.send_signal(number)
    output, _ = process.communicate(timeout=10)
    assert process.returncode == 0, output
    assert output.endswith("cancelled\n")
    run = read_run(begun.directory)
    assert run.record.reason.startswith("cancelled at epoch ")
    assert Checkpoint.read(run).step >= 1
    assert listing(run.directory) == STOPPED
    read_everything(run)


def test_a_second_signal_ends_the_process_and_leaves_a_run_that_can_be_gone_on_with(
    begin: Callable[..., Run], child: Callable[..., subprocess.Popen], uninterrupted: Run
):
    begun = begin()
    process = child(begun, "advance twice")
    process.send_signal(signal.SIGTERM)
    assert process.stdout
    assert process.stdout.readline() == "heeded\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == -signal.SIGTERM
    run = read_run(begun.directory)
    assert (run.record.status, locks.held(run)) == ("running", False)
    read_everything(run)
    assert_as_if_never_stopped(worker.train(run, DIGITS), uninterrupted)


@pytest.mark.parametrize(
    ("moment", "stop"),
    [
        ("made", lambda run, process: signs.ask_to_stop(run)),
        ("compile", lambda run, process: process.send_signal(signal.SIGTERM)),
    ],
    ids=["asked to while it starts", "terminated while it compiles"],
)
def test_a_queued_worker_that_tensorflow_keeps_busy_stops_all_the_same(
    begin: Callable[..., Run],
    child: Callable[..., subprocess.Popen],
    root: Path,
    moment: str,
    stop: Callable[[Run, subprocess.Popen], None],
):
    begun = begin()
    process = child(begun, moment, "1")
    assert locks.take_slot(root, 1) is None
    stop(begun, process)
    assert process.wait(5) == 0
    run = read_run(begun.directory)
    assert (run.record.status, run.record.reason) == ("cancelled", "cancelled at epoch 0 of 3")
    assert listing(run.directory) in (DONE, STOPPED)
    assert not locks.held(run)
    slot = locks.take_slot(root, 1)
    assert slot
    slot.release()
    read_everything(run)


# --- With TensorFlow


def test_with_tensorflow_too_a_training_that_was_stopped_ends_as_one_that_was_not(
    sample: Digits, root: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.undo()
    from vae_core import training

    monkeypatch.setattr(training, "_GLANCE_SECONDS", 0.0)
    monkeypatch.setattr(worker, "_LEAST_PAUSE", -1.0)
    monkeypatch.setattr(worker, "_MOST_PAUSE", -1.0)
    config = TrainingConfig(encoder_widths=(8,), decoder_widths=(8,), epochs=3, batch_size=50, validation=30)
    few = dataclasses.replace(
        sample,
        train_images=sample.train_images[:260],
        test_images=sample.test_images[:100],
        test_labels=sample.test_labels[:100],
    )
    whole = worker.train(shelf.begin(config, few, root), few)
    begun = shelf.begin(config, few, root)

    def listen(event: str, facts: dict[str, Any]) -> None:
        if event == "step" and facts["step"] == 7:
            signs.ask_to_stop(begun)

    cancelled = worker.train(begun, few, listen)
    assert cancelled.record.reason == "cancelled at epoch 1.4 of 3"
    read_everything(cancelled)
    run = worker.train(cancelled, few)
    assert run.record.status == whole.record.status == "done"
    assert_weights(run, whole.tensors())
    pd.testing.assert_frame_equal(rows_without_seconds(run), rows_without_seconds(whole))
    assert run.scores() == whole.scores()
    kept = [[path.read_bytes() for path in snapshots.kept(one)] for one in (run, whole)]
    assert kept[0] == kept[1]
    for column in ("loss", "val_loss"):
        assert whole.history()[column].is_monotonic_decreasing
    assert whole.scores()[0].value < 784 * np.log(2)


def test_with_tensorflow_too_a_training_that_diverges_fails_with_its_reason(
    sample: Digits, root: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.undo()
    deep = 8 * (64,)
    config = TrainingConfig(encoder_widths=deep, decoder_widths=deep, optimizer="adam", learning_rate=1.0, epochs=9)
    begun = shelf.begin(config, sample, root)
    with pytest.raises(TrainingDiverged, match="lower learning rate"):
        worker.train(begun, sample)
    run = read_run(begun.directory)
    assert run.record.status == "failed"
    assert "The training diverged" in run.record.reason
    read_everything(run)
