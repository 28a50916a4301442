"""history.csv: the losses of a training, in nats for each digit: a row for each epoch, or every 250 steps of a GAN.

A GAN's columns: `d_loss` and `g_loss`, what the discriminator and the generator minimise, without the penalties;
`penalty`, what R1 and R2 add to the former; `d_accuracy`, the share of the pairs of a real and a drawn digit of which
the discriminator takes the real one for more real. Each is the mean over the steps since the row before.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vae_core.kinds import GAN, VAE
from vae_core.storage.files import raising_run_damaged, read_text
from vae_core.storage.files import write as write_file

if TYPE_CHECKING:
    import pandas as pd

NAME = "history.csv"
COLUMNS = ("epoch", "seconds", "loss", "reconstruction", "kl", "val_loss", "val_reconstruction", "val_kl")
GAN_COLUMNS = ("step", "seconds", "d_loss", "g_loss", "penalty", "d_accuracy")
_COLUMNS = {VAE: COLUMNS, GAN: GAN_COLUMNS}

Row = dict[str, float]
"""A value for each column. The val_ values of a VAE are NaN if no validation digits are held out."""


def read(directory: Path, kind: str = VAE) -> "pd.DataFrame":
    """The history of the run in this directory: its first column as integers, the others as floats.

    Raises RunDamaged.
    """
    columns = _COLUMNS[kind]
    import pandas as pd  # here, because it takes a fifth of a second, which the app's start does not need

    path = directory / NAME
    with raising_run_damaged(path):
        table = pd.read_csv(io.StringIO(read_text(path)), dtype=float)
        if tuple(table.columns) != columns:
            raise ValueError(f"expected the columns {', '.join(columns)}; found {', '.join(table.columns)}")
        if not isinstance(table.index, pd.RangeIndex):  # if rows have too many values, pandas makes the first an index
            raise ValueError(f"expected {len(columns)} values in a row, found more")
        _check_numbers(table[columns[0]].to_numpy(), kind)
        return table.astype({columns[0]: int})


def _check_numbers(found: np.ndarray, kind: str) -> None:
    """Raises ValueError unless these are the epochs from 1 on, or ascending steps of a GAN."""
    if kind == VAE and not np.array_equal(found, np.arange(1, len(found) + 1)):
        raise ValueError(f"expected the epochs 1 to {len(found)}, found others")
    if kind == GAN and not (np.all(found == np.rint(found)) and np.all(np.diff(found, prepend=0) > 0)):
        raise ValueError("expected whole, ascending steps, found others")


def write(directory: Path, rows: Sequence[Row], kind: str = VAE) -> None:
    """Write history.csv into a run's directory; NaN becomes an empty cell. Raises OSError."""
    columns = _COLUMNS[kind]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    for row in rows:
        table.writerow("" if row[name] != row[name] else f"{row[name]:.6g}" for name in columns)
    write_file(directory / NAME, text.getvalue().encode())
