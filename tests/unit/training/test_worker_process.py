"""A worker as a process of its own that signals reach, and as TensorFlow's."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.builders import some_of
from tests.unit.fake_trainer import DIGITS, Begin
from tests.unit.inspection import listing, read_everything, wait_until
from tests.unit.outcomes import DONE, STOPPED, assert_weights, rows_without_seconds
from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.errors import RunBusy, TrainingDiverged
from vae_core.jobs import control
from vae_core.runs import locks, snapshots, store
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import Run, read_run
from vae_core.training import loop, worker

ROOT = Path(__file__).parents[3]
Child = Callable[..., subprocess.Popen]
CHILD = """
import signal, sys, time
from pathlib import Path
from tests.unit import fake_trainer
from vae_core.runs.run import read_run
from vae_core.training import worker

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

fake_trainer.install(hook=hook)
queue = int(sys.argv[3]) if len(sys.argv) > 3 else None
print(worker.train(read_run(Path(sys.argv[1])), fake_trainer.DIGITS, queue=queue).record.status)
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
def test_a_signal_stops_a_training_as_cancelling_does(begin: Begin, child: Child, number: signal.Signals):
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
    begin: Begin, child: Child, goes_on: Callable[[Run], None]
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
    goes_on(run)


@pytest.mark.parametrize(
    ("moment", "stop"),
    [
        ("made", lambda run, process: control.ask_to_stop(run)),
        ("compile", lambda run, process: process.send_signal(signal.SIGTERM)),
    ],
    ids=["asked to while it starts", "terminated while it compiles"],
)
def test_a_queued_worker_that_tensorflow_keeps_busy_stops_all_the_same(
    begin: Begin,
    child: Child,
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


def test_a_worker_whose_lock_was_removed_stays_the_only_one(begin: Begin, child: Child):
    begun = begin(epochs=1000)
    process = child(begun, "advance")
    (begun.directory / "lock").unlink()
    with pytest.raises(RunBusy, match=r"is being trained|sign of life"):
        worker.train(begun, DIGITS)
    wait_until(lambda: locks.held(begun), 10)  # it has taken the lock again
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=10)
    assert output.endswith("cancelled\n")


def test_a_worker_whose_run_another_has_taken_ends_and_writes_nothing(begin: Begin, child: Child):
    begun = begin(epochs=1000)
    process = child(begun, "advance")
    (begun.directory / "lock").unlink()
    with locks.holding(begun):
        output, _ = process.communicate(timeout=10)
        assert process.returncode == 1
        assert "Another worker" in output
    assert read_run(begun.directory).record.status == "running"


# --- With TensorFlow


def test_with_tensorflow_too_a_training_that_was_stopped_ends_as_one_that_was_not(
    sample: Digits, root: Path, monkeypatch: pytest.MonkeyPatch
):
    from vae_core.training import stepper

    monkeypatch.setattr(stepper, "_CALL_SECONDS", 0.0)
    monkeypatch.setattr(loop, "_LEAST_PAUSE", -1.0)
    monkeypatch.setattr(loop, "_MOST_PAUSE", -1.0)
    config = TrainingConfig(encoder_widths=(8,), decoder_widths=(8,), epochs=3, batch_size=50, validation=30)
    few = some_of(sample, 260, 100)
    whole = worker.train(store.begin(config, few, root), few)
    begun = store.begin(config, few, root)

    def listen(event: str, values: dict[str, Any]) -> None:
        if event == "step" and values["step"] == 7:
            control.ask_to_stop(begun)

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


def test_with_tensorflow_too_a_training_that_diverges_fails_with_its_reason(sample: Digits, root: Path):
    deep = 8 * (64,)
    config = TrainingConfig(encoder_widths=deep, decoder_widths=deep, optimizer="adam", learning_rate=1.0, epochs=9)
    begun = store.begin(config, sample, root)
    with pytest.raises(TrainingDiverged, match="lower learning rate"):
        worker.train(begun, sample)
    run = read_run(begun.directory)
    assert run.record.status == "failed"
    assert "The training diverged" in run.record.reason
    read_everything(run)
