"""The catalog of runs: those that travel with the repository and the user's own, found by id or listed."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from vae_core.errors import RunDamaged, RunNotFound
from vae_core.storage import directories
from vae_core.storage.directories import runs_directory

if TYPE_CHECKING:
    pass
from vae_core.runs.run import ID, ID_RULE, Run, read_run


def list_runs() -> tuple[list[Run], list[str]]:
    """All readable runs, and a sentence for each unreadable one: shipped ones first, as they came; then the user's,
    newest first."""
    runs, problems = runs_in(directories.SHIPPED)
    runs.reverse()
    shipped = {run.id for run in runs}
    own, more_problems = runs_in(runs_directory())
    for run in own:
        if run.id in shipped:
            problems.append(f"{run.directory}: a shipped run has the id {run.id} too; rename this folder and its id.")
        else:
            runs.append(run)
    return runs, problems + more_problems


def runs_in(root: Path) -> tuple[list[Run], list[str]]:
    """The readable runs of one directory, newest first; and a sentence for each unreadable one."""
    runs: list[Run] = []
    problems: list[str] = []
    try:
        entries = sorted(entry for entry in root.iterdir() if entry.is_dir() and ID.fullmatch(entry.name))
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
    """The run with this id, shipped or the user's. Raises RunNotFound or RunDamaged."""
    with contextlib.suppress(RunNotFound):
        return find_run(directories.SHIPPED, run_id)
    return find_run(runs_directory(), run_id)


def find_run(root: Path, run_id: str) -> Run:
    """The run with this id in one directory. Raises RunNotFound or RunDamaged."""
    if not ID.fullmatch(run_id):
        raise RunNotFound(f"{run_id[:80]!r} is no run's id; {ID_RULE}.")
    if (root / run_id).is_dir():
        return read_run(root / run_id)
    raise RunNotFound(f"No run is called {run_id!r}, neither shipped nor in {root}.")
