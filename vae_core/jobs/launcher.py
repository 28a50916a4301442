"""The launcher: starts a run's worker, a process of its own that outlives the app and its terminal.

As long as the app lives, it also waits for the worker's end, and writes into the run how one died that could not say so
itself: of a signal, or before it had begun.
"""

import contextlib
import subprocess
import threading
from pathlib import Path

from vae_core.errors import RunError, RunNotWritable
from vae_core.jobs.job import UNKNOWN_END
from vae_core.runs import locks, progress, store
from vae_core.runs.run import Run, read_run
from vae_core.storage import processes

_REFUSED = 2
"""The exit status of a worker that would not begin, or has written into the run why it ends."""

_ADVICE = {
    "SIGKILL": "Close other programs, or choose narrower layers or smaller batches.",
    "SIGILL": "TensorFlow needs a newer processor: train on another computer.",
}


def launch(run: Run) -> None:
    """Start the run's worker. Raises RunNotWritable if it cannot be started, and the run says so too."""
    command = ["train", "--resume", run.id, "--queue", "--runs", str(run.directory.parent.absolute())]
    try:
        with (run.directory / "worker.log").open("ab") as log:
            before = log.tell()
            worker = processes.start("vae_core", *command, stdout=log, stderr=log, own_session=True)
    except OSError as error:
        reason = f"failed: its worker cannot be started ({error.strerror})"
        with contextlib.suppress(RunNotWritable):
            store.fail(run, reason)
        raise RunNotWritable(f"The training {reason}.") from error
    threading.Thread(target=_await_end, args=(run, worker, before), daemon=True).start()


def _await_end(run: Run, worker: subprocess.Popen[bytes], before: int) -> None:
    """Wait for a worker, and say in the run how it ended, if it has not. before: the size of its log at its start."""
    if not (status := worker.wait()):
        return
    with contextlib.suppress(RunError), locks.holding(run):
        run, written = read_run(run.directory), progress.read(run.directory)
        unknown = f"failed: {UNKNOWN_END}"  # a page may have looked since
        refused = status == _REFUSED and written.phase not in ("created", "resumed")
        if run.record.reason == unknown or (run.record.status == "running" and not written.reason and not refused):
            store.fail(run, f"failed: {_reason(status, run.directory / 'worker.log', before)}")


def _reason(status: int, log: Path, before: int) -> str:
    ended = processes.how_it_ended(status)
    for name, advice in _ADVICE.items():
        if name in ended:
            return f"its worker {ended}. {advice}"
    with contextlib.suppress(OSError):
        lines = log.read_bytes()[before:].decode(errors="replace").split("\n")
        if last := next((line.strip() for line in reversed(lines) if line.strip()), ""):
            return f"its worker {ended}: {last[:300]}"
    return f"its worker {ended}"
