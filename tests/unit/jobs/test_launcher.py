"""How a worker ended that could not say so itself is written into its run; its processes here are stand-ins."""

import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.unit.builders import step_numbers
from tests.unit.inspection import wait_until
from tests.unit.jobs.trainings import aged, begun
from vae_core.jobs.job import UNKNOWN_END, Job
from vae_core.jobs.launcher import launch
from vae_core.runs import locks, store
from vae_core.runs.progress import Journal
from vae_core.runs.run import Run, read_run
from vae_core.storage import processes


@pytest.fixture
def worker_is(monkeypatch: pytest.MonkeyPatch):
    """What a worker does instead of training, as Python."""

    def replace(code: str) -> None:
        def start(_: str, *arguments: str, own_session: bool, **streams: Any) -> subprocess.Popen:
            return subprocess.Popen([sys.executable, "-c", code], **streams)

        monkeypatch.setattr(processes, "start", start)

    return replace


def reason_of(run: Run) -> str:
    wait_until(lambda: read_run(run.directory).record.status != "running", 30)
    job = Job.of(run)
    assert (job.phase, job.resumable) == ("failed", True)
    return job.reason


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
@pytest.mark.parametrize(
    ("number", "told"),
    [
        (signal.SIGKILL, ("memory", "SIGKILL", "narrower layers")),
        (signal.SIGILL, ("processor", "SIGILL", "another computer")),
        (signal.SIGSEGV, ("crashed", "SIGSEGV")),
    ],
)
def test_a_worker_that_dies_of_a_signal_is_told_at_once_and_with_what_to_do(
    root: Path, worker_is: Any, number: int, told: tuple[str, ...]
):
    run = begun(root)
    Journal(run.directory).write("step", **step_numbers(1))
    worker_is(f"import os; os.kill(os.getpid(), {int(number)})")
    launch(run)
    reason = reason_of(run)
    assert all(word in reason for word in told), reason


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "import sys; print('first'); sys.exit('ModuleNotFoundError: No module named nothing')",
            "status 1: ModuleNotFoundError: No module named nothing",
        ),
        ("import sys; sys.exit(1)", "ended with status 1"),
    ],
    ids=["with last words", "without"],
)
def test_a_worker_that_dies_before_it_has_begun_is_told_with_its_own_last_words(
    root: Path, worker_is: Any, code: str, told: str
):
    run = begun(root)
    (run.directory / "worker.log").write_text("an older worker's words\n")
    worker_is(code)
    launch(run)
    assert reason_of(run).endswith(told)


def test_what_a_page_did_not_know_is_corrected(root: Path, worker_is: Any):
    run = store.fail(begun(root), f"failed: {UNKNOWN_END}")
    worker_is("import os; os.abort()")
    launch(run)
    wait_until(lambda: "crashed" in read_run(run.directory).record.reason, 30)


@pytest.mark.parametrize("code", ["", "import sys; sys.exit(2)", "import os; os.abort()"])
def test_what_a_worker_wrote_itself_stays(root: Path, worker_is: Any, code: str):
    run = store.fail(begun(root), "It diverged.")
    worker_is(code)
    threads_end(run)
    assert read_run(run.directory).record.reason == "It diverged."


def test_a_worker_that_was_refused_says_nothing_of_the_one_that_trains(root: Path, worker_is: Any):
    run = begun(root)
    Journal(run.directory).write("step", **step_numbers(1))
    worker_is("import sys; sys.exit(2)")
    threads_end(run)
    assert read_run(run.directory).record.status == "running"
    with locks.holding(run):  # nor one that dies while another trains
        worker_is("import os; os.abort()")
        threads_end(run)
    assert read_run(run.directory).record.status == "running"
    assert Job.of(aged(run, 16)).reason == f"failed: {UNKNOWN_END}"


def threads_end(run: Run) -> None:
    """Launch, and wait until the launcher waits no more."""
    before = set(threading.enumerate())
    launch(run)
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
