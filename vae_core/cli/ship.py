"""Ships a run: puts a small copy of it, with its report, among those that travel with the repository.

Invariant: what is shipped is what is scored. Weights are rounded to float16 if that costs next to nothing, and
everything that is said about the run is measured on the rounded ones.
"""

import dataclasses
import shutil

import numpy as np

from vae_core.data.digits import Digits
from vae_core.errors import RunNotWritable
from vae_core.evaluation.report import OnProgress, Report
from vae_core.likelihood import elbo
from vae_core.networks.network import Network
from vae_core.runs import history, ids, progress
from vae_core.runs.run import Run, read_run
from vae_core.storage import directories
from vae_core.storage.files import raising_run_not_writable, write
from vae_core.storage.staging import discard, publish, staging
from vae_core.storage.tensors import Tensors, pack

MOST_LOST = 0.05
"""nats of -ELBO that the rounding may cost."""


def ship_run(run: Run, run_id: str, digits: Digits, on_progress: OnProgress = lambda share, what: None) -> Run:
    """Copy a finished run into pretrained/ under this id. The copy replaces one that lies there.

    Raises RunNotWritable, for a run that is not done, or was trained on other digits, too; RunDamaged.
    """
    if not ids.is_id(run_id):
        raise RunNotWritable(f"{run_id!r} cannot be a run's id; {ids.RULE}.")
    if run.record.status != "done" or run.record.dataset.digest != digits.digest:
        raise RunNotWritable(f"{run.name} cannot travel: expected a run that is done, on the digits at hand.")
    activation = run.record.config.activation
    tensors = rounded(run.tensors(), activation, digits.test_images)
    network = _network(tensors, activation)
    report = Report.measure(network, digits, on_progress)
    shipped = directories.SHIPPED
    with raising_run_not_writable(shipped), staging(shipped) as staged:
        shutil.copy(run.directory / history.NAME, staged)
        # A run may have been made without these two.
        if (written := run.directory / progress.NAME).is_file():
            shutil.copy(written, staged)
        if (snapshots := run.directory / "snapshots").is_dir():
            shutil.copytree(snapshots, staged / "snapshots")
        write(staged / "network.safetensors", pack(tensors))
        report.write(staged, network, digits)
        write(staged / "run.json", dataclasses.replace(run.record, id=run_id).to_json())
        if (shipped / run_id).exists():
            discard(shipped / run_id)
        return read_run(publish(staged, shipped / run_id))


def rounded(tensors: Tensors, activation: str, images: np.ndarray) -> Tensors:
    """The weights in float16, or as they are if the rounding costs MOST_LOST or more. images: (N, 28, 28) uint8."""
    with np.errstate(over="ignore"):
        halves = {name: tensor.astype(np.float16) for name, tensor in tensors.items()}
    if not all(np.isfinite(half).all() for half in halves.values()):
        return tensors

    def negative_elbo(weights: Tensors) -> float:
        terms = elbo.negative_elbo(_network(weights, activation), images)
        return float(sum(term.mean() for term in terms))

    return halves if negative_elbo(halves) - negative_elbo(tensors) < MOST_LOST else tensors


def _network(tensors: Tensors, activation: str) -> Network:
    return Network.from_tensors({name: tensor.astype(np.float32) for name, tensor in tensors.items()}, activation)
