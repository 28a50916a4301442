"""What the store keeps of a training while it goes on, and how one that was stopped is opened again."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.builders import (
    CONFIG,
    HISTORY,
    SCORES,
    TEN_DIGITS,
    random_digits,
    random_tensors,
    some_of,
    step_numbers,
)
from tests.unit.inspection import contents, listing
from tests.unit.storage.full_disk import fill_up
from vae_core.errors import DataError, RunNotWritable
from vae_core.runs import progress, store
from vae_core.runs.catalog import open_run
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import Run

# --- save, tidy


def test_a_moment_that_is_saved_is_the_one_to_go_on_from_and_the_runs_network(root: Path):
    run = store.begin(CONFIG, TEN_DIGITS, root)
    saved = Checkpoint(1, 0.5, {"reconstruction": 100.0, "kl": 2.0}, random_tensors(CONFIG, seed=8), [np.array(1)])
    store.save(run, saved)
    found = Checkpoint.read(run)
    assert (found.step, found.seconds, found.optimizer) == (1, 0.5, saved.optimizer)
    for name, tensor in saved.network.items():
        np.testing.assert_array_equal(run.tensors()[name], tensor)
        np.testing.assert_array_equal(found.network[name], tensor)


def test_a_network_never_gets_ahead_of_the_first_moment_to_go_on_from(root: Path, monkeypatch: pytest.MonkeyPatch):
    """Else a training that is killed between two files would begin anew from weights that it has trained already."""
    run = store.begin(CONFIG, TEN_DIGITS, root)
    start = Checkpoint.read(run)
    fill_up(monkeypatch, 1)
    with pytest.raises(OSError):
        store.save(
            run, Checkpoint(1, 0.5, {"reconstruction": 100.0, "kl": 2.0}, random_tensors(CONFIG, seed=8), [np.array(1)])
        )
    for name, tensor in Checkpoint.read(run).network.items():
        np.testing.assert_array_equal(tensor, start.network[name])


def test_only_what_is_named_is_tidied_away(root: Path):
    run = store.begin(CONFIG, TEN_DIGITS, root)
    before = listing(run.directory)
    for name in ("live.gz", ".part-1", "snapshots/.part-2"):
        (run.directory / name).touch()
    store.tidy(run, "live.gz", "**/.part-*", "never-there")
    assert listing(run.directory) == before
    assert listing(run.directory / "snapshots") == ["00000000.safetensors.gz"]


# --- reopen


def checkpointed(root: Path, status: str, phase: str = "step") -> Run:
    """A run that was stopped after step 1 of 2, and whose progress says so."""
    run = store.begin(dataclasses.replace(CONFIG, batch_size=10), TEN_DIGITS, root)
    journal = progress.Journal(run.directory)
    for step in (1, 2):
        journal.write("step", **step_numbers(step))
    store.save(run, Checkpoint(1, 0.5, {"reconstruction": 100.0, "kl": 2.0}, random_tensors(CONFIG), [np.array(1)]))
    if phase != "step":
        journal.write(phase, step=1)
    return store.mark(run, dataclasses.replace(run.record, status=status, reason="enough"))


@pytest.mark.parametrize("status", ["cancelled", "failed"])
def test_a_run_that_was_stopped_is_in_training_again(root: Path, status: str):
    run = store.reopen(checkpointed(root, status), TEN_DIGITS)
    assert run == open_run(run.id)
    assert (run.record.status, run.record.reason) == ("running", "")
    written = progress.read(run.directory)
    assert (written.phase, [step["step"] for step in written.steps]) == ("resumed", [1])


@pytest.mark.parametrize("phase", ["created", "resumed"])
def test_a_run_whose_worker_is_still_to_come_is_left_as_it_is(root: Path, phase: str):
    run = checkpointed(root, "running", phase)
    before = contents(run)
    assert store.reopen(run, TEN_DIGITS) == run
    assert contents(run) == before


def test_a_run_that_goes_on_has_no_scores_for_they_are_of_its_earlier_weights(root: Path):
    run = checkpointed(root, "running")
    run = store.complete(run, dataclasses.replace(run.record, status="cancelled"), run.tensors(), HISTORY, SCORES)
    assert run.scores() == SCORES
    assert store.reopen(run, TEN_DIGITS).scores() == []


def test_a_run_whose_worker_died_goes_on_from_its_checkpoint(root: Path):
    run = store.reopen(checkpointed(root, "running"), TEN_DIGITS)
    assert run.record.status == "running"
    assert [step["step"] for step in progress.read(run.directory).steps] == [1]


def test_a_run_that_is_done_is_not_trained_again(root: Path):
    run = checkpointed(root, "done")
    before = contents(run)
    with pytest.raises(RunNotWritable, match="is trained to its end already"):
        store.reopen(run, TEN_DIGITS)
    assert contents(run) == before


@pytest.mark.parametrize(
    "other",
    [
        random_digits(train=10, test=4, seed=1),
        some_of(TEN_DIGITS, train=9, test=4),
    ],
    ids=["other test digits", "fewer training digits"],
)
@pytest.mark.parametrize("status", ["running", "cancelled"])
def test_a_run_does_not_go_on_with_other_digits(root: Path, status: str, other: Any):
    run = checkpointed(root, status)
    before = contents(run)
    count = len(other.train_images)
    with pytest.raises(DataError, match=f"begun on other digits: sample with 10 .*, not the sample with {count} at"):
        store.reopen(run, other)
    assert contents(run) == before
