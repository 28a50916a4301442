"""Ships a run: puts a small copy of it, with its report and its heatmaps, among those that travel with the repository.

Invariant: what is shipped is what is scored. Weights are rounded to float16 if that costs next to nothing, and
everything that is said about the run is measured on the rounded ones.
"""

import dataclasses
import shutil
from collections.abc import Sequence

import numpy as np

from vae_core.data.digits import Digits, split
from vae_core.errors import RunNotWritable
from vae_core.evaluation.report import OnProgress, Report
from vae_core.likelihood import elbo
from vae_core.networks.network import Network
from vae_core.runs import history, ids, progress
from vae_core.runs.heatmaps import write_heatmaps
from vae_core.runs.run import Run, read_run
from vae_core.storage import directories
from vae_core.storage.files import raising_run_not_writable, write
from vae_core.storage.staging import discard, publish, staging
from vae_core.storage.tensors import Tensors, pack

MOST_LOST = 0.05
"""nats of -ELBO that the rounding may cost."""

_JUDGES = 10_000  # training digits to judge the rounding on, if the run has no validation digits


def ship_run(
    run: Run,
    run_id: str,
    digits: Digits,
    others: Sequence[Digits] = (),
    on_progress: OnProgress = lambda share, what: None,
) -> Run:
    """Copy a finished run into pretrained/ under this id. The copy replaces one that lies there.

    digits: those that the run was trained on; others: further digits to ship a report and heatmaps on. Raises
    RunNotWritable, for a run that is not done, or was trained on other digits, too; RunDamaged; DataError.
    """
    if not ids.is_id(run_id):
        raise RunNotWritable(f"{run_id!r} cannot be a run's id; {ids.RULE}.")
    if run.record.status != "done" or run.record.dataset.digest != digits.digest:
        raise RunNotWritable(f"{run.name} cannot travel: expected a run that is done, on the digits at hand.")
    activation = run.record.config.activation
    tensors = rounded(run.tensors(), activation, _judges(run, digits, others))
    network = _network(tensors, activation)
    shown = [digits, *others]
    reports = [
        Report.measure(network, some, lambda share, what, k=k: on_progress((k + share) / len(shown), what))
        for k, some in enumerate(shown)
    ]
    shipped = directories.SHIPPED
    with raising_run_not_writable(shipped), staging(shipped) as staged:
        shutil.copy(run.directory / history.NAME, staged)
        # A run may have been made without these two.
        if (written := run.directory / progress.NAME).is_file():
            shutil.copy(written, staged)
        if (snapshots := run.directory / "snapshots").is_dir():
            shutil.copytree(snapshots, staged / "snapshots")
        write(staged / "network.safetensors", pack(tensors))
        for report, some in zip(reports, shown, strict=True):
            report.write(Run(staged, run.record), network, some)
            write_heatmaps(Run(staged, run.record), network, some)
        write(staged / "run.json", dataclasses.replace(run.record, id=run_id).to_json())
        if (shipped / run_id).exists():
            discard(shipped / run_id)
        return read_run(publish(staged, shipped / run_id))


def _judges(run: Run, digits: Digits, others: Sequence[Digits]) -> np.ndarray:
    """The digits to judge the rounding on, (N, 28, 28) uint8: the run's validation digits, or else training digits.

    Not test digits, for this is a choice, and the scores on the test digits are to be free of choices.
    """
    for some in others:
        if some.source in run.record.dataset.left_out:
            digits = digits.without(some)
    config = run.record.config
    trained_on, held_out = split(digits.train_images, config.validation, config.seed)
    return held_out if len(held_out) else trained_on[:_JUDGES]


def rounded(tensors: Tensors, activation: str, images: np.ndarray) -> Tensors:
    """The weights in float16, or as they are if the rounding costs MOST_LOST or more. images: (N, 28, 28) uint8."""
    with np.errstate(over="ignore"):
        halves = {name: tensor.astype(np.float16) for name, tensor in tensors.items()}
    if not all(np.isfinite(half).all() for half in halves.values()):
        return tensors

    def negative_elbo(weights: Tensors) -> float:
        return float(elbo.negative_elbo(_network(weights, activation), images).total.mean())

    return halves if negative_elbo(halves) - negative_elbo(tensors) < MOST_LOST else tensors


def _network(tensors: Tensors, activation: str) -> Network:
    return Network.from_tensors({name: tensor.astype(np.float32) for name, tensor in tensors.items()}, activation)
