"""The store: how runs are put into the runs' directory, filled, renamed and deleted.

Invariants: a run appears with all of its files, the network not trained yet, and is readable from then on; each file
is replaced in one move, run.json last, so that its status never promises a file that is not there yet; shipped runs
stay as they are.
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
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import Network
from vae_core.runs import history, progress, snapshots
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.history import Epoch
from vae_core.runs.progress import Journal
from vae_core.runs.record import Dataset, Record, Score, scores_to_json
from vae_core.runs.run import ID, ID_RULE, Run, read_run
from vae_core.runs.snapshots import Snapshot
from vae_core.storage import directories
from vae_core.storage.files import raising_run_not_writable, write
from vae_core.storage.staging import discard, publish, staging
from vae_core.storage.tensors import Tensors, pack

_TITLE = 1000  # characters, of which a page shows a hundred; without end, the record could not be read again


def begin(config: TrainingConfig, digits: Digits, root: Path, title: str | None = None) -> Run:
    """Put a run into `root` that is still to be trained: its record, its initial weights, and a snapshot of them.

    Raises ConfigError if the config holds out all digits, RunNotWritable.
    """
    train = len(digits.train_images) - config.validation
    if train < 1:
        expected = f"fewer than the {len(digits.train_images)} training digits"
        raise ConfigError(f"validation: expected {expected}; found {config.validation}.")
    record = Record(
        id=f"{config.recipe}-{config.fingerprint(digits.digest)}",
        title=(title or f"{config.recipe}, {config.epochs} epochs, seed {config.seed}")[:_TITLE],
        kind="vae",
        status="running",
        config=config,
        dataset=Dataset(digits.source, train, config.validation, len(digits.test_images), digits.digest),
        versions=_versions(),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seconds=0.0,
    )
    images, _ = split(digits.train_images, config.validation, config.seed)
    tensors = initial_tensors(config, images)
    snapshot = Snapshot.take(Network.from_tensors(tensors, config.activation), digits.test_images, step=0)
    return put(root, record, tensors, [], [], snapshot)


def reopen(run: Run, digits: Digits) -> Run:
    """Let a run that was begun, cancelled or failed be in training again, on the same digits.

    Raises RunNotWritable if it is done, DataError if the digits at hand are others, RunDamaged.
    """
    if run.record.status == "done":
        raise RunNotWritable(f"{run.name} is trained to its end already.")
    dataset = run.record.dataset
    own, found = dataset.train + dataset.validation, len(digits.train_images)
    if digits.digest != dataset.digest or own != found:
        begun, at_hand = f"{dataset.source} with {own:,} to train on", f"{digits.source} with {found:,}"
        raise DataError(f"{run.name} was begun on other digits: {begun}, not the {at_hand} at hand.")
    if run.record.status == "running" and progress.read(run.directory).phase in ("created", "resumed"):
        return run  # its worker is still to come
    with raising_run_not_writable(run.directory):
        Journal(run.directory).write("resumed", step=Checkpoint.read(run).step)
        write(run.directory / "metrics.json", scores_to_json([]))  # the weights will not be those that were scored
    return mark(run, dataclasses.replace(run.record, status="running", reason=""))


def put(
    root: Path,
    record: Record,
    tensors: Tensors,
    epochs: Sequence[Epoch],
    scores: list[Score],
    snapshot: Snapshot | None = None,
) -> Run:
    """A new run in `root`, all at once, under the record's id, or with -2, -3, ... where that is taken.

    Raises RunNotWritable, for instance on a full disk; nothing is left then.
    """
    if not ID.fullmatch(record.id):
        raise RunNotWritable(f"{record.id!r} cannot be a run's id; {ID_RULE}.")
    with raising_run_not_writable(root, "The runs' directory"), staging(root) as staged:
        _fill(staged, tensors, epochs, scores)
        if snapshot:
            snapshots.keep(staged, snapshot)
        if record.status == "running":
            Journal(staged).write("created")
        for run_id in _free_ids(root, record.id):
            write(staged / "run.json", dataclasses.replace(record, id=run_id).to_json())
            with contextlib.suppress(FileExistsError):
                return read_run(publish(staged, root / run_id))
    raise AssertionError("unreachable: there is always a free id")


def complete(run: Run, record: Record, tensors: Tensors, epochs: Sequence[Epoch], scores: list[Score]) -> Run:
    """Give a run its results and its new record. Raises RunNotWritable; the run is then as readable as before."""
    with raising_run_not_writable(run.directory):
        _fill(run.directory, tensors, epochs, scores)
    return mark(run, record)


def mark(run: Run, record: Record) -> Run:
    """Give a run a new record. Raises RunNotWritable."""
    if run.shipped:
        raise RunNotWritable(f"{run.name} came with the app and stays as it is.")
    with raising_run_not_writable(run.directory):
        write(run.directory / "run.json", record.to_json())
    return read_run(run.directory)


def save(run: Run, checkpoint: Checkpoint) -> None:
    """Keep a moment to resume from; the run's network is that of this moment from then on. Raises OSError.

    In this order: a run without a checkpoint has the network that its training starts from.
    """
    checkpoint.write(run.directory)
    write(run.directory / "network.safetensors", pack(checkpoint.network))


def fail(run: Run, reason: str) -> Run:
    """Let a run say that its training failed, and why. Raises RunNotWritable."""
    return mark(run, dataclasses.replace(run.record, status="failed", reason=reason))


def tidy(run: Run, *patterns: str) -> None:
    """Remove files that only a training needs; what cannot be removed does no harm."""
    with contextlib.suppress(OSError):
        for path in (path for pattern in patterns for path in run.directory.glob(pattern)):
            path.unlink(missing_ok=True)


def rename(run: Run, title: str) -> Run:
    """Give a run another title; its id stays, so links to it do. Raises RunNotWritable, for an empty title too."""
    if not title.strip():
        raise RunNotWritable(f"{run.name} keeps its title: expected a new one, found nothing.")
    return mark(run, dataclasses.replace(run.record, title=title.strip()[:_TITLE]))


def delete(run: Run) -> None:
    """Throw a run away: it is gone at once, or still there as a whole. Raises RunNotWritable."""
    if run.shipped:
        raise RunNotWritable(f"{run.name} came with the app and stays as it is.")
    with raising_run_not_writable(run.directory, change="deleted"):
        discard(run.directory)


def _fill(directory: Path, tensors: Tensors, epochs: Sequence[Epoch], scores: list[Score]) -> None:
    write(directory / "network.safetensors", pack(tensors))
    history.write(directory, epochs)
    write(directory / "metrics.json", scores_to_json(scores))


def _free_ids(root: Path, stem: str) -> Iterator[str]:
    for number in itertools.count(1):
        run_id = stem if number == 1 else f"{stem}-{number}"
        if not (root / run_id).exists() and not (directories.SHIPPED / run_id).exists():
            yield run_id


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ("tensorflow", "tensorflow-cpu", "keras", "numpy"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    return found
