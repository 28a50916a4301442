"""A run is found by its checked id; each of its files is read and checked in full, or reported by name."""

import csv
import dataclasses
import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import safetensors.numpy

from tests.unit.toys import CONFIG, FILES, HISTORY, SCORES, listing, make_run, random_tensors, read_everything, record
from vae_core import runs
from vae_core.config import RECIPES
from vae_core.errors import RunDamaged, RunNotFound
from vae_core.network import Network
from vae_core.record import Record
from vae_core.runs import HISTORY_COLUMNS, list_runs, open_run

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


def test_a_run_that_says_no_reason_is_older_than_reasons(root: Path):
    path = make_run(root).directory / "run.json"
    damage(path, changed_json(reason=None))
    assert open_run("toy").record.reason == ""


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


# --- Damage


def changed_json(**changes: Any) -> Callable[[bytes], bytes]:
    """Give fields of run.json other values; with None, leave them out."""

    def change(content: bytes) -> bytes:
        fields = json.loads(content) | changes
        return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()

    return change


def changed_config(**changes: Any) -> Callable[[bytes], bytes]:
    return changed_json(config=CONFIG.as_dict() | changes)


def changed_dataset(**changes: Any) -> Callable[[bytes], bytes]:
    return changed_json(dataset=dataclasses.asdict(record().dataset) | changes)


def changed_score(**changes: Any) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps([json.loads(content)[0] | changes]).encode()


def changed_tensors(**changes: Any) -> Callable[[bytes], bytes]:
    """Give tensors (dots written __) other values; with None, leave them out."""

    def change(content: bytes) -> bytes:
        tensors = safetensors.numpy.load(content) | {name.replace("__", "."): v for name, v in changes.items()}
        return safetensors.numpy.save({name: tensor for name, tensor in tensors.items() if tensor is not None})

    return change


def becomes(content: bytes) -> Callable[[bytes], bytes]:
    return lambda _: content


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def history_row(row: str) -> Callable[[bytes], bytes]:
    return becomes(f"{','.join(HISTORY_COLUMNS)}\n{row}\n".encode())


def with_infinity(shape: tuple[int, ...]) -> np.ndarray:
    array = np.zeros(shape, np.float32)
    array.flat[-1] = -np.inf
    return array


