"""A run is completed, renamed or deleted as a whole or not at all, and shipped ones stay as they are."""

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.unit.builders import CONFIG, FILES, HISTORY, SCORES, TEN_DIGITS, make_run, random_tensors
from tests.unit.inspection import contents, listing, read_everything
from tests.unit.storage.full_disk import fill_up, refuse
from vae_core.errors import RunNotWritable
from vae_core.runs import snapshots, store
from vae_core.runs.catalog import list_runs, open_run
from vae_core.runs.run import Run
from vae_core.storage import directories


def test_a_run_that_is_completed_has_its_results_and_its_record(root: Path):
    begun = store.begin(CONFIG, TEN_DIGITS, root)
    done = dataclasses.replace(begun.record, status="done", seconds=2.5)
    run = store.complete(begun, done, random_tensors(CONFIG), HISTORY, SCORES)
    assert run == open_run(begun.id)
    assert run.record == done
    assert run.scores() == SCORES
    assert run.history()["loss"].tolist() == [200.0, 180.5]
    np.testing.assert_array_equal(run.tensors()["encoder.mean.bias"], random_tensors(CONFIG)["encoder.mean.bias"])
    assert len(snapshots.kept(run)) == 1


@pytest.mark.parametrize("file_number", [1, 2, 3, 4])
def test_a_disk_that_fills_while_a_run_is_completed_leaves_it_readable_and_not_done(
    root: Path, file_number: int, monkeypatch: pytest.MonkeyPatch
):
    begun = store.begin(CONFIG, TEN_DIGITS, root)
    done = dataclasses.replace(begun.record, status="done")
    with monkeypatch.context() as patch:
        fill_up(patch, file_number)
        with pytest.raises(RunNotWritable, match=rf"{begun.directory} cannot be written \(No space left"):
            store.complete(begun, done, random_tensors(CONFIG), HISTORY, SCORES)
    found = open_run(begun.id)
    assert found.record == begun.record
    read_everything(found)
    assert not list(begun.directory.glob(".part-*"))


def test_a_run_that_failed_says_why(root: Path):
    run = store.fail(make_run(root, status="running"), "the disk is full")
    assert (run.record.status, run.record.reason) == ("failed", "the disk is full")
    assert open_run("small") == run


def test_another_title_changes_nothing_else(root: Path):
    run = make_run(root, status="cancelled", reason="enough")
    before = contents(run)
    renamed = store.rename(run, "  Better \n")
    assert renamed.record == dataclasses.replace(run.record, title="Better")
    assert {name for name, content in contents(renamed).items() if content != before[name]} == {"run.json"}


@pytest.mark.parametrize("title", ["", " \n"])
def test_an_empty_title_is_refused_and_the_old_one_stays(root: Path, title: str):
    run = make_run(root)
    with pytest.raises(RunNotWritable, match="A small run keeps its title: expected a new one, found nothing"):
        store.rename(run, title)
    assert open_run("small") == run


SHIPPED_RUN_REFUSES: dict[str, Callable[[Run], object]] = {
    "rename": lambda run: store.rename(run, "Mine"),
    "delete": store.delete,
    "mark": lambda run: store.mark(run, run.record),
    "fail": lambda run: store.fail(run, "no reason"),
}


@pytest.mark.parametrize("change", SHIPPED_RUN_REFUSES)
def test_a_shipped_run_stays_as_it_is(root: Path, change: str):
    run = make_run(directories.SHIPPED, "seed")
    before = contents(run)
    with pytest.raises(RunNotWritable, match="A small run came with the app and stays as it is"):
        SHIPPED_RUN_REFUSES[change](run)
    assert contents(run) == before


def test_a_run_that_is_deleted_is_gone(root: Path):
    make_run(root, "other")
    store.delete(store.begin(CONFIG, TEN_DIGITS, root))
    assert listing(root) == ["other"]


def test_a_run_disappears_in_one_move(root: Path, monkeypatch: pytest.MonkeyPatch):
    """At no moment do others see a part of it, even if what is left is never removed."""
    run = make_run(root)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    store.delete(run)
    assert list_runs() == ([], [])
    (left,) = root.iterdir()
    assert left.name.startswith(".draft-")
    assert listing(left) == FILES


def test_a_run_that_cannot_be_deleted_is_still_there_as_a_whole(root: Path, monkeypatch: pytest.MonkeyPatch):
    run = make_run(root)
    before = contents(run)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(RunNotWritable, match=rf"{run.directory} cannot be deleted \(Permission denied\)"):
            store.delete(run)
    assert contents(run) == before
    assert listing(root) == ["small"]


def test_a_run_that_is_gone_already_is_told(root: Path):
    run = make_run(root)
    store.delete(run)
    with pytest.raises(RunNotWritable, match="cannot be deleted"):
        store.delete(run)
    assert listing(root) == []
