"""python -m tests.benchmarks.kills: kill a training at random moments, fifty times, and see that nothing is ever lost.

One run after another is trained on the bundled sample, killed (SIGKILL), and resumed until it is done. After every kill
the run must be readable in full; a finished one must stay finished; and in the end its weights must be those of a
training that nobody disturbed, to the last bit.
"""

import collections
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from vae_core.config import TrainingConfig
from vae_core.data.sources import load_digits
from vae_core.jobs.job import Job
from vae_core.runs import progress, snapshots, store
from vae_core.runs.run import Run, read_run

KILLS = 50
LATE = 0.3
"""The share of kills that hit the scoring and the writing of results, which are short."""

CONFIG = TrainingConfig(
    recipe="custom", encoder_widths=(64,), decoder_widths=(64,), epochs=400, optimizer="adam", validation=200
)
"""Long enough for a checkpoint or two."""


def main() -> None:
    os.environ |= {"VAE_MNIST": "", "VAE_OFFLINE": "1"}
    seed = random.SystemRandom().randrange(10**6)
    moments = random.Random(seed)
    print(f"seed {seed}")
    digits = load_digits()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VAE_RUNS"] = folder
        root = Path(folder)
        began = time.monotonic()
        expected = undisturbed(store.begin(CONFIG, digits, root, "undisturbed")).tensors()
        whole = time.monotonic() - began
        killed: collections.Counter[str] = collections.Counter()
        finished: list[Run] = []
        run = store.begin(CONFIG, digits, root)
        began = time.monotonic()
        while killed.total() < KILLS or not finished:
            process = worker(run)
            late = moments.random() < LATE
            try:
                if late:
                    while process.poll() is None and progress.read(run.directory).phase != "scoring":
                        time.sleep(0.02)
                process.wait(moments.uniform(0, 2 if late else 1.1 * whole))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed[Job.of(run).progress.phase] += 1
            run = read_run(run.directory)
            check(run, len(digits.test_images))
            if run.record.status == "done":
                assert_equal(run, expected)
                finished.append(run)
                run = store.begin(CONFIG, digits, root)
        for run in finished:
            assert read_run(run.directory).record.status == "done"
            check(run, len(digits.test_images))
    when = ", ".join(f"{count} while {phase}" for phase, count in killed.most_common())
    print(
        f"{killed.total()} kills ({when}), {len(finished)} runs finished in between, {time.monotonic() - began:.0f} s:"
    )
    print("every run readable after every kill, no finished run lost, all weights as without a kill")


def worker(run: Run) -> subprocess.Popen:
    command = [sys.executable, "-m", "vae_core", "train", "--resume", run.id, "--runs", str(run.directory.parent)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def undisturbed(run: Run) -> Run:
    assert worker(run).wait(300) == 0
    return read_run(run.directory)


def check(run: Run, digits: int) -> None:
    """Read all of a run; whatever cannot be read raises."""
    run.tensors()
    run.history()
    scores = run.scores()
    for path in snapshots.kept(run):
        snapshots.read(path, digits)
    job = Job.of(run)
    # For its first seconds a worker that was killed cannot be told from one that is still starting.
    assert job.phase in ("failed", "done", "created", "resumed"), job.phase
    assert bool(scores) == (job.phase == "done")


def assert_equal(run: Run, expected: dict[str, np.ndarray]) -> None:
    for name, tensor in run.tensors().items():
        np.testing.assert_array_equal(tensor, expected[name], err_msg=name)
    assert len(run.history()) == CONFIG.epochs


if __name__ == "__main__":
    main()
