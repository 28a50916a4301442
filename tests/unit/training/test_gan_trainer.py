"""A GAN's training, stopped and resumed, ends as one that was not; and a worker trains one as it does a VAE."""

import dataclasses
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.unit.builders import TEN_DIGITS
from vae_core.data.digits import split
from vae_core.errors import TrainingDiverged
from vae_core.gan_config import GanConfig
from vae_core.jobs import control
from vae_core.networks.decoder import Decoder
from vae_core.networks.initialization import initial_tensors
from vae_core.runs import progress, snapshots, store
from vae_core.runs.checkpoint import TERMS, Checkpoint
from vae_core.runs.run import Run, read_run
from vae_core.training import loop, stepper, worker
from vae_core.training.gan_trainer import GanTrainer

CONFIG = GanConfig(
    generator_widths=(5, 4),
    discriminator_widths=(6,),
    loss="relativistic",
    gamma=1.0,
    steps=9,
    batch_size=4,
    schedule="half cosine",
    beta_1=0.5,
    averaging=0.9,
    seed=3,
)
ROW = 4
ROOT = Path(__file__).parents[3]
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.unit.builders import TEN_DIGITS
from vae_core import gan_config
from vae_core.runs.run import read_run
from vae_core.training import loop, stepper, worker

gan_config._ROW_STEPS = int(sys.argv[2])
stepper._CALL_SECONDS, loop._LEAST_PAUSE, loop._MOST_PAUSE, loop._CHECKPOINT_SECONDS = 0.0, -1.0, -1.0, -1.0

def listen(event, values):
    if values.get("step") == 7:
        os.kill(os.getpid(), signal.SIGKILL)

worker.train(read_run(Path(sys.argv[1])), TEN_DIGITS, listen)
"""
"""A worker that keeps a checkpoint after each step, until it is killed once it has reported the seventh."""

IMAGES, _ = split(TEN_DIGITS.train_images, 0, CONFIG.seed)


@pytest.fixture(autouse=True)
def short_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of the history every four steps."""
    monkeypatch.setattr("vae_core.gan_config._ROW_STEPS", ROW)


def begin(root: Path, config: GanConfig = CONFIG) -> Run:
    return store.begin(config, TEN_DIGITS, root)


def start(config: GanConfig = CONFIG) -> Checkpoint:
    return Checkpoint(0, 0.0, dict.fromkeys(TERMS["gan"], 0.0), initial_tensors(config, IMAGES), [])


def assert_equal(found: Checkpoint, expected: Checkpoint) -> None:
    """To the last bit."""
    assert (found.step, found.sums) == (expected.step, expected.sums)
    assert found.network.keys() == expected.network.keys()
    for name, tensor in found.network.items():
        np.testing.assert_array_equal(tensor, expected.network[name], strict=True)
    for array, other in zip(found.optimizer, expected.optimizer, strict=True):
        np.testing.assert_array_equal(array, other, strict=True)


