"""A training loop writes what it must, step by step: events, the history, snapshots, live looks, checkpoints.

And one that was stopped goes on as if it had not been. A fake trainer takes the place of the real one.
"""

import itertools
from collections.abc import Callable

import pytest

from tests.unit import fake_trainer
from tests.unit.fake_trainer import DIGITS, FAKE_CONFIG, STEPS, TOTAL, Begin, FakeTrainer, FakeTrainers, moved, stopping
from tests.unit.inspection import listing, read_everything
from tests.unit.outcomes import DONE, STOPPED, assert_as_if_never_stopped, assert_weights, events, names
from vae_core.data.digits import split
from vae_core.evaluation.scores import score_elbo
from vae_core.jobs import control
from vae_core.likelihood import elbo
from vae_core.networks.network import Network, parts_of
from vae_core.runs import progress, snapshots
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import Run, read_run
from vae_core.runs.snapshots import LIVE, Snapshot
from vae_core.training import loop, worker

pytestmark = pytest.mark.usefixtures("fake_trainers")


# --- From the first step to the last


def test_a_training_is_told_from_its_start_to_its_end(begin: Begin):
    begun, heard = begin(), []
    run = worker.train(begun, DIGITS, lambda event, facts: heard.append((event, facts)))
    an_epoch = ["step", "step", "step", "epoch"]
    assert names(run) == ["created", "starting", "compiling", *3 * an_epoch, "scoring", "done"]
    assert [event for event, _ in heard] == names(run)[1:]
    assert dict(heard)["compiling"] == {"device": "strings"}
    written = [event for event in events(run)[1:] if event["event"] != "heartbeat"]
    for (_, facts), event in zip(heard, written, strict=True):
        assert set(event) == {"event", "time", *facts}


def test_each_step_event_has_the_means_of_the_digits_since_the_one_before(begin: Begin):
    steps = progress.read(worker.train(begin(), DIGITS).directory).steps
    assert [step["step"] for step in steps] == list(range(1, TOTAL + 1))
    for number, step in enumerate(steps):
        assert step["reconstruction"] == pytest.approx(fake_trainer.reconstruction(number))
        assert step["kl"] == pytest.approx(fake_trainer.kl(number))
        assert step["loss"] == pytest.approx(fake_trainer.reconstruction(number) + 2.0 * fake_trainer.kl(number))
        assert step["digits_per_second"] > 0
    assert all(early["seconds"] <= late["seconds"] for early, late in itertools.pairwise(steps))


def test_a_row_of_the_history_is_the_mean_over_the_epochs_digits(begin: Begin):
    begun = begin()
    start = begun.tensors()
    rows = worker.train(begun, DIGITS).history().to_dict("records")
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    _, held_out = split(DIGITS.train_images, 2, FAKE_CONFIG.seed)
    for epoch, row in enumerate(rows):
        numbers = range(3 * epoch, 3 * epoch + 3)
        for name, value in (("reconstruction", fake_trainer.reconstruction), ("kl", fake_trainer.kl)):
            mean = sum(count * value(step) for count, step in zip(STEPS, numbers, strict=True)) / 11
            assert row[name] == pytest.approx(mean, rel=1e-5)
        network = Network.from_tensors(moved(start, 3 * epoch + 3))
        terms = elbo.negative_elbo(network, held_out, samples=1)[:2]
        assert (row["val_reconstruction"], row["val_kl"]) == pytest.approx([term.mean() for term in terms], rel=1e-5)
        for prefix in ("", "val_"):
            loss = row[f"{prefix}reconstruction"] + 2 * row[f"{prefix}kl"]
            assert row[f"{prefix}loss"] == pytest.approx(loss, rel=1e-5)


def test_without_validation_digits_their_columns_are_empty(begin: Begin):
    history = worker.train(begin(validation=0), DIGITS).history()
    assert history[["val_loss", "val_reconstruction", "val_kl"]].isna().to_numpy().all()
    assert history[["loss", "reconstruction", "kl"]].notna().to_numpy().all()


