"""The store: creating, changing and deleting runs on disk.

Invariants: a new run appears with all of its files, with the initial weights before it is trained, and can be read from
then on. Each file is replaced atomically, and run.json is the last, so that a status of "done" means that the results
are there. Shipped runs are never changed.
"""

import contextlib
import dataclasses
import datetime
import importlib.metadata
import itertools
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path

from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits, split
from vae_core.errors import ConfigError, DataError, RunNotWritable
from vae_core.kinds import AnyConfig
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import parts_of
from vae_core.runs import history, ids, progress, snapshots
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.history import Row
from vae_core.runs.progress import Journal
from vae_core.runs.record import Dataset, Record, Score, scores_to_json
from vae_core.runs.run import Run, read_run
from vae_core.runs.snapshots import Snapshot
from vae_core.storage import directories
from vae_core.storage.files import raising_run_not_writable, write
from vae_core.storage.staging import discard, publish, staging
from vae_core.storage.tensors import Tensors, pack

_TITLE_LENGTH = 1000  # a longer title is cut: run.json must stay below the size at which it can be read


def begin(config: AnyConfig, digits: Digits, root: Path, title: str | None = None) -> Run:
    """Create a run in `root` that is to be trained: its record, its initial weights and their snapshot.

    title: None for the recipe, the length and the seed. Raises ConfigError if no digit is left to train on,
    RunNotWritable.
    """
    train = len(digits.train_images) - config.validation
    if train < 1:
        expected = f"fewer than the {len(digits.train_images)} training digits"
        raise ConfigError(f"validation: expected {expected}; found {config.validation}.")
    record = Record(
        id=f"{config.recipe}-{config.fingerprint(''.join([digits.digest, *digits.left_out.values()]))}",
        title=(title or f"{config.recipe}, {_length(config)}, seed {config.seed}")[:_TITLE_LENGTH],
        kind=config.kind,
        status="running",
        config=config,
        dataset=Dataset(
            digits.source, train, config.validation, len(digits.test_images), digits.digest, digits.left_out
        ),
        versions=_versions(),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seconds=0.0,
    )
    images, _ = split(digits.train_images, config.validation, config.seed)
    tensors = initial_tensors(config, images)
    snapshot = Snapshot.take(*parts_of(tensors, config.activation), digits.test_images, step=0)
    return put(root, record, tensors, [], [], snapshot)


def reopen(run: Run, digits: Digits) -> Run:
    """Set the status of a run that was begun, cancelled or failed to "running", for a worker to train or resume it.

    Its scores are removed. Raises RunNotWritable, also if it is done; DataError if `digits` are not those it was begun
    on; RunDamaged.
    """
    if run.record.status == "done":
        raise RunNotWritable(f"{run.name} is trained to its end already.")
    dataset = run.record.dataset
    expected, found = dataset.train + dataset.validation, len(digits.train_images)
    if digits.digest != dataset.digest or digits.left_out != dataset.left_out or expected != found:
        begun, at_hand = f"{dataset.source} with {expected:,} to train on", f"{digits.source} with {found:,}"
        raise DataError(f"{run.name} was begun on other digits: {begun}, not the {at_hand} at hand.")
    if run.record.status == "running" and progress.read(run.directory).phase in ("created", "resumed"):
        return run  # no worker has trained it yet
    with raising_run_not_writable(run.directory):
        Journal(run.directory).write("resumed", step=Checkpoint.read(run).step)
        write(run.directory / "metrics.json", scores_to_json([]))  # they will not be true of the weights to come
    return mark(run, dataclasses.replace(run.record, status="running", reason=""))


