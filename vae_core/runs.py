"""A run: everything that one training left on disk, in one directory (format 1; see README.md).

Invariants: a run appears whole or not at all, for it is written aside and renamed; a file is either read and checked in
full or reported by name; no path is built from an id that was not checked first; shipped runs are never written to.
"""

import contextlib
import dataclasses
import io
import itertools
import math
import os
import re
import shutil
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
import safetensors.numpy
from safetensors import SafetensorError

from vae_core.config import LATENT_DIM, PIXELS, TrainingConfig
from vae_core.data import expand_user
from vae_core.errors import ConfigError, RunDamaged, RunNotFound, RunNotWritable, one_line
from vae_core.record import Record, Score, scores_from_json, scores_to_json

if TYPE_CHECKING:
    import pandas as pd

SHIPPED = Path(__file__).parent / "pretrained"
HISTORY_COLUMNS = ("epoch", "seconds", "loss", "reconstruction", "kl", "val_loss", "val_reconstruction", "val_kl")

_ID = re.compile(r"[a-z0-9-]{1,64}")
_ID_RULE = "expected 1 to 64 of a-z, 0-9 and '-'"
_MAX_TEXT_BYTES = 1_000_000
_HEADER_BYTES = 100_000  # safetensors' JSON header; ours takes about 2,000


@dataclass(frozen=True)
class Run:
    """A run on disk. Its record was read and checked; its other files are read and checked on demand."""

    directory: Path
    record: Record

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def title(self) -> str:
        """What the run is called, in one line of at most 100 characters; a run that is not done says so."""
        title = textwrap.shorten(self.record.title, 100, placeholder=" ...") or self.id
        return title if self.record.status == "done" else f"{title} ({self.record.status})"

    @property
    def shipped(self) -> bool:
        return self.directory.parent == SHIPPED

    @property
    def version(self) -> int:
        """Changes when the weights on disk do; 0 where they are missing. For caches of what was made from them."""
        path = self.directory / "network.safetensors"
        return path.stat().st_mtime_ns if path.exists() else 0

    def tensors(self) -> dict[str, np.ndarray]:
        """network.safetensors: read-only float32 arrays by name, of the names and shapes that the config asks for."""
        return _read_tensors(self.directory / "network.safetensors", self.record.config)

    def history(self) -> "pd.DataFrame":
        """history.csv: one row an epoch, losses in nats. Validation columns are NaN where none was held out."""
        import pandas as pd  # a fifth of a second, which the app's start does not need

        path = self.directory / "history.csv"
        with _damage(path):
            table = pd.read_csv(io.StringIO(_read_text(path)), dtype=float)
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
        with _damage(path):
            return scores_from_json(_read_text(path))


def tensor_shapes(config: TrainingConfig) -> dict[str, tuple[int, ...]]:
    """The names and shapes that the network of this config has; kernels are (inputs, outputs)."""
    shapes: dict[str, tuple[int, ...]] = {}

    def layer(name: str, inputs: int, outputs: int) -> int:
        shapes[f"{name}.kernel"], shapes[f"{name}.bias"] = (inputs, outputs), (outputs,)
        return outputs

    width = PIXELS
    for i, units in enumerate(config.encoder_widths):
        width = layer(f"encoder.hidden.{i}", width, units)
    layer("encoder.mean", width, LATENT_DIM)
    layer("encoder.log_var", width, LATENT_DIM)
    width = LATENT_DIM
    for i, units in enumerate(config.decoder_widths):
        width = layer(f"decoder.hidden.{i}", width, units)
    layer("decoder.logits", width, PIXELS)
    return shapes


def runs_directory() -> Path:
    """Where the user's own runs are: $VAE_RUNS, else a folder in the user's data directory. It may not exist yet."""
    if named := os.environ.get("VAE_RUNS"):
        return expand_user(named)
    return platformdirs.user_data_path("vae-latent-explorer", appauthor=False) / "runs"


def list_runs() -> tuple[list[Run], list[str]]:
    """All readable runs, shipped ones first, then the user's, newest first; and a sentence for each unreadable one."""
    runs: list[Run] = []
    problems: list[str] = []
    for root in (SHIPPED, runs_directory()):
        found: list[Run] = []
        try:
            entries = sorted(entry for entry in root.iterdir() if entry.is_dir() and _ID.fullmatch(entry.name))
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(f"The runs' directory {root} cannot be read ({error.strerror}).")
            continue
        for entry in entries:
            try:
                run = read_run(entry)
            except RunDamaged as error:
                problems.append(str(error))
                continue
            if any(run.id == other.id for other in runs):
                problems.append(f"{entry}: a shipped run has the id {run.id} too; rename this folder and its id.")
            else:
                found.append(run)
        runs += sorted(found, key=lambda run: run.record.created, reverse=True)
    return runs, problems


def open_run(run_id: str) -> Run:
    """The run with this id, shipped or the user's. Raises RunNotFound or RunDamaged."""
    if not _ID.fullmatch(run_id):
        raise RunNotFound(f"{run_id[:80]!r} is no run's id; {_ID_RULE}.")
    for root in (SHIPPED, runs_directory()):
        if (root / run_id).is_dir():
            return read_run(root / run_id)
    raise RunNotFound(f"No run is called {run_id!r}, neither shipped nor in {runs_directory()}.")


def read_run(directory: Path) -> Run:
    """The run in this directory. Raises RunDamaged if its run.json is not a record of format 1."""
    path = directory / "run.json"
    with _damage(path):
        record = Record.from_json(_read_text(path))
        if record.id != directory.name:
            raise ValueError(f"expected the id {directory.name!r}, the folder's name; found {record.id!r}")
        return Run(directory, record)


@contextlib.contextmanager
def drafting(root: Path) -> Iterator[Path]:
    """A hidden directory in `root` for a run that is not complete yet; gone afterwards unless it was published.

    Raises RunNotWritable at once if `root` takes no files: before a training, not after it.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=root))
    except OSError as error:
        raise RunNotWritable(f"The runs' directory {root} cannot be written ({error.strerror}).") from error
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def publish(
    draft: Path, record: Record, tensors: dict[str, np.ndarray], history: "pd.DataFrame", scores: list[Score]
) -> Run:
    """Write a run's files into `draft` and rename it to its id: the record's, with -2, -3, ... where that is taken.

    history has HISTORY_COLUMNS. Raises RunNotWritable, for instance on a full disk.
    """
    if not _ID.fullmatch(record.id):
        raise RunNotWritable(f"{record.id!r} cannot be a run's id; {_ID_RULE}.")
    try:
        _write(draft / "network.safetensors", safetensors.numpy.save(tensors))
        _write(draft / "history.csv", history.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode())
        _write(draft / "metrics.json", scores_to_json(scores))
        draft.chmod(0o755)  # mkdtemp's own mode would hide the run from other users
        for run_id in _free_ids(draft.parent, record.id):
            _write(draft / "run.json", dataclasses.replace(record, id=run_id).to_json())
            with contextlib.suppress(FileExistsError):
                return read_run(_rename(draft, draft.parent / run_id))
    except OSError as error:
        raise RunNotWritable(f"The run cannot be written to {draft.parent} ({error.strerror}).") from error
    raise AssertionError("unreachable: there is always a free id")


def _rename(draft: Path, final: Path) -> Path:
    try:
        return draft.rename(final)
    except OSError:
        if final.exists():  # POSIX says "directory not empty" where another process was faster
            raise FileExistsError(final) from None
        raise


def _free_ids(root: Path, stem: str) -> Iterator[str]:
    for number in itertools.count(1):
        run_id = stem if number == 1 else f"{stem}-{number}"
        if not (root / run_id).exists() and not (SHIPPED / run_id).exists():
            yield run_id


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong while `path` is read into one RunDamaged that names it."""
    try:
        yield
    except FileNotFoundError:
        raise RunDamaged(f"{path} is missing.") from None
    except (OSError, ValueError, TypeError, KeyError, RecursionError, ConfigError, SafetensorError) as error:
        raise RunDamaged(f"{path} is damaged: {one_line(error)}.") from error


def _read_bytes(path: Path, most: int) -> bytes:
    """A file's content, read no further than it may go: what is linked here may have no end."""
    if path.exists() and not path.is_file():
        raise ValueError("expected a regular file")
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"expected at most {most:,} bytes, found {max(path.stat().st_size, len(content)):,}")
    return content


def _read_text(path: Path) -> str:
    return _read_bytes(path, _MAX_TEXT_BYTES).decode("utf-8")


def _read_tensors(path: Path, config: TrainingConfig) -> dict[str, np.ndarray]:
    expected = tensor_shapes(config)
    with _damage(path):
        most = 4 * sum(math.prod(shape) for shape in expected.values()) + _HEADER_BYTES
        tensors = safetensors.numpy.load(_read_bytes(path, most))
        for name, shape in expected.items():
            if name not in tensors:
                raise ValueError(f"the tensor {name} is missing")
            tensor = tensors[name]
            if tensor.shape != shape or tensor.dtype != np.float32:
                raise ValueError(f"{name}: expected {shape} float32, found {tensor.shape} {tensor.dtype}")
            if not np.isfinite(tensor).all():
                raise ValueError(f"{name}: expected finite numbers, found NaN or infinity")
            tensor.setflags(write=False)
        if unknown := sorted(tensors.keys() - expected.keys()):
            raise ValueError(f"unknown tensor {unknown[0]!r}")
    return tensors