DAMAGED_RECORDS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (becomes(b""), "Expecting value"),
    "truncated": (half, "Expecting|Unterminated|delimiter"),
    "not JSON": (becomes(b"title = 'toy'"), "Expecting value"),
    "not UTF-8": (becomes(b'{"title": "\xff\xfe"}'), "'utf-8' codec can't decode"),
    "huge": (becomes(b'{"title": "' + 2_000_000 * b"x" + b'"}'), "expected at most 1,000,000 bytes, found 2,000,013"),
    "deeply nested": (becomes(200_000 * b"["), "recursion"),
    "a list": (becomes(b"[1]"), "expected an object"),
    "no format": (changed_json(format=None), "expected an object with a format number"),
    "a newer format": (changed_json(format=2), "expected format 1, found 2; a newer version"),
    "another kind": (changed_json(kind="gan"), "expected the kind 'vae', found 'gan'"),
    "an unknown status": (changed_json(status="asleep"), "expected a status of .*done.*; found 'asleep'"),
    "a status of another type": (changed_json(status=["done"]), r"found \['done'\]"),
    "another id": (changed_json(id="other"), "expected the id 'toy', the folder's name; found 'other'"),
    "an id with a path": (changed_json(id="../toy"), r"found '\.\./toy'"),
    "no title": (changed_json(title=None), "the field 'title' is missing"),
    "a title that is a number": (changed_json(title=7), "title: expected str, found 7"),
    "an unknown field": (changed_json(colour="red"), "unknown field 'colour'"),
    "seconds as text": (changed_json(seconds="9"), "seconds: expected float, found '9'"),
    "seconds as a bool": (changed_json(seconds=True), "seconds: expected float, found True"),
    "seconds as NaN": (changed_json(seconds=float("nan")), "seconds: expected a finite number, found nan"),
    "seconds beyond floats": (changed_json(seconds=10**400), "seconds: expected a finite number, found 1000"),
    "versions as a list": (changed_json(versions=["numpy"]), r"versions: expected dict, found \['numpy'\]"),
    "no config": (changed_json(config=None), "config: expected an object, found NoneType"),
    "no epochs at all": (changed_config(epochs=0), "epochs: expected a whole number from 1 to 1000; found 0"),
    "a width of a million": (changed_config(encoder_widths=[10**6]), "encoder_widths: expected .* found 1000000"),
    "an unknown part of the config": (changed_config(latent_dim=3), "unknown field 'latent_dim'"),
    "no dataset": (changed_json(dataset=None), "expected an object, found NoneType"),
    "a dataset without its digest": (changed_dataset(digest=5), "digest: expected str, found 5"),
    "half a training digit": (changed_dataset(train=0.5), "train: expected int, found 0.5"),
    "no training digits": (changed_dataset(train=0), "train: expected at least 1, found 0"),
    "fewer validation digits than none": (changed_dataset(validation=-1), "validation: expected at least 0, found -1"),
    "fewer test digits than none": (changed_dataset(test=-(10**9)), "test: expected at least 1, found -1000000000"),
    "an unknown optimizer": (changed_config(optimizer="sgd"), "optimizer: expected one of rmsprop, adam; found 'sgd'"),
    "a reason that is a list": (changed_json(reason=["no"]), r"reason: expected str, found \['no'\]"),
}

OTHER_DAMAGE: dict[tuple[str, str], tuple[Callable[[bytes], bytes], str]] = {
    ("history.csv", "empty"): (becomes(b""), "No columns to parse"),
    ("history.csv", "not UTF-8"): (becomes(b"epoch\n\xff"), "'utf-8' codec can't decode"),
    ("history.csv", "huge"): (becomes(2_000_000 * b"1"), "expected at most 1,000,000 bytes"),
    ("history.csv", "other columns"): (
        becomes(b"epoch,loss\n1,2\n"),
        "expected the columns epoch, .*; found epoch, loss",
    ),
    ("history.csv", "text for a number"): (
        history_row("1,2,three,4,5,,,"),
        "could not convert string to float: 'three'",
    ),
    ("history.csv", "a ninth value"): (history_row("1,2,3,4,5,,,,9"), "expected 8 values in a row, found more"),
    ("history.csv", "half an epoch"): (history_row("1.5,2,3,4,5,,,"), "expected the epochs 1 to 1"),
    ("history.csv", "a huge epoch"): (history_row(400 * "9" + ",2,3,4,5,,,"), "expected the epochs 1 to 1"),
    ("metrics.json", "truncated"): (half, "Expecting|Unterminated|delimiter"),
    ("metrics.json", "deeply nested"): (becomes(200_000 * b"["), "recursion"),
    ("metrics.json", "huge"): (becomes(2_000_000 * b" "), "expected at most 1,000,000 bytes, found 2,000,000"),
    ("metrics.json", "a number"): (becomes(b"7"), "expected a list of scores, found int"),
    ("metrics.json", "an object"): (becomes(b'{"-ELBO": 150}'), "expected a list of scores, found dict"),
    ("metrics.json", "a score of no digits"): (changed_score(digits=-5), "-ELBO: expected at least 1 digit"),
    ("metrics.json", "a value of NaN"): (
        changed_score(value=float("nan")),
        "value: expected a finite number, found nan",
    ),
    ("metrics.json", "a value as text"): (changed_score(value="152"), "value: expected float, found '152'"),
    ("metrics.json", "no unit"): (becomes(b'[{"name": "-ELBO"}]'), "the field 'dataset' is missing"),
    ("network.safetensors", "empty"): (becomes(b""), "(?i)header"),
    ("network.safetensors", "truncated"): (half, "(?i)incomplete|invalid"),
    ("network.safetensors", "a pickle"): (becomes(b"\x80\x04\x95" + bytes(200)), "(?i)header"),
    ("network.safetensors", "too much"): (lambda content: content + bytes(200_000), "expected at most .* found"),
    ("network.safetensors", "a missing tensor"): (
        changed_tensors(encoder__mean__bias=None),
        "the tensor encoder.mean.bias is missing",
    ),
    ("network.safetensors", "an unknown tensor"): (
        changed_tensors(discriminator__bias=np.zeros(1, np.float32)),
        "unknown tensor 'discriminator.bias'",
    ),
    ("network.safetensors", "another shape"): (
        changed_tensors(encoder__mean__kernel=np.zeros((2, 6), np.float32)),
        r"encoder.mean.kernel: expected \(6, 2\) float32, found \(2, 6\) float32",
    ),
    ("network.safetensors", "another dtype"): (
        changed_tensors(encoder__mean__bias=np.zeros(2, np.float64)),
        r"encoder.mean.bias: expected \(2,\) float32, found \(2,\) float64",
    ),
    ("network.safetensors", "a NaN"): (
        changed_tensors(decoder__hidden__0__bias=np.full(4, np.nan, np.float32)),
        "decoder.hidden.0.bias: expected finite numbers, found NaN or infinity",
    ),
    ("network.safetensors", "an infinity"): (
        changed_tensors(decoder__logits__kernel=with_infinity((4, 784))),
        "decoder.logits.kernel: expected finite numbers",
    ),
}


