"""What a training with a fake trainer leaves in its run, and what it must."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.builders import FILES
from tests.unit.fake_trainer import TOTAL, reconstruction
from tests.unit.inspection import listing
from vae_core.runs import checkpoint, progress, snapshots
from vae_core.runs.run import Run
from vae_core.storage.tensors import Tensors

DONE = sorted([*FILES, "lock", "progress.jsonl", "snapshots"])
"""The files of a run that was trained to its end."""
STOPPED = sorted([*DONE, checkpoint.NAME])


def events(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run.directory / progress.NAME).read_text().splitlines()]


def names(run: Run) -> list[str]:
    """The events besides heartbeats, which a slow machine may add."""
    return [event["event"] for event in events(run) if event["event"] != "heartbeat"]


def rows_without_seconds(run: Run) -> pd.DataFrame:
    return run.history().drop(columns="seconds")


def assert_weights(run: Run, expected: Tensors) -> None:
    for name, tensor in run.tensors().items():
        np.testing.assert_array_equal(tensor, expected[name])


def assert_as_if_never_stopped(run: Run, uninterrupted: Run) -> None:
    assert (run.record.status, run.record.reason) == ("done", "")
    assert_weights(run, uninterrupted.tensors())
    pd.testing.assert_frame_equal(rows_without_seconds(run), rows_without_seconds(uninterrupted))
    assert run.scores() == uninterrupted.scores()
    assert listing(run.directory) == DONE
    kept = [{path.name: path.read_bytes() for path in snapshots.kept(one)} for one in (run, uninterrupted)]
    assert kept[0] == kept[1]
    steps = progress.read(run.directory).steps
    assert [step["step"] for step in steps] == list(range(1, TOTAL + 1))
    for number, step in enumerate(steps):
        assert step["reconstruction"] == pytest.approx(reconstruction(number))
        assert step["digits_per_second"] > 0
