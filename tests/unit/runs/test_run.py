"""A run is found by its checked id; each of its files is read and checked in full, or reported by name."""

import dataclasses
import json
import os
import shutil
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import safetensors.numpy

from tests.unit.builders import CONFIG, FILES, HISTORY, SCORES, listing, make_run, random_tensors, record
from vae_core.errors import RunNotFound
from vae_core.runs import catalog, run
from vae_core.runs.catalog import list_runs, open_run
from vae_core.runs.record import Record
from vae_core.storage import directories

# --- The round trip


def test_what_is_written_is_read_back(root: Path):
    written = make_run(root)
    found = open_run("toy")
    assert found == written
    assert found.directory == root / "toy"
    assert found.record == record()
    assert not found.shipped
    assert listing(found.directory) == FILES
    assert found.scores() == SCORES
    pd.testing.assert_frame_equal(found.history(), pd.DataFrame(HISTORY).astype({"epoch": int}))
    expected = random_tensors(CONFIG)
    assert found.tensors().keys() == expected.keys()
    for name, tensor in found.tensors().items():
        np.testing.assert_array_equal(tensor, expected[name], strict=True)


def test_run_json_has_every_field_of_the_format(root: Path):
    fields = json.loads((make_run(root).directory / "run.json").read_text())
    assert fields["format"] == 1
    assert fields["config"] == CONFIG.as_dict()
    assert fields["dataset"] == {
        "source": "sample",
        "train": 4000,
        "validation": 0,
        "test": 1000,
        "digest": "0123456789abcdef",
    }
    names = "format id title kind status config dataset versions created seconds reason"
    assert set(fields) == set(names.split())


def test_tensors_are_read_only(root: Path):
    for tensor in make_run(root).tensors().values():
        with pytest.raises(ValueError, match="read-only"):
            tensor[...] = 0


def test_the_version_changes_with_the_weights_on_disk(root: Path):
    run = make_run(root)
    path, before = run.directory / "network.safetensors", run.version
    assert run.version == before > 0
    os.utime(path, ns=(0, before + 1_000_000))
    assert run.version == before + 1_000_000
    path.unlink()
    assert run.version == 0


def test_what_is_no_text_is_still_written_as_a_record_that_can_be_read():
    """Half a surrogate pair is how Python holds a file's name, or an argument, that is not UTF-8."""
    written = record(title="caf\u00e9 \udcff", reason="/runs/\udce9 is full").to_json()
    found = Record.from_json(written.decode("utf-8"))
    assert (found.title, found.reason) == ("caf\u00e9 ?", "/runs/? is full")


@pytest.mark.parametrize(
    ("train", "batch_size", "epochs", "expected"),
    [(4000, 100, 2, (40, 80)), (3950, 100, 2, (40, 80)), (3901, 100, 1, (40, 40)), (1, 100, 3, (1, 3))],
)
def test_the_last_step_of_an_epoch_may_see_fewer_digits(
    train: int, batch_size: int, epochs: int, expected: tuple[int, int]
):
    dataset = dataclasses.replace(record().dataset, train=train)
    config = dataclasses.replace(CONFIG, batch_size=batch_size, epochs=epochs)
    found = record(dataset=dataset, config=config)
    assert (found.steps_per_epoch, found.steps) == expected


# --- The format of the weights


