"""A run appears with all of its files or not at all, is readable from then on, and shipped ones stay as they are."""

import dataclasses
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.builders import (
    CONFIG,
    FILES,
    HISTORY,
    SCORES,
    contents,
    listing,
    make_run,
    random_digits,
    random_tensors,
    read_everything,
)
from tests.unit.storage.full_disk import fill_up, refuse
from vae_core.data.digits import split
from vae_core.errors import ConfigError, RunNotWritable
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import Network
from vae_core.runs import progress, snapshots, store
from vae_core.runs.catalog import list_runs, open_run
from vae_core.runs.run import Run
from vae_core.runs.snapshots import Snapshot
from vae_core.storage import directories

DIGITS = random_digits(train=10, test=4)
SMALL = dataclasses.replace(CONFIG, validation=3)


# --- put


def test_an_id_that_is_taken_gets_a_number(root: Path):
    assert [make_run(root).id for _ in range(3)] == ["toy", "toy-2", "toy-3"]
    assert listing(root) == ["toy", "toy-2", "toy-3"]
    assert open_run("toy-2").record.id == "toy-2"


def test_an_id_that_a_shipped_run_has_gets_a_number(root: Path):
    make_run(directories.SHIPPED, "seed")
    assert make_run(root, "seed").id == "seed-2"
    assert listing(root) == ["seed-2"]


def test_runs_that_are_put_at_once_get_an_id_each(root: Path):
    with ThreadPoolExecutor(8) as pool:
        ids = {run.id for run in pool.map(lambda _: make_run(root), range(8))}
    assert ids == set(listing(root)) == {"toy", *(f"toy-{number}" for number in range(2, 9))}
    for run in list_runs()[0]:
        read_everything(run)


def test_an_id_taken_at_the_last_moment_gets_the_next_number(root: Path, monkeypatch: pytest.MonkeyPatch):
    free_ids = store._free_ids

    def overtaken(*arguments: Any) -> Iterator[str]:
        monkeypatch.setattr(store, "_free_ids", free_ids)
        for run_id in free_ids(*arguments):
            if run_id == "toy":
                make_run(root)  # another process was faster
            yield run_id

    monkeypatch.setattr(store, "_free_ids", overtaken)
    assert make_run(root).id == "toy-2"
    assert listing(root) == ["toy", "toy-2"]


@pytest.mark.parametrize("run_id", ["../toy", "/tmp/toy", "", "a" * 65])
def test_nothing_is_put_under_what_is_no_id(root: Path, run_id: str):
    with pytest.raises(RunNotWritable, match="cannot be a run's id; expected 1 to 64 of a-z"):
        make_run(root, run_id)
    assert listing(root) == []
    assert listing(root.parent) == []


