"""A run appears with all of its files or not at all, is readable from then on, and shipped ones stay as they are."""

import dataclasses
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.builders import CONFIG, FILES, TEN_DIGITS, make_run
from tests.unit.inspection import listing, read_everything
from tests.unit.storage.full_disk import fill_up, refuse
from vae_core.data.digits import split
from vae_core.errors import ConfigError, RunNotWritable
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import parts_of
from vae_core.runs import progress, snapshots, store
from vae_core.runs.catalog import list_runs, open_run
from vae_core.runs.snapshots import Snapshot
from vae_core.storage import directories

SMALL = dataclasses.replace(CONFIG, validation=3)


# --- put


def test_an_id_that_is_taken_gets_a_number(root: Path):
    assert [make_run(root).id for _ in range(3)] == ["small", "small-2", "small-3"]
    assert listing(root) == ["small", "small-2", "small-3"]
    assert open_run("small-2").record.id == "small-2"


def test_an_id_that_a_shipped_run_has_gets_a_number(root: Path):
    make_run(directories.SHIPPED, "seed")
    assert make_run(root, "seed").id == "seed-2"
    assert listing(root) == ["seed-2"]


def test_runs_that_are_put_at_once_get_an_id_each(root: Path):
    with ThreadPoolExecutor(8) as pool:
        ids = {run.id for run in pool.map(lambda _: make_run(root), range(8))}
    assert ids == set(listing(root)) == {"small", *(f"small-{number}" for number in range(2, 9))}
    for run in list_runs()[0]:
        read_everything(run)


def test_an_id_taken_at_the_last_moment_gets_the_next_number(root: Path, monkeypatch: pytest.MonkeyPatch):
    free_ids = store._free_ids

    def overtaken(*arguments: Any) -> Iterator[str]:
        monkeypatch.setattr(store, "_free_ids", free_ids)
        for run_id in free_ids(*arguments):
            if run_id == "small":
                make_run(root)  # another process was faster
            yield run_id

    monkeypatch.setattr(store, "_free_ids", overtaken)
    assert make_run(root).id == "small-2"
    assert listing(root) == ["small", "small-2"]


@pytest.mark.parametrize("run_id", ["../small", "/tmp/small", "", "a" * 65])
def test_nothing_is_put_under_what_is_no_id(root: Path, run_id: str):
    with pytest.raises(RunNotWritable, match="cannot be a run's id; expected 1 to 64 of a-z"):
        make_run(root, run_id)
    assert listing(root) == []
    assert listing(root.parent) == []


def test_other_users_may_read_a_run(root: Path):
    umask = os.umask(0o022)
    try:
        run = store.begin(SMALL, TEN_DIGITS, root)
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
        store.begin(SMALL, TEN_DIGITS, root)
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
    assert listing(root) == [".draft-alive", "small"]


@pytest.mark.parametrize("crash", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_crash_leaves_neither_run_nor_draft(root: Path, crash: type[BaseException], monkeypatch: pytest.MonkeyPatch):
    def fails(*_: object) -> None:
        raise crash

    monkeypatch.setattr(snapshots, "keep", fails)
    with pytest.raises(crash):
        store.begin(SMALL, TEN_DIGITS, root)
    assert listing(root) == []


def test_a_run_is_complete_when_it_appears(root: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever is in the directory after each write is no run, until all of it is."""
    seen: list[set[str]] = []
    fsync = os.fsync

    def look(descriptor: int) -> None:
        fsync(descriptor)
        seen.append({run.id for run in list_runs()[0]})

    monkeypatch.setattr(os, "fsync", look)
    run = store.begin(SMALL, TEN_DIGITS, root)
    assert seen == 5 * [set()]
    read_everything(open_run(run.id))


# --- begin


def test_a_run_that_is_begun_has_its_first_weights_and_their_snapshot_and_says_so(root: Path):
    run = store.begin(SMALL, TEN_DIGITS, root, "Mine")
    found = run.record
    assert listing(run.directory) == sorted([*FILES, "progress.jsonl", "snapshots"])
    assert run.id == f"seed-{SMALL.fingerprint(TEN_DIGITS.digest)}"
    assert (found.title, found.kind, found.status, found.reason) == ("Mine", "vae", "running", "")
    assert (found.config, found.seconds) == (SMALL, 0.0)
    assert dataclasses.astuple(found.dataset) == ("sample", 7, 3, 4, TEN_DIGITS.digest, {})
    assert {"python", "keras", "numpy"} < set(found.versions)
    assert {"tensorflow", "tensorflow-cpu"} & set(found.versions)
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(found.created) < timedelta(seconds=10)
    assert (len(run.history()), run.scores()) == (0, [])
    written = progress.read(run.directory)
    assert (written.phase, written.steps) == ("created", [])
    assert written.asked_time > 0
    expected = initial_tensors(SMALL, split(TEN_DIGITS.train_images, 3, SMALL.seed)[0])
    for name, tensor in run.tensors().items():
        np.testing.assert_array_equal(tensor, expected[name], strict=True)
    ((snapshot, _),) = [snapshots.read(path, 4) for path in snapshots.kept(run)]
    taken = Snapshot.take(*parts_of(expected, "relu"), TEN_DIGITS.test_images, step=0)
    assert snapshot.to_bytes() == taken.to_bytes()


def test_the_same_training_begun_twice_is_two_runs(root: Path):
    first, second = (store.begin(SMALL, TEN_DIGITS, root) for _ in range(2))
    assert second.id == f"{first.id}-2"
    assert second.record.title == "seed, 2 epochs, seed 0"


def test_two_configs_on_the_same_digits_are_two_runs(root: Path):
    ids = {store.begin(dataclasses.replace(CONFIG, seed=seed), TEN_DIGITS, root).id for seed in (0, 1)}
    assert len(ids) == 2
    assert not any(run_id.endswith("-2") for run_id in ids)


@pytest.mark.parametrize("validation", [10, 11])
def test_something_must_be_left_to_train_on(root: Path, validation: int):
    config = dataclasses.replace(SMALL, validation=validation)
    with pytest.raises(ConfigError, match=f"expected fewer than the 10 training digits; found {validation}"):
        store.begin(config, TEN_DIGITS, root)
    assert not root.exists()


@pytest.mark.parametrize("title", ["long " * 1_000_000, "\udcff", "a\nb"])
def test_whatever_it_is_called_a_run_can_be_read(root: Path, title: str):
    begun = store.begin(SMALL, TEN_DIGITS, root, title)
    assert open_run(begun.id) == begun
    renamed = store.rename(make_run(root), title)
    assert open_run("small") == renamed
