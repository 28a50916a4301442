"""A run is found by its checked id, or listed: shipped ones first, then the user's, newest first."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from tests.unit.builders import CONFIG, make_run
from vae_core.errors import RunNotFound
from vae_core.runs import catalog
from vae_core.runs.catalog import list_runs, open_run
from vae_core.storage import directories


@pytest.mark.parametrize(
    "run_id",
    [
        "../small",
        "/etc",
        "a/b",
        "..",
        ".",
        "",
        " ",
        "small ",
        "small\n",
        "SMALL",
        "smáll",
        "small\0",
        "~",
        "a" * 65,
        "s_all",
        "*",
    ],
)
def test_what_is_no_id_finds_nothing_and_builds_no_path(root: Path, run_id: str, monkeypatch: pytest.MonkeyPatch):
    make_run(root)
    monkeypatch.setattr(catalog, "read_run", lambda _: pytest.fail("a path was built from it"))
    with pytest.raises(RunNotFound, match="is no run's id; expected 1 to 64 of a-z, 0-9 and '-'") as caught:
        open_run(run_id)
    assert repr(run_id) in str(caught.value)


def test_an_id_is_looked_for_in_the_directory_that_is_named(root: Path):
    elsewhere = make_run(root.parent / "elsewhere")
    make_run(directories.SHIPPED, "seed")
    assert catalog.find_run(root.parent / "elsewhere", "small") == elsewhere
    for run_id in ("seed", "small"):
        with pytest.raises(RunNotFound, match=f"'{run_id}', neither shipped nor in {root}"):
            catalog.find_run(root, run_id)
    with pytest.raises(RunNotFound, match="is no run's id"):
        catalog.find_run(root, "../elsewhere/small")


@pytest.mark.parametrize("run_id", ["small", "a" * 64, "-", "0"])
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


def test_shipped_runs_that_differ_only_in_beta_are_a_group_by_beta(root: Path):
    for run_id, changes in {
        "most": {"beta": 4.0},
        "plain": {},
        "least": {"beta": 0.5},
        "longer": {"epochs": 3},
        "wide": {"decoder_widths": (9,), "epochs": 3},
    }.items():
        make_run(directories.SHIPPED, run_id, config=dataclasses.replace(CONFIG, **changes))
    make_run(root, "mine", config=dataclasses.replace(CONFIG, beta=2.0))
    assert [run.id for run in catalog.shipped_by_beta()] == ["least", "plain", "most"]


def test_without_shipped_runs_that_differ_only_in_beta_there_is_no_group(root: Path):
    assert catalog.shipped_by_beta() == []
    make_run(directories.SHIPPED, "seed")
    assert catalog.shipped_by_beta() == []


def test_drafts_and_stray_files_are_no_runs(root: Path):
    make_run(root)
    shutil.copytree(root / "small", root / ".draft-abc")  # what a killed training leaves behind
    (root / "notes.txt").touch()
    found, problems = list_runs()
    assert [run.id for run in found] == ["small"]
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