def test_other_users_may_read_a_run(root: Path):
    umask = os.umask(0o022)
    try:
        run = store.begin(SMALL, DIGITS, root)
    finally:
        os.umask(umask)
    for path in (run.directory, *run.directory.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


@pytest.mark.parametrize("below", ["", "runs"], ids=["a file in its place", "a file in place of its parent"])
def test_a_directory_that_takes_no_runs_is_told(tmp_path: Path, below: str):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / below
    with pytest.raises(RunNotWritable, match=f"The runs' directory {folder} cannot be written"):
        make_run(folder)
    assert listing(tmp_path) == ["file"]


@pytest.mark.parametrize("file_number", [1, 2, 3, 4, 5])
def test_a_disk_that_fills_while_a_run_is_put_leaves_nothing(
    root: Path, file_number: int, monkeypatch: pytest.MonkeyPatch
):
    synced = fill_up(monkeypatch, file_number)
    with pytest.raises(RunNotWritable, match=rf"directory {root} cannot be written \(No space left on device\)"):
        store.begin(SMALL, DIGITS, root)
    assert len(synced) == file_number
    assert listing(root) == []


def test_a_failing_rename_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(RunNotWritable, match="Permission denied"):
        make_run(root)
    assert listing(root) == []


def test_drafts_that_killed_processes_left_are_removed_once_they_are_an_hour_old(root: Path):
    for name, age in ((".draft-dead", 3700), (".draft-alive", 3500)):
        (root / name / "snapshots").mkdir(parents=True)
        then = time.time() - age
        os.utime(root / name, (then, then))
    make_run(root)
    assert listing(root) == [".draft-alive", "toy"]


@pytest.mark.parametrize("crash", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_crash_leaves_neither_run_nor_draft(root: Path, crash: type[BaseException], monkeypatch: pytest.MonkeyPatch):
    def fails(*_: object) -> None:
        raise crash

    monkeypatch.setattr(snapshots, "keep", fails)
    with pytest.raises(crash):
        store.begin(SMALL, DIGITS, root)
    assert listing(root) == []


def test_a_run_is_complete_when_it_appears(root: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever is in the directory after each write is no run, until all of it is."""
    seen: list[set[str]] = []
    fsync = os.fsync

    def look(descriptor: int) -> None:
        fsync(descriptor)
        seen.append({run.id for run in list_runs()[0]})

    monkeypatch.setattr(os, "fsync", look)
    run = store.begin(SMALL, DIGITS, root)
    assert seen == 5 * [set()]
    read_everything(open_run(run.id))


# --- begin


def test_a_run_that_is_begun_has_its_first_weights_and_their_snapshot_and_says_so(root: Path):
    run = store.begin(SMALL, DIGITS, root, "Mine")
    found = run.record
    assert listing(run.directory) == sorted([*FILES, "progress.jsonl", "snapshots"])
    assert run.id == f"seed-{SMALL.fingerprint(DIGITS.digest)}"
    assert (found.title, found.kind, found.status, found.reason) == ("Mine", "vae", "running", "")
    assert (found.config, found.seconds) == (SMALL, 0.0)
    assert dataclasses.astuple(found.dataset) == ("sample", 7, 3, 4, DIGITS.digest)
    assert {"python", "keras", "numpy"} < set(found.versions)
    assert {"tensorflow", "tensorflow-cpu"} & set(found.versions)
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(found.created) < timedelta(seconds=10)
    assert (len(run.history()), run.scores()) == (0, [])
    told = progress.read(run.directory)
    assert (told.phase, told.steps) == ("created", [])
    assert told.asked_time > 0
    expected = initial_tensors(SMALL, split(DIGITS.train_images, 3, SMALL.seed)[0])
    for name, tensor in run.tensors().items():
        np.testing.assert_array_equal(tensor, expected[name], strict=True)
    ((snapshot, _),) = [snapshots.read(path, 4) for path in snapshots.kept(run)]
    taken = Snapshot.take(Network.from_tensors(expected), DIGITS.test_images, step=0)
    assert snapshot.to_bytes() == taken.to_bytes()


def test_the_same_training_begun_twice_is_two_runs(root: Path):
    first, second = (store.begin(SMALL, DIGITS, root) for _ in range(2))
    assert second.id == f"{first.id}-2"
    assert second.record.title == "seed, 2 epochs, seed 0"


def test_two_configs_on_the_same_digits_are_two_runs(root: Path):
    ids = {store.begin(dataclasses.replace(CONFIG, seed=seed), DIGITS, root).id for seed in (0, 1)}
    assert len(ids) == 2
    assert not any(run_id.endswith("-2") for run_id in ids)


@pytest.mark.parametrize("validation", [10, 11])
def test_something_must_be_left_to_train_on(root: Path, validation: int):
    config = dataclasses.replace(SMALL, validation=validation)
    with pytest.raises(ConfigError, match=f"expected fewer than the 10 training digits; found {validation}"):
        store.begin(config, DIGITS, root)
    assert not root.exists()


@pytest.mark.parametrize("title", ["long " * 1_000_000, "\udcff", "a\nb"])
def test_whatever_it_is_called_a_run_can_be_read(root: Path, title: str):
    begun = store.begin(SMALL, DIGITS, root, title)
    assert open_run(begun.id) == begun
    renamed = store.rename(make_run(root), title)
    assert open_run("toy") == renamed


# --- complete, mark, rename


def test_a_run_that_is_completed_has_its_results_and_its_record(root: Path):
    begun = store.begin(CONFIG, DIGITS, root)
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
    begun = store.begin(CONFIG, DIGITS, root)
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
    assert open_run("toy") == run


def test_another_title_changes_nothing_else(root: Path):
    run = make_run(root, status="cancelled", reason="enough")
    before = contents(run)
    renamed = store.rename(run, "  Better \n")
    assert renamed.record == dataclasses.replace(run.record, title="Better")
    assert {name for name, content in contents(renamed).items() if content != before[name]} == {"run.json"}


@pytest.mark.parametrize("title", ["", " \n"])
def test_an_empty_title_is_refused_and_the_old_one_stays(root: Path, title: str):
    run = make_run(root)
    with pytest.raises(RunNotWritable, match="A toy keeps its title: expected a new one, found nothing"):
        store.rename(run, title)
    assert open_run("toy") == run


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
    with pytest.raises(RunNotWritable, match="A toy came with the app and stays as it is"):
        SHIPPED_RUN_REFUSES[change](run)
    assert contents(run) == before


# --- delete


def test_a_run_that_is_deleted_is_gone(root: Path):
    make_run(root, "other")
    store.delete(store.begin(CONFIG, DIGITS, root))
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
    assert listing(root) == ["toy"]


def test_a_run_that_is_gone_already_is_told(root: Path):
    run = make_run(root)
    store.delete(run)
    with pytest.raises(RunNotWritable, match="cannot be deleted"):
        store.delete(run)
    assert listing(root) == []
