"""A training that fails says why, and its run is readable and goes on from its last checkpoint."""

from collections.abc import Callable

import pytest

from tests.unit.fake_trainer import DIGITS, TOTAL, Begin, FakeTrainer, FakeTrainers, stopping
from tests.unit.inspection import listing, read_everything
from tests.unit.outcomes import STOPPED
from tests.unit.storage.full_disk import FULL, no_room
from vae_core.errors import TrainingDiverged, TrainingFailed, VaeError
from vae_core.jobs import control
from vae_core.runs import locks, progress
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import Run, read_run
from vae_core.training import loop, worker

pytestmark = pytest.mark.usefixtures("fake_trainers")


class ResourceExhaustedError(Exception):
    """As TensorFlow's is called."""


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
    written = progress.read(run.directory)
    assert (written.phase, written.reason) == ("failed", said)
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