@pytest.fixture(scope="module")
def moments() -> list[Checkpoint]:
    """After 0, 1, ... steps of a training without a stop, a step to a call."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vae_core.gan_config._ROW_STEPS", ROW)
        trainer = GanTrainer(CONFIG, IMAGES, start())
        found = [trainer.checkpoint(0.0)]
        for step in range(CONFIG.steps):
            trainer.advance(step + 1)
            found.append(trainer.checkpoint(0.0))
    return found


@pytest.mark.parametrize("stop", [ROW, 6])
def test_a_training_that_was_stopped_ends_as_one_that_was_not(
    stop: int, moments: list[Checkpoint], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """However its steps are bundled in calls."""
    monkeypatch.setattr(stepper, "_CALL_SECONDS", 1e9)
    run = begin(tmp_path)
    store.save(run, moments[stop])
    trainer = GanTrainer(CONFIG, IMAGES, Checkpoint.read(read_run(run.directory)))
    assert_equal(trainer.checkpoint(0.0), moments[stop])
    assert trainer.seen == 4 * {ROW: ROW, 6: 2}[stop]
    steps = []
    while trainer.step < CONFIG.steps:
        trainer.advance(CONFIG.steps)
        steps.append(trainer.step)
    assert set(steps) >= {2 * ROW, CONFIG.steps}, "a row's end is never passed unseen"
    assert_equal(trainer.checkpoint(0.0), moments[-1])


def test_training_changes_every_weight_and_what_it_keeps_is_the_average(moments: list[Checkpoint]):
    first, last = moments[0], moments[-1]
    assert all((tensor != first.network[name]).any() for name, tensor in last.network.items())
    raw = last.optimizer[: len([name for name in last.network if name.startswith("decoder.")])]
    averaged = [tensor for name, tensor in last.network.items() if name.startswith("decoder.")]
    assert all((one != other).any() for one, other in zip(raw, averaged, strict=True))


def test_no_two_random_numbers_of_a_training_are_the_same():
    """The digits of a step, and the noise of the two networks, are drawn anew."""
    trainer = GanTrainer(CONFIG, IMAGES, start())
    seeds = [trainer._seed(step, kind) for step in range(CONFIG.steps) for kind in range(3)]
    assert len(set(seeds)) == len(seeds)


def test_a_state_that_is_not_whole_is_refused(moments: list[Checkpoint]):
    short = dataclasses.replace(moments[1], optimizer=moments[1].optimizer[:-1])
    with pytest.raises(ValueError, match="sequence"):
        GanTrainer(CONFIG, IMAGES, short)


def test_weights_that_are_not_finite_are_an_error():
    damaged = start()
    damaged.network["discriminator.logits.bias"][:] = np.inf
    with pytest.raises(TrainingDiverged, match="weights are not finite"):
        GanTrainer(CONFIG, IMAGES, damaged).checkpoint(0.0)


# --- A worker's run


@pytest.fixture
def eager_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call is reported, and takes a step."""
    monkeypatch.setattr(stepper, "_CALL_SECONDS", 0.0)
    monkeypatch.setattr(loop, "_LEAST_PAUSE", -1.0)
    monkeypatch.setattr(loop, "_MOST_PAUSE", -1.0)


def test_a_worker_that_was_cancelled_goes_on_where_it_stopped_and_leaves_a_run_that_says_all_of_itself(
    root: Path, eager_loop: None, moments: list[Checkpoint]
):
    run = begin(root)

    def stop_at_five(event: str, values: dict[str, float | str]) -> None:
        if values.get("step") == 5:
            control.ask_to_stop(run)

    run = worker.train(run, TEN_DIGITS, stop_at_five)
    assert (run.record.status, run.record.reason, run.scores()) == ("cancelled", "cancelled at step 5 of 9", [])
    control.clear(run)
    run = worker.train(run, TEN_DIGITS)
    assert (run.record.kind, run.record.status, run.scores()) == ("gan", "done", [])
    for name, tensor in run.tensors().items():
        np.testing.assert_array_equal(tensor, moments[-1].network[name])
    rows = run.history()
    assert rows["step"].tolist() == [4, 8, 9]
    for row, end in zip(rows.to_dict("records"), (4, 8, 9), strict=True):
        seen = 4 * (1 if end == 9 else ROW)
        for name in TERMS["gan"]:
            assert row[name] == pytest.approx(moments[end].sums[name] / seen, rel=1e-5)
    written = progress.read(run.directory)
    assert [step["step"] for step in written.steps] == list(range(1, 10))
    assert written.steps[0]["d_loss"] == pytest.approx(moments[1].sums["d_loss"] / 4, rel=1e-5)
    found = [snapshots.read(path, snapshots.probe_of(run.record))[0] for path in snapshots.kept(run)]
    assert [snapshot.step for snapshot in found] == snapshots.steps_to_keep(CONFIG.steps)
    drawn = snapshots.Snapshot.take(None, Decoder.from_tensors(moments[-1].network, "silu"), IMAGES, 9)
    assert found[-1].to_bytes() == drawn.to_bytes()
    assert found[-1].means.shape == (0, 2)


def test_a_worker_that_was_killed_goes_on_to_the_same_weights(root: Path, eager_loop: None, moments: list[Checkpoint]):
    run = begin(root)
    command = [sys.executable, "-c", KILLED, str(run.directory), str(ROW)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    killed = read_run(run.directory)
    assert (killed.record.status, Checkpoint.read(killed).step) == ("running", 6)
    run = worker.train(killed, TEN_DIGITS)
    assert run.record.status == "done"
    for name, tensor in run.tensors().items():
        np.testing.assert_array_equal(tensor, moments[-1].network[name])
    assert run.history()["step"].tolist() == [4, 8, 9]
    assert [step["step"] for step in progress.read(run.directory).steps] == list(range(1, 10))
