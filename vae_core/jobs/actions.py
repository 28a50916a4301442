"""What a visitor can do to a training: start, resume, cancel, watch, rename, delete."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from vae_core.data.digits import Digits
from vae_core.data.sources import leaving_out
from vae_core.errors import RunError, RunNotWritable, TrainingOff
from vae_core.jobs import control
from vae_core.jobs.job import Job
from vae_core.jobs.launcher import launch
from vae_core.jobs.queue import check_changes, slots
from vae_core.kinds import AnyConfig
from vae_core.runs import locks, snapshots, store
from vae_core.runs.catalog import runs_in
from vae_core.runs.run import Run, read_run
from vae_core.storage.directories import runs_directory
from vae_core.storage.files import raising_run_not_writable

_MOST_WAITING = 8
"""Whoever asks for more trainings at once is asked to wait."""


def start(config: AnyConfig, digits: Digits, title: str | None = None) -> Run:
    """Begin a run in the user's runs' directory and start its worker.

    Raises TrainingOff if this server takes no (more) trainings, ConfigError, RunNotWritable.
    """
    _check_room()
    run = store.begin(config, digits, runs_directory(), title)
    launch(run)
    return run


def resume(run: Run, digits: Digits) -> Run:
    """Let a training that was cancelled or failed go on from its last checkpoint.

    Raises TrainingOff, DataError if it was trained on other digits, RunBusy if it goes on already, RunDamaged,
    RunNotWritable.
    """
    _check_room()
    with _changing(run) as run:
        control.clear(run)
        run = store.reopen(run, leaving_out(digits, run.record.dataset.left_out))
    launch(run)
    return run


def cancel(run: Run) -> None:
    """Ask a training to stop and to keep what it has learned. Raises TrainingOff, or RunNotWritable if it cannot be."""
    check_changes()
    with raising_run_not_writable(run.directory):
        control.ask_to_stop(run)


def watch(run: Run) -> Path | None:
    """Let a training know that someone watches. Returns the file of its latest live snapshot; None before the first."""
    control.watch(run)
    path = run.directory / snapshots.LIVE
    return path if path.exists() else None


def rename(run: Run, title: str) -> Run:
    """Give a run another title. Raises TrainingOff, RunBusy, RunNotWritable."""
    with _changing(run) as run:
        return store.rename(run, title)


def delete(run: Run) -> None:
    """Throw a run away. Raises TrainingOff, RunBusy, RunNotWritable."""
    with _changing(run):
        pass  # it has no worker, and its lock must be free for its folder to move
    store.delete(run)


def _check_room() -> None:
    slots()
    waiting = 0
    for run in runs_in(runs_directory())[0]:
        if run.record.status == "running":
            with contextlib.suppress(RunError):
                waiting += Job.of(run).phase in ("created", "resumed", "queued")
    if waiting >= _MOST_WAITING:
        raise TrainingOff(f"{waiting} trainings wait already. Try again when one has ended.")


@contextlib.contextmanager
def _changing(run: Run) -> Iterator[Run]:
    """Hold the lock of a run as it is now, so that no worker trains it meanwhile."""
    check_changes()
    if run.shipped:
        raise RunNotWritable(f"{run.name} came with the app and stays as it is.")
    with locks.holding(run):
        yield read_run(run.directory)
