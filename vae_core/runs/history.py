"""history.csv: the losses of a training, a row for each epoch, in nats for each digit."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vae_core.storage.files import raising_run_damaged, read_text
from vae_core.storage.files import write as write_file

if TYPE_CHECKING:
    import pandas as pd

NAME = "history.csv"
COLUMNS = ("epoch", "seconds", "loss", "reconstruction", "kl", "val_loss", "val_reconstruction", "val_kl")

Epoch = dict[str, float]
"""One row: a value for each of COLUMNS. The val_ values are NaN if no validation digits are held out."""


def read(directory: Path) -> "pd.DataFrame":
    """The history of the run in this directory: `epoch` as integers, the other columns as floats. Raises RunDamaged."""
    import pandas as pd  # here, because it takes a fifth of a second, which the app's start does not need

    path = directory / NAME
    with raising_run_damaged(path):
        table = pd.read_csv(io.StringIO(read_text(path)), dtype=float)
        if tuple(table.columns) != COLUMNS:
            raise ValueError(f"expected the columns {', '.join(COLUMNS)}; found {', '.join(table.columns)}")
        if not isinstance(table.index, pd.RangeIndex):  # if rows have too many values, pandas makes the first an index
            raise ValueError(f"expected {len(COLUMNS)} values in a row, found more")
        if not np.array_equal(table["epoch"], np.arange(1, len(table) + 1)):
            raise ValueError(f"expected the epochs 1 to {len(table)}, found others")
        return table.astype({"epoch": int})


def write(directory: Path, epochs: Sequence[Epoch]) -> None:
    """Write history.csv into a run's directory; NaN becomes an empty cell. Raises OSError."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for epoch in epochs:
        table.writerow("" if epoch[name] != epoch[name] else f"{epoch[name]:.6g}" for name in COLUMNS)
    write_file(directory / NAME, text.getvalue().encode())
