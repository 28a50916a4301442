"""train: a config and digits in, a run on disk out.

The same config on the same digits and machine gives the same weights: the initial weights, the shuffle and the sampling
noise are seeded, and the code that XLA compiles for a processor adds in a fixed order. (TensorFlow's own switch for
determinism would turn XLA off, and take half as long again.)
"""

# Keras has no types for `verbose` and `jit_compile` but that of their default, "auto".
# pyright: reportArgumentType=false

import datetime
import logging
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read when TensorFlow is imported: no banner on standard error

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from vae_core import likelihood
from vae_core.config import TrainingConfig
from vae_core.data import Digits, to_pixels
from vae_core.errors import ConfigError, RunNotWritable, TrainingDiverged
from vae_core.model import VAE
from vae_core.network import Network
from vae_core.record import Dataset, Record
from vae_core.runs import HISTORY_COLUMNS, Run, drafting, publish

_log = logging.getLogger(__name__)

_STEPS_PER_CALL = 100
"""Gradient steps that one call into TensorFlow takes: at 5 ms a step, Python's share of it would be noticeable."""


def train(
    config: TrainingConfig,
    digits: Digits,
    root: Path,
    title: str | None = None,
    on_epoch: Callable[[dict[str, float]], None] = lambda row: None,
) -> Run:
    """Train a VAE and publish it as a run in `root`.

    on_epoch gets each row of the history (HISTORY_COLUMNS; losses in nats, running means over the epoch's batches).
    Raises ConfigError if the config holds out all digits, RunNotWritable before training if `root` cannot be written,
    TrainingDiverged if the weights are not finite in the end.
    If only the end fails, on a full disk, the run is kept in the system's temporary directory instead, with a warning.
    """
    train_images, validation_images = split(digits.train_images, config)
    with drafting(root) as draft:
        started = time.monotonic()
        tensors, history = fit(config, train_images, validation_images, on_epoch)
        if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
            raise TrainingDiverged("The training diverged: its weights are not finite. Try a lower learning rate.")
        record = Record(
            id=f"{config.recipe}-{config.fingerprint(digits.digest)}",
            title=title or f"{config.recipe}, {config.epochs} epochs, seed {config.seed}",
            kind="vae",
            status="done",
            config=config,
            dataset=Dataset(
                digits.source, len(train_images), len(validation_images), len(digits.test_images), digits.digest
            ),
            versions=_versions(),
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - started, 1),
        )
        scores = likelihood.score(Network.from_tensors(tensors), digits)
        try:
            return publish(draft, record, tensors, history, scores)
        except RunNotWritable as error:
            refuge = Path(tempfile.gettempdir()) / "vae-latent-explorer-runs"
            _log.warning("%s The run is kept in %s; move its folder once there is room.", error, refuge)
            with drafting(refuge) as second:
                return publish(second, record, tensors, history, scores)


def split(images: np.ndarray, config: TrainingConfig) -> tuple[np.ndarray, np.ndarray]:
    """Hold out the last `config.validation` of the seeded shuffle. Returns training and validation images."""
    if config.validation >= len(images):
        expected = f"fewer than the {len(images)} training digits"
        raise ConfigError(f"validation: expected {expected}; found {config.validation}.")
    order = np.random.default_rng(config.seed).permutation(len(images))
    cut = len(images) - config.validation
    return images[order[:cut]], images[order[cut:]]


def fit(
    config: TrainingConfig,
    train_images: np.ndarray,
    validation_images: np.ndarray,
    on_epoch: Callable[[dict[str, float]], None],
) -> tuple[dict[str, np.ndarray], pd.DataFrame]:
    """Train on images (N, 28, 28) uint8. Returns the tensors of a run's network and its history."""
    keras.utils.set_random_seed(config.seed)
    vae = VAE(config)
    vae.compile(
        optimizer=keras.optimizers.RMSprop(config.learning_rate),
        jit_compile=True,  # "auto" means no on a processor
        steps_per_execution=min(_STEPS_PER_CALL, -(-len(train_images) // config.batch_size)),
    )
    recorder = _Recorder(on_epoch)
    vae.fit(
        to_pixels(train_images),
        batch_size=config.batch_size,
        epochs=config.epochs,
        shuffle=True,
        validation_data=to_pixels(validation_images) if len(validation_images) else None,
        verbose=0,
        callbacks=[recorder],
    )
    return vae.tensors(), pd.DataFrame(recorder.rows, columns=HISTORY_COLUMNS)


class _Recorder(keras.callbacks.Callback):
    """Collects the history, a row an epoch."""

    def __init__(self, on_epoch: Callable[[dict[str, float]], None]):
        super().__init__()
        self.rows: list[dict[str, float]] = []
        self._on_epoch = on_epoch
        self._started = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        row = {name: float(logs.get(name, np.nan)) for name in HISTORY_COLUMNS}
        row |= {"epoch": epoch + 1, "seconds": round(time.monotonic() - self._started, 2)}
        self.rows.append(row)
        self._on_epoch(row)


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }
