"""Ships a run: puts a small copy of it among those that travel with the repository, with its reports, and a VAE's with
its heatmaps, which take an encoder.

Invariant: what is shipped is what is scored. Weights are rounded to float16 if that costs next to nothing, and
everything that is said about the run is measured on the rounded ones.
"""

import dataclasses
import shutil
from collections.abc import Callable, Sequence

import numpy as np

from vae_core.config import LATENT_DIM
from vae_core.data.digits import Digits, split
from vae_core.errors import RunNotWritable
from vae_core.evaluation.measurement import OnProgress
from vae_core.evaluation.report import Report
from vae_core.likelihood import elbo
from vae_core.networks.decoder import Decoder
from vae_core.networks.network import Network, model_of
from vae_core.runs import history, ids, progress
from vae_core.runs.heatmaps import write_heatmaps
from vae_core.runs.run import Run, read_run
from vae_core.storage import directories
from vae_core.storage.files import raising_run_not_writable, write
from vae_core.storage.staging import discard, publish, staging
from vae_core.storage.tensors import Tensors, pack

MOST_LOST = 0.05
"""nats of -ELBO that the rounding of a VAE may cost."""

MOST_CHANGED = 0.25
"""Grey levels, of 255, by which the rounding of a GAN may change the pixels of its digits, on average."""

_JUDGES = 10_000  # training digits to judge the rounding on, if a VAE has no validation digits; digits that a GAN draws


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
    config, shown = run.record.config, [digits, *others]
    if run.record.has_encoder:
        tensors = rounded(run.tensors(), lost_by(config.activation, _judges(run, digits, others)), MOST_LOST)
    else:
        tensors = rounded(run.tensors(), changed_by(config.activation), MOST_CHANGED)
    model = model_of(_widened(tensors), config)
    reports = [
        Report.measure(model, some, lambda share, what, k=k: on_progress((k + share) / len(shown), what))
        for k, some in enumerate(shown)
    ]
    shipped = directories.SHIPPED
    with raising_run_not_writable(shipped), staging(shipped) as staged:
        for name in (history.NAME, "metrics.json"):
            shutil.copy(run.directory / name, staged)
        # A run may have been made without these two.
        if (written := run.directory / progress.NAME).is_file():
            shutil.copy(written, staged)
        if (snapshots := run.directory / "snapshots").is_dir():
            shutil.copytree(snapshots, staged / "snapshots")
        write(staged / "network.safetensors", pack(tensors))
        for report, some in zip(reports, shown, strict=True):
            report.write(Run(staged, run.record), model, some)
            if isinstance(model, Network):
                write_heatmaps(Run(staged, run.record), model, some)
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


def rounded(tensors: Tensors, cost: Callable[[Tensors, Tensors], float], most: float) -> Tensors:
    """The weights in float16, or as they are if the rounding costs `most` or more.

    cost: called with the weights as they are and the rounded ones, which are float32 again.
    """
    with np.errstate(over="ignore"):
        halves = {name: tensor.astype(np.float16) for name, tensor in tensors.items()}
    if not all(np.isfinite(half).all() for half in halves.values()):
        return tensors
    return halves if cost(tensors, _widened(halves)) < most else tensors


def lost_by(activation: str, images: np.ndarray) -> Callable[[Tensors, Tensors], float]:
    """How many nats of -ELBO one set of a VAE's weights loses to another. images: (N, 28, 28) uint8."""

    def negative_elbo(tensors: Tensors) -> float:
        network = Network.from_tensors(tensors, activation)
        return float(elbo.negative_elbo(network, images).total.mean())

    return lambda before, after: negative_elbo(after) - negative_elbo(before)


def changed_by(activation: str) -> Callable[[Tensors, Tensors], float]:
    """How many grey levels lie between the digits that two sets of a GAN's weights draw, on average."""
    z = np.random.default_rng(0).standard_normal((_JUDGES, LATENT_DIM)).astype(np.float32)

    def change(before: Tensors, after: Tensors) -> float:
        first, second = (Decoder.from_tensors(tensors, activation).decode(z) for tensors in (before, after))
        return 255 * float(np.abs(first - second).mean())

    return change


def _widened(tensors: Tensors) -> Tensors:
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
