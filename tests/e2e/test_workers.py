"""Real workers, with TensorFlow, on the bundled sample: two trainings, of which one is cancelled and the other killed.

Both go on, and end as one that was never stopped.
"""

import contextlib
import dataclasses
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.inspection import read_everything, wait_until
from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.jobs import actions
from vae_core.jobs.job import Job
from vae_core.jobs.queue import waiting
from vae_core.runs import locks, snapshots, store
from vae_core.runs.catalog import open_run
from vae_core.runs.record import Score
from vae_core.runs.run import Run
from vae_core.training import worker

ROOT = Path(__file__).parents[2]
CONFIG = TrainingConfig(
    encoder_widths=(8,), decoder_widths=(8,), epochs=150, batch_size=100, optimizer="adam", schedule="cosine"
)
STARTER = """
import json, subprocess, sys
from vae_core.jobs import actions
from vae_core.config import TrainingConfig
from vae_core.data.sources import load_digits

class Popen(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        print(self.pid, flush=True)

subprocess.Popen = Popen
config = TrainingConfig.from_dict(json.loads(sys.argv[1]))
print(actions.start(config, load_digits()).id, flush=True)
"""
"""Starts a training, says its worker's process and its run, and ends."""


@dataclasses.dataclass
class Story:
    """What was seen of two trainings, of which the first was cancelled and the second killed; both then went on."""

    waiting: Job
    """The second, while the first was trained."""
    seconds_to_cancel: float
    cancelled: Job
    rows: int
    scores: list[Score]
    """Of the cancelled run."""
    killed: Job
    killed_weights: dict[str, np.ndarray]
    at_once: bool
    """Whether both were trained at the same time when there were two slots."""
    ends: list[Job]
    whole: Run
    """The same training without a stop."""


@pytest.fixture(scope="module")
def story(sample: Digits, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    root, pids = tmp_path_factory.mktemp("story"), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAE_RUNS", str(root))
        patch.delenv("VAE_MNIST", raising=False)
        patch.delenv("VAE_TRAINING_SLOTS", raising=False)
        popen = subprocess.Popen

        def recorded(*arguments: Any, **options: Any) -> subprocess.Popen:
            process = popen(*arguments, **options)
            pids.append(process.pid)
            return process

        try:
            command = [sys.executable, "-c", STARTER, json.dumps(CONFIG.as_dict())]
            started = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
            pids.append(int(started[0]))
            patch.setattr(subprocess, "Popen", recorded)
            yield play(open_run(started[1]), sample, pids, patch)
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def phase(run: Run, *phases: str) -> Callable[[], Job | None]:
    """The training, once it is in one of these phases."""

    def look() -> Job | None:
        job = Job.of(run)
        assert job.phase in phases or job.phase not in ("failed", "done"), f"{job.phase}: {job.reason}"
        return job if job.phase in phases else None

    return look


def play(first: Run, sample: Digits, pids: list[int], patch: pytest.MonkeyPatch) -> Story:
    wait_until(phase(first, "starting", "compiling"))  # it has the slot
    second = actions.start(CONFIG, sample)
    wait_until(phase(second, "queued"))
    wait_until(phase(first, "training"))
    waiting = Job.of(second)

    asked = time.monotonic()
    actions.cancel(first)
    cancelled = wait_until(phase(first, "cancelled"))
    seconds_to_cancel = time.monotonic() - asked
    rows, scores = len(cancelled.run.history()), cancelled.run.scores()
    read_everything(cancelled.run)

    wait_until(phase(second, "training"))
    os.kill(pids[-1], signal.SIGKILL)
    killed = wait_until(lambda: job if (job := Job.of(second)).phase == "failed" else None, 10)
    weights = killed.run.tensors()
    read_everything(killed.run)

    patch.setenv("VAE_TRAINING_SLOTS", "2")
    both = [actions.resume(run, sample) for run in (cancelled.run, killed.run)]
    for run in both:
        wait_until(phase(run, "training", "scoring", "done"))
    at_once = [Job.of(run).phase for run in both]
    whole = worker.train(store.begin(CONFIG, sample, first.directory.parent), sample)  # meanwhile, in this process
    ends = [wait_until(phase(run, "done")) for run in both]
    together = at_once == 2 * ["training"]
    return Story(waiting, seconds_to_cancel, cancelled, rows, scores, killed, weights, together, ends, whole)


def test_a_training_outlives_who_started_it_and_another_one_waits_for_its_end(story: Story):
    assert (story.waiting.phase, story.waiting.progress.place) == ("queued", 1)
    assert story.waiting.step == 0


def test_a_training_is_cancelled_within_two_seconds_and_what_it_learned_is_kept(story: Story):
    assert story.seconds_to_cancel < 2
    epochs = float(story.cancelled.reason.split()[3])
    assert story.cancelled.reason == f"cancelled at epoch {epochs:.4g} of 150"
    assert 0 < epochs < 150
    assert story.rows == pytest.approx(math.floor(epochs), abs=1)
    assert story.cancelled.resumable
    assert story.scores[0].estimator == "Monte Carlo, 1 sample a digit, seed 0"
    assert story.scores[0].digits == 1000


def test_a_worker_that_is_killed_is_told_and_leaves_a_run_that_can_be_read(story: Story):
    assert story.killed.reason.startswith("failed: its worker was killed")
    assert story.killed.step > 0
    assert story.killed.resumable
    assert set(story.killed_weights) == set(story.whole.tensors())


def test_two_slots_train_two_at_once(story: Story):
    assert story.at_once


def test_whether_it_was_cancelled_or_killed_a_training_that_goes_on_ends_as_one_without_a_stop(story: Story):
    for job in story.ends:
        run = job.run
        assert (run.record.status, run.record.config) == ("done", CONFIG)
        for name, tensor in run.tensors().items():
            np.testing.assert_array_equal(tensor, story.whole.tensors()[name])
        for column in ("loss", "reconstruction", "kl"):
            np.testing.assert_array_equal(run.history()[column], story.whole.history()[column])
        assert run.scores() == story.whole.scores()
        assert len(run.history()) == 150
        kept = [[path.read_bytes() for path in snapshots.kept(one)] for one in (run, story.whole)]
        assert kept[0] == kept[1]
        steps = [entry["step"] for entry in job.progress.steps]
        assert steps == sorted(set(steps))
        assert steps[-1] == run.record.steps


def test_an_ended_training_leaves_its_log_and_no_lock(story: Story):
    for job in story.ends:
        log = (job.run.directory / "worker.log").read_text()
        assert log.splitlines()[-1] == str(job.run.directory)
        assert "Traceback" not in log
        assert not locks.held(job.run)
    slot = locks.take_slot(story.whole.directory.parent, 1)
    assert slot
    slot.release()
    assert waiting(story.whole.directory.parent) == []