def parse_safetensors(content: bytes) -> dict[str, np.ndarray]:
    """An 8-byte little-endian length, that many bytes of JSON, then the buffers."""
    (length,) = struct.unpack("<Q", content[:8])
    header, buffers = json.loads(content[8 : 8 + length]), content[8 + length :]
    header.pop("__metadata__", None)
    assert {entry["dtype"] for entry in header.values()} == {"F32"}
    return {
        name: np.frombuffer(buffers[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in header.items()
    }


def test_the_weights_are_plain_safetensors(root: Path):
    path = make_run(root).directory / "network.safetensors"
    expected = random_tensors(CONFIG)
    for found in (parse_safetensors(path.read_bytes()), safetensors.numpy.load_file(path)):
        assert found.keys() == expected.keys()
        for name, tensor in found.items():
            np.testing.assert_array_equal(tensor, expected[name], strict=True)


def test_a_title_is_one_line_of_bounded_length_and_says_what_is_not_done(root: Path):
    assert make_run(root, title="a\n\n  b").title == "a b"
    assert len(make_run(root, title="word " * 1000).title) <= 100
    assert make_run(root, title=" \n").title.startswith("toy")
    assert make_run(root, title="a", status="cancelled").title == "a (cancelled)"
    assert make_run(root, title="a", status="failed", reason="the disk is full").title == "a (the disk is full)"


# --- Finding runs


@pytest.mark.parametrize(
    "run_id",
    ["../toy", "/etc", "a/b", "..", ".", "", " ", "toy ", "toy\n", "TOY", "tóy", "toy\0", "~", "a" * 65, "t_y", "*"],
)
def test_what_is_no_id_finds_nothing_and_builds_no_path(root: Path, run_id: str, monkeypatch: pytest.MonkeyPatch):
    make_run(root)
    monkeypatch.setattr(run, "read_run", lambda _: pytest.fail("a path was built from it"))
    with pytest.raises(RunNotFound, match="is no run's id; expected 1 to 64 of a-z, 0-9 and '-'") as caught:
        open_run(run_id)
    assert repr(run_id) in str(caught.value)


def test_an_id_is_looked_for_in_the_directory_that_is_named(root: Path):
    elsewhere = make_run(root.parent / "elsewhere")
    make_run(directories.SHIPPED, "seed")
    assert catalog.find_run(root.parent / "elsewhere", "toy") == elsewhere
    for run_id in ("seed", "toy"):
        with pytest.raises(RunNotFound, match=f"'{run_id}', neither shipped nor in {root}"):
            catalog.find_run(root, run_id)
    with pytest.raises(RunNotFound, match="is no run's id"):
        catalog.find_run(root, "../elsewhere/toy")


@pytest.mark.parametrize("run_id", ["toy", "a" * 64, "-", "0"])
def test_an_id_that_nobody_has_finds_nothing(root: Path, run_id: str):
    with pytest.raises(RunNotFound, match=f"No run is called '{run_id}', neither shipped nor in {root}"):
        open_run(run_id)


def test_shipped_runs_come_first_then_the_users_newest_first(root: Path):
    make_run(root, "old", created="2026-01-01T00:00:00+00:00")
    make_run(root, "new", created="2026-03-01T00:00:00+00:00")
    make_run(root, "mid", created="2026-02-01T00:00:00+00:00")
    make_run(directories.SHIPPED, "seed", created="2025-01-01T00:00:00+00:00")
    found, problems = list_runs()
    assert [run.id for run in found] == ["seed", "new", "mid", "old"]
    assert [run.shipped for run in found] == [True, False, False, False]
    assert problems == []


def test_drafts_and_stray_files_are_no_runs(root: Path):
    make_run(root)
    shutil.copytree(root / "toy", root / ".draft-abc")  # what a killed training leaves behind
    (root / "notes.txt").touch()
    found, problems = list_runs()
    assert [run.id for run in found] == ["toy"]
    assert problems == []


def test_without_a_runs_directory_there_are_no_runs(root: Path):
    assert list_runs() == ([], [])
    assert not root.exists()


def test_a_file_in_place_of_the_runs_directory_is_told(root: Path):
    root.touch()
    assert list_runs() == ([], [f"The runs' directory {root} cannot be read (Not a directory)."])


def test_a_copy_that_takes_a_shipped_runs_id_is_told_and_the_shipped_one_is_opened(root: Path):
    shipped = make_run(directories.SHIPPED, "seed")
    shutil.copytree(shipped.directory, root / "seed")
    found, problems = list_runs()
    assert found == [shipped]
    assert len(problems) == 1
    assert str(root / "seed") in problems[0]
    assert open_run("seed") == shipped


def test_a_home_that_does_not_exist_has_no_runs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VAE_RUNS", "~nobody-has-this-name/runs")
    assert list_runs()[1] == []
    monkeypatch.setenv("HOME", "/somewhere")
    monkeypatch.setenv("VAE_RUNS", "~/runs")
    assert directories.runs_directory() == Path("/somewhere/runs")
