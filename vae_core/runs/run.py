"""A run: everything that one training left on disk, in one directory (format 1; see README.md).

Invariants: a file is either read and checked in full or reported by name; no path is built from an id that was not
checked first. store.py writes runs.
"""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vae_core.networks.network import Network, network_shapes
from vae_core.runs import history
from vae_core.runs.record import Record, Score, scores_from_json
from vae_core.storage import directories
from vae_core.storage.files import raising_run_damaged, read_text
from vae_core.storage.tensors import Tensors, read_tensors

if TYPE_CHECKING:
    import pandas as pd


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
        """network.safetensors: read-only float32 arrays by name, of the names and shapes that the config asks for.

        Raises RunDamaged.
        """
        return read_tensors(self.directory / "network.safetensors", network_shapes(self.record.config))

    def network(self) -> Network:
        """The encoder and the decoder. Raises RunDamaged if the tensors are not what the config says."""
        return Network.from_tensors(self.tensors(), self.record.config.activation)

    def history(self) -> "pd.DataFrame":
        """history.csv: one row an epoch, losses in nats. Raises RunDamaged."""
        return history.read(self.directory)

    def scores(self) -> list[Score]:
        """metrics.json: the scores on the test digits."""
        path = self.directory / "metrics.json"
        with raising_run_damaged(path):
            return scores_from_json(read_text(path))


def read_run(directory: Path) -> Run:
    """The run in this directory. Raises RunDamaged if its run.json is not a record of format 1."""
    path = directory / "run.json"
    with raising_run_damaged(path):
        record = Record.from_json(read_text(path))
        if record.id != directory.name:
            raise ValueError(f"expected the id {directory.name!r}, the folder's name; found {record.id!r}")
        return Run(directory, record)