@pytest.mark.parametrize(("epochs", "batch_size"), [(1, 11), (1, 100), (3, 11), (4, 100), (1, 4), (40, 1)])
def test_however_few_steps_there_are_each_epoch_and_each_planned_moment_is_kept(
    begin: Begin, epochs: int, batch_size: int
):
    begun = begin(epochs=epochs, batch_size=batch_size)
    start = begun.tensors()
    run = worker.train(begun, DIGITS)
    total = epochs * -(-11 // batch_size)
    assert run.history()["epoch"].tolist() == list(range(1, epochs + 1))
    found = [snapshots.read(path, 4)[0] for path in snapshots.kept(run)]
    assert [snapshot.step for snapshot in found] == snapshots.steps_to_keep(total)
    for snapshot in found:
        parts = parts_of(moved(start, snapshot.step), "relu")
        assert snapshot.to_bytes() == Snapshot.take(*parts, DIGITS.test_images, snapshot.step).to_bytes()
    assert_weights(run, moved(start, total))


# --- Stopping and going on


@pytest.mark.parametrize("step", range(TOTAL))
def test_a_training_that_was_stopped_is_kept_and_ends_as_one_that_was_not(
    begin: Begin, fake_trainers: FakeTrainers, goes_on: Callable[[Run], None], step: int
):
    begun = begin()
    start = begun.tensors()
    if step == 0:
        control.ask_to_stop(begun)
    fake_trainers(stopping(begun, step))
    run = worker.train(begun, DIGITS)
    assert run == read_run(begun.directory)
    assert (run.record.status, run.record.reason) == ("cancelled", f"cancelled at epoch {step / 3:.4g} of 3")
    assert (names(run)[-1], progress.read(run.directory).reason) == ("cancelled", run.record.reason)
    assert listing(run.directory) == STOPPED
    assert Checkpoint.read(run).step == step
    assert len(run.history()) == step // 3
    assert_weights(run, moved(start, step))
    assert run.scores() == (score_elbo(run.network(), DIGITS, samples=1) if step else [])
    read_everything(run)
    goes_on(run)


def test_a_training_may_be_stopped_after_every_step(
    begin: Begin, fake_trainers: FakeTrainers, goes_on: Callable[[Run], None]
):
    run, seconds = begin(), [0.0]
    for step in range(1, TOTAL):
        fake_trainers(stopping(run, step))
        run = worker.train(run, DIGITS)
        assert run.record.status == "cancelled"
        seconds.append(Checkpoint.read(run).seconds)
    assert seconds == sorted(seconds)
    goes_on(run)


def test_who_asks_to_stop_while_the_last_step_is_taken_gets_a_trained_run(
    begin: Begin, fake_trainers: FakeTrainers, uninterrupted: Run
):
    begun = begin()
    fake_trainers(stopping(begun, TOTAL))
    assert_as_if_never_stopped(worker.train(begun, DIGITS), uninterrupted)


# --- While it trains


def test_the_latest_look_is_written_only_while_someone_looks(
    begin: Begin, fake_trainers: FakeTrainers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(loop, "_LIVE_SECONDS", -1.0)
    begun, seen = begin(), {}

    def hook(event: str, trainer: FakeTrainer) -> None:
        if event != "advance":
            return
        live = begun.directory / LIVE
        seen[trainer.step] = snapshots.read(live, 4)[0].step if live.exists() else None
        if trainer.step == 3:
            control.watch(begun)
        elif trainer.step == 6:
            control.clear(begun)

    fake_trainers(hook)
    run = worker.train(begun, DIGITS)
    assert seen == {0: None, 1: None, 2: None, 3: None, 4: 4, 5: 5, 6: 6, 7: 6, 8: 6}
    assert listing(run.directory) == DONE


def test_a_look_is_not_taken_more_often_than_it_can_be_seen(
    begin: Begin, fake_trainers: FakeTrainers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(loop, "_LIVE_SECONDS", 1e9)
    begun = begin()

    def hook(event: str, trainer: FakeTrainer) -> None:
        control.watch(begun)
        assert not (begun.directory / LIVE).exists()

    fake_trainers(hook)
    assert worker.train(begun, DIGITS).record.status == "done"


def test_a_checkpoint_is_kept_now_and_then_with_the_network_of_that_moment(
    begin: Begin, fake_trainers: FakeTrainers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(loop, "_CHECKPOINT_SECONDS", -1.0)
    begun, found = begin(), []

    def hook(event: str, trainer: FakeTrainer) -> None:
        if event == "advance":
            kept = Checkpoint.read(begun)
            found.append(kept.step)
            assert_weights(begun, kept.network)
            assert_weights(begun, trainer.tensors())
            read_everything(read_run(begun.directory))

    fake_trainers(hook)
    worker.train(begun, DIGITS)
    assert found == list(range(TOTAL))
