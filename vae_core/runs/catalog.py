"""The catalog: all runs, those shipped with the repository and the user's, found by id or listed."""

import collections
import contextlib
import dataclasses
from pathlib import Path

from vae_core.config import TrainingConfig
from vae_core.errors import RunDamaged, RunNotFound
from vae_core.runs import ids
from vae_core.runs.run import Run, read_run
from vae_core.storage import directories
from vae_core.storage.directories import runs_directory


def list_runs() -> tuple[list[Run], list[str]]:
    """All readable runs, and a message for each that cannot be read or whose id is taken.

    The shipped runs come first, the oldest of them first; then the user's, the newest first.
    """
    runs, problems = runs_in(directories.SHIPPED)
    runs.reverse()
    shipped = {run.id for run in runs}
    user_runs, more_problems = runs_in(runs_directory())
    for run in user_runs:
        if run.id in shipped:
            problems.append(f"{run.directory}: a shipped run has the id {run.id} too; rename this folder and its id.")
        else:
            runs.append(run)
    return runs, problems + more_problems


def shipped_by_beta() -> list[Run]:
    """The shipped runs that differ from one another only in beta, the least beta first; empty if there are none."""
    alike = collections.defaultdict(list)
    for run in runs_in(directories.SHIPPED)[0]:
        if isinstance(config := run.record.config, TrainingConfig):
            alike[dataclasses.replace(config, beta=1.0)].append((config.beta, run))
    most = max(alike.values(), key=len, default=[])
    return [run for _, run in sorted(most, key=lambda pair: pair[0])] if len(most) > 1 else []


def runs_in(root: Path) -> tuple[list[Run], list[str]]:
    """The readable runs in a directory, the newest first, and a message for each that cannot be read."""
    runs: list[Run] = []
    problems: list[str] = []
    try:
        entries = sorted(entry for entry in root.iterdir() if entry.is_dir() and ids.is_id(entry.name))
    except FileNotFoundError:
        return [], []
    except OSError as error:
        return [], [f"The runs' directory {root} cannot be read ({error.strerror})."]
    for entry in entries:
        try:
            runs.append(read_run(entry))
        except RunDamaged as error:
            if entry.exists():  # else it was deleted meanwhile
                problems.append(str(error))
    return sorted(runs, key=lambda run: run.record.created, reverse=True), problems


def open_run(run_id: str) -> Run:
    """The run with this id: a shipped one, else the user's. Raises RunNotFound, RunDamaged."""
    with contextlib.suppress(RunNotFound):
        return find_run(directories.SHIPPED, run_id)
    return find_run(runs_directory(), run_id)


def find_run(root: Path, run_id: str) -> Run:
    """The run with this id in the directory `root`. Raises RunNotFound, RunDamaged."""
    if not ids.is_id(run_id):
        raise RunNotFound(f"{run_id[:80]!r} is no run's id; {ids.RULE}.")
    if (root / run_id).is_dir():
        return read_run(root / run_id)
    raise RunNotFound(f"No run is called {run_id!r}, neither shipped nor in {root}.")
