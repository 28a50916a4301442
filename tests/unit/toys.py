"""Small networks and runs for the unit tests."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vae_core.config import TrainingConfig
from vae_core.record import Dataset, Record, Score
from vae_core.runs import HISTORY_COLUMNS, Run, drafting, publish

CONFIG = TrainingConfig(encoder_widths=(6,), decoder_widths=(4,), epochs=2)
HISTORY = pd.DataFrame(
    [(1, 0.5, 200.0, 195.0, 5.0, *3 * [np.nan]), (2, 1.0, 180.5, 175.0, 5.5, *3 * [np.nan])],
    columns=list(HISTORY_COLUMNS),
)
SCORES = [Score("-ELBO", 181.25, "nats", 1000, "sample", "Monte Carlo")]


def random_tensors(config: TrainingConfig, seed: int = 0) -> dict[str, np.ndarray]:
    """Weights of about the size that training gives, so that nothing saturates."""
    noise = np.random.default_rng(seed)
    tensors: dict[str, np.ndarray] = {}

    def layer(name: str, inputs: int, outputs: int) -> None:
        tensors[f"{name}.kernel"] = noise.normal(0, inputs**-0.5, (inputs, outputs)).astype(np.float32)
        tensors[f"{name}.bias"] = noise.normal(0, 0.1, outputs).astype(np.float32)

    for half, widths in (("encoder", (784, *config.encoder_widths)), ("decoder", (2, *config.decoder_widths))):
        for i, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
            layer(f"{half}.hidden.{i}", inputs, outputs)
    layer("encoder.mean", config.encoder_widths[-1], 2)
    layer("encoder.log_var", config.encoder_widths[-1], 2)
    layer("decoder.logits", config.decoder_widths[-1], 784)
    return tensors


def record(run_id: str = "toy", **changes: Any) -> Record:
    fields: dict[str, Any] = {
        "title": "A toy",
        "kind": "vae",
        "status": "done",
        "config": CONFIG,
        "dataset": Dataset("sample", 4000, 0, 1000, "0123456789abcdef"),
        "versions": {"numpy": "2"},
        "created": "2026-01-01T00:00:00+00:00",
        "seconds": 1.5,
    }
    return Record(run_id, **fields | changes)


def make_run(root: Path, run_id: str = "toy", **changes: Any) -> Run:
    """A small run on disk. changes: other values for the fields of its record."""
    with drafting(root) as draft:
        return publish(draft, record(run_id, **changes), random_tensors(CONFIG), HISTORY, SCORES)


def listing(folder: Path) -> list[str]:
    """The names in a folder, or none where there is no folder."""
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