def put(
    root: Path,
    record: Record,
    tensors: Tensors,
    rows: Sequence[Row],
    scores: list[Score],
    snapshot: Snapshot | None = None,
) -> Run:
    """Create a run in `root` with all of its files, and return it as it is on disk.

    If the record's id is taken, -2, -3, ... is appended to it. Raises RunNotWritable, for instance on a full disk;
    nothing of the run is left then.
    """
    if not ids.is_id(record.id):
        raise RunNotWritable(f"{record.id!r} cannot be a run's id; {ids.RULE}.")
    with raising_run_not_writable(root, "The runs' directory"), staging(root) as staged:
        _fill(staged, record.kind, tensors, rows, scores)
        if snapshot:
            snapshots.keep(staged, snapshot)
        if record.status == "running":
            Journal(staged).write("created")
        for run_id in _free_ids(root, record.id):
            write(staged / "run.json", dataclasses.replace(record, id=run_id).to_json())
            with contextlib.suppress(FileExistsError):
                return read_run(publish(staged, root / run_id))
    raise AssertionError("unreachable: there is always a free id")


def complete(run: Run, record: Record, tensors: Tensors, rows: Sequence[Row], scores: list[Score]) -> Run:
    """Write the results of a run and its new record. Raises RunNotWritable; the run can still be read then."""
    with raising_run_not_writable(run.directory):
        _fill(run.directory, record.kind, tensors, rows, scores)
    return mark(run, record)


def mark(run: Run, record: Record) -> Run:
    """Replace the record of a run. Raises RunNotWritable, also for a shipped run."""
    if run.shipped:
        raise RunNotWritable(f"{run.name} came with the app and stays as it is.")
    with raising_run_not_writable(run.directory):
        write(run.directory / "run.json", record.to_json())
    return read_run(run.directory)


def save(run: Run, checkpoint: Checkpoint) -> None:
    """Write a checkpoint to resume from, and its weights as the run's network. Raises OSError."""
    # The checkpoint comes first: a run that has none is taken to have its initial weights in network.safetensors.
    checkpoint.write(run.directory)
    write(run.directory / "network.safetensors", pack(checkpoint.network))


def fail(run: Run, reason: str) -> Run:
    """Record that a training failed, and why. Raises RunNotWritable."""
    return mark(run, dataclasses.replace(run.record, status="failed", reason=reason))


def tidy(run: Run, *patterns: str) -> None:
    """Remove files of a run that match these glob patterns. Errors are ignored: files that stay do no harm."""
    with contextlib.suppress(OSError):
        for path in (path for pattern in patterns for path in run.directory.glob(pattern)):
            path.unlink(missing_ok=True)


def rename(run: Run, title: str) -> Run:
    """Change the title of a run, not its id, so that links keep working.

    Raises RunNotWritable, also for an empty title.
    """
    if not title.strip():
        raise RunNotWritable(f"{run.name} keeps its title: expected a new one, found nothing.")
    return mark(run, dataclasses.replace(run.record, title=title.strip()[:_TITLE_LENGTH]))


def delete(run: Run) -> None:
    """Delete a run. Raises RunNotWritable, also for a shipped run; the run is then still there, complete."""
    if run.shipped:
        raise RunNotWritable(f"{run.name} came with the app and stays as it is.")
    with raising_run_not_writable(run.directory, change="deleted"):
        discard(run.directory)


def _fill(directory: Path, kind: str, tensors: Tensors, rows: Sequence[Row], scores: list[Score]) -> None:
    """Write all files of a run but its record. Raises OSError."""
    write(directory / "network.safetensors", pack(tensors))
    history.write(directory, rows, kind)
    write(directory / "metrics.json", scores_to_json(scores))


def _length(config: AnyConfig) -> str:
    return f"{config.epochs} epochs" if isinstance(config, TrainingConfig) else f"{config.steps:,} steps"


def _free_ids(root: Path, stem: str) -> Iterator[str]:
    """Ids that no run in `root` and no shipped run has: stem, stem-2, stem-3, ... without end."""
    for number in itertools.count(1):
        run_id = stem if number == 1 else f"{stem}-{number}"
        if not (root / run_id).exists() and not (directories.SHIPPED / run_id).exists():
            yield run_id


def _versions() -> dict[str, str]:
    """The versions of Python and of the installed libraries on which a training depends."""
    found = {"python": platform.python_version()}
    for package in ("tensorflow", "tensorflow-cpu", "keras", "numpy"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    return found
