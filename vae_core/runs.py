"""A run: everything that one training left on disk, in one directory (format 1; see README.md).

Invariants: a file is either read and checked in full or reported by name; no path is built from an id that was not
checked first. Who writes runs is shelf.py.
"""

import contextlib
import io
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vae_core.errors import RunDamaged, RunNotFound
from vae_core.networks.network import network_shapes
from vae_core.record import Record, Score, scores_from_json
from vae_core.storage import directories
from vae_core.storage.directories import runs_directory
from vae_core.storage.files import damage, read_bytes, read_text
from vae_core.storage.tensors import Tensors, largest, parse

if TYPE_CHECKING:
    import pandas as pd

HISTORY_COLUMNS = ("epoch", "seconds", "loss", "reconstruction", "kl", "val_loss", "val_reconstruction", "val_kl")

_NAME = 100
ID = re.compile(r"[a-z0-9-]{1,64}")
ID_RULE = "expected 1 to 64 of a-z, 0-9 and '-'"


@dataclass(frozen=True)
class Run:
    """A run on disk. Its record was read and checked; its other files are read and checked on demand."""

    directory: Path
    record: Record

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def name(self) -> str:
        """What the run is called, in one line of at most 100 characters."""
        name = " ".join(self.record.title.split()) or self.id
        return name if len(name) <= _NAME else f"{name[: _NAME - 4].rstrip()} ..."

    @property
    def title(self) -> str:
        """The run's name; a run that is not done says so."""
        title = self.name
        why = textwrap.shorten(self.record.reason, _NAME, placeholder=" ...") or self.record.status
        return title if self.record.status == "done" else f"{title} ({why})"

    @property
    def shipped(self) -> bool:
        return self.directory.parent == directories.SHIPPED

    @property
    def version(self) -> int:
        """Changes when the weights on disk do; 0 where they are missing. For caches of what was made from them."""
        path = self.directory / "network.safetensors"
        return path.stat().st_mtime_ns if path.exists() else 0

    def tensors(self) -> Tensors:
        """network.safetensors: read-only float32 arrays by name, of the names and shapes that the config asks for."""
        path, shapes = self.directory / "network.safetensors", network_shapes(self.record.config)
        with damage(path):
            return parse(read_bytes(path, largest(shapes)), shapes)

    def history(self) -> "pd.DataFrame":
        """history.csv: one row an epoch, losses in nats. Validation columns are NaN where none was held out."""
        import pandas as pd  # a fifth of a second, which the app's start does not need

        path = self.directory / "history.csv"
        with damage(path):
            table = pd.read_csv(io.StringIO(read_text(path)), dtype=float)
            if tuple(table.columns) != HISTORY_COLUMNS:
                raise ValueError(f"expected the columns {', '.join(HISTORY_COLUMNS)}; found {', '.join(table.columns)}")
            if not isinstance(table.index, pd.RangeIndex):  # pandas takes surplus values for an index
                raise ValueError(f"expected {len(HISTORY_COLUMNS)} values in a row, found more")
            if not np.array_equal(table["epoch"], np.arange(1, len(table) + 1)):
                raise ValueError(f"expected the epochs 1 to {len(table)}, found others")
            return table.astype({"epoch": int})

    def scores(self) -> list[Score]:
        """metrics.json: the scores on the test digits."""
        path = self.directory / "metrics.json"
        with damage(path):
            return scores_from_json(read_text(path))


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


def read_run(directory: Path) -> Run:
    """The run in this directory. Raises RunDamaged if its run.json is not a record of format 1."""
    path = directory / "run.json"
    with damage(path):
        record = Record.from_json(read_text(path))
        if record.id != directory.name:
            raise ValueError(f"expected the id {directory.name!r}, the folder's name; found {record.id!r}")
        return Run(directory, record)