def damage(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize("case", DAMAGED_RECORDS)
def test_a_damaged_record_is_reported_by_name_and_the_other_runs_stay(root: Path, case: str):
    change, words = DAMAGED_RECORDS[case]
    make_run(root, "good")
    path = make_run(root).directory / "run.json"
    damage(path, change)
    with pytest.raises(RunDamaged, match=words) as caught:
        open_run("toy")
    assert str(caught.value).startswith(f"{path} is damaged: ")
    assert len(str(caught.value)) < 600
    assert "\n" not in str(caught.value)
    found, problems = list_runs()
    assert [run.id for run in found] == ["good"]
    assert problems == [str(caught.value)]


@pytest.mark.parametrize(("name", "case"), OTHER_DAMAGE)
def test_a_damaged_file_is_reported_by_name_and_what_is_sound_stays_readable(root: Path, name: str, case: str):
    change, words = OTHER_DAMAGE[name, case]
    make_run(root, "good")
    path = make_run(root).directory / name
    damage(path, change)
    with pytest.raises(RunDamaged, match=words) as caught:
        read_everything(open_run("toy"))
    assert str(caught.value).startswith(f"{path} is damaged: ")
    assert {run.id for run in list_runs()[0]} == {"good", "toy"}
    read_everything(open_run("good"))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_reported_by_name(root: Path, name: str):
    path = make_run(root).directory / name
    path.unlink()
    with pytest.raises(RunDamaged) as caught:
        read_everything(open_run("toy"))
    assert str(caught.value) == f"{path} is missing."


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_folder_in_place_of_a_file_is_damage(root: Path, name: str):
    path = make_run(root).directory / name
    path.unlink()
    path.mkdir()
    with pytest.raises(RunDamaged, match="expected a regular file"):
        read_everything(open_run("toy"))


def test_too_large_weights_are_refused(root: Path):
    run = make_run(root)
    damage(run.directory / "network.safetensors", lambda content: content + bytes(200_000))
    with pytest.raises(RunDamaged, match="expected at most"):
        run.tensors()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no /dev/zero here")
@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_without_an_end_is_damage(root: Path, name: str):
    path = make_run(root).directory / name
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(RunDamaged, match="expected a regular file"):
        read_everything(open_run("toy"))


def test_half_a_surrogate_pair_is_no_title(root: Path):
    path = make_run(root).directory / "run.json"
    damage(path, lambda content: content.replace(b'"title": "', b'"title": "\\ud800'))
    with pytest.raises(RunDamaged, match="surrogates"):
        open_run("toy")


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
    monkeypatch.setattr(runs, "read_run", lambda _: pytest.fail("a path was built from it"))
    with pytest.raises(RunNotFound, match="is no run's id; expected 1 to 64 of a-z, 0-9 and '-'") as caught:
        open_run(run_id)
    assert repr(run_id) in str(caught.value)


def test_an_id_is_looked_for_in_the_directory_that_is_named(root: Path):
    elsewhere = make_run(root.parent / "elsewhere")
    make_run(runs.SHIPPED, "seed")
    assert runs.find_run(root.parent / "elsewhere", "toy") == elsewhere
    for run_id in ("seed", "toy"):
        with pytest.raises(RunNotFound, match=f"'{run_id}', neither shipped nor in {root}"):
            runs.find_run(root, run_id)
    with pytest.raises(RunNotFound, match="is no run's id"):
        runs.find_run(root, "../elsewhere/toy")


@pytest.mark.parametrize("run_id", ["toy", "a" * 64, "-", "0"])
def test_an_id_that_nobody_has_finds_nothing(root: Path, run_id: str):
    with pytest.raises(RunNotFound, match=f"No run is called '{run_id}', neither shipped nor in {root}"):
        open_run(run_id)


def test_shipped_runs_come_first_then_the_users_newest_first(root: Path):
    make_run(root, "old", created="2026-01-01T00:00:00+00:00")
    make_run(root, "new", created="2026-03-01T00:00:00+00:00")
    make_run(root, "mid", created="2026-02-01T00:00:00+00:00")
    make_run(runs.SHIPPED, "seed", created="2025-01-01T00:00:00+00:00")
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
    shipped = make_run(runs.SHIPPED, "seed")
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
    assert runs.runs_directory() == Path("/somewhere/runs")


# --- The shipped run `seed`


def test_the_seed_run_is_shipped_and_opens():
    seed = open_run("seed")
    assert seed.shipped
    assert seed.record.status == "done"
    assert seed.record.config == RECIPES["seed"]
    assert (seed.record.dataset.source, seed.record.dataset.train, seed.record.dataset.test) == (
        "mnist",
        60_000,
        10_000,
    )
    assert Network.from_run(seed).parameters == (201_988, 202_256)
    assert listing(seed.directory) == sorted([*FILES, "report.safetensors", "snapshots"])


def test_the_seed_runs_history_follows_the_posts():
    with (runs.SHIPPED / "post_loss.csv").open(newline="") as file:
        printed = [float(row["loss"]) for row in csv.DictReader(file)]
    assert (len(printed), printed[0], printed[-1]) == (50, 0.2445, 0.1904)
    losses = open_run("seed").history()["loss"] / 784
    np.testing.assert_allclose(losses, printed, atol=0.001)


def test_the_seed_runs_loss_is_its_reconstruction_plus_its_kl():
    history = open_run("seed").history()
    np.testing.assert_allclose(history["loss"], history["reconstruction"] + history["kl"], atol=2e-3)
    assert history[["val_loss", "val_reconstruction", "val_kl"]].isna().to_numpy().all()
    assert history["seconds"].is_monotonic_increasing


def test_the_seed_runs_scores_add_up():
    scores = {score.name: score for score in open_run("seed").scores()}
    for name in ("-ELBO", "reconstruction", "KL"):
        assert (scores[name].unit, scores[name].digits, scores[name].dataset) == ("nats", 10_000, "mnist")
    assert scores["-ELBO"].value == pytest.approx(scores["reconstruction"].value + scores["KL"].value, abs=2e-4)
    assert 150 < scores["-ELBO"].value < 154
