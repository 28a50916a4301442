"""A damaged run is reported by file and by fault, and neither hides what is sound in it nor the runs beside it."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from tests.unit.builders import CONFIG, FILES, make_run, record
from tests.unit.inspection import read_everything
from vae_core.errors import RunDamaged
from vae_core.runs import history
from vae_core.runs.catalog import list_runs, open_run


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
    return becomes(f"{','.join(history.COLUMNS)}\n{row}\n".encode())


def with_infinity(shape: tuple[int, ...]) -> np.ndarray:
    array = np.zeros(shape, np.float32)
    array.flat[-1] = -np.inf
    return array


DAMAGED_RECORDS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (becomes(b""), "Expecting value"),
    "truncated": (half, "Expecting|Unterminated|delimiter"),
    "not JSON": (becomes(b"title = 'small'"), "Expecting value"),
    "not UTF-8": (becomes(b'{"title": "\xff\xfe"}'), "'utf-8' codec can't decode"),
    "huge": (becomes(b'{"title": "' + 2_000_000 * b"x" + b'"}'), "expected at most 1,000,000 bytes, found 2,000,013"),
    "deeply nested": (becomes(200_000 * b"["), "recursion"),
    "a list": (becomes(b"[1]"), "expected an object"),
    "no format": (changed_json(format=None), "expected an object with a format number"),
    "a newer format": (changed_json(format=2), "expected format 1, found 2; a newer version"),
    "another kind": (changed_json(kind="flow"), "expected a kind of vae, gan; found 'flow'"),
    "a kind of another type": (changed_json(kind=["gan"]), r"expected a kind of vae, gan; found \['gan'\]"),
    "a VAE's config for a GAN": (changed_json(kind="gan"), "config: unknown field 'bent_digits'"),
    "an unknown status": (changed_json(status="asleep"), "expected a status of .*done.*; found 'asleep'"),
    "a status of another type": (changed_json(status=["done"]), r"found \['done'\]"),
    "another id": (changed_json(id="other"), "expected the id 'small', the folder's name; found 'other'"),
    "an id with a path": (changed_json(id="../small"), r"found '\.\./small'"),
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
    ("metrics.json", "an error as text"): (changed_score(error="1"), r"error: expected float \| None, found '1'"),
    ("metrics.json", "an infinite error"): (changed_score(error=float("inf")), "error: expected a finite number"),
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
        open_run("small")
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
        read_everything(open_run("small"))
    assert str(caught.value).startswith(f"{path} is damaged: ")
    assert {run.id for run in list_runs()[0]} == {"good", "small"}
    read_everything(open_run("good"))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_reported_by_name(root: Path, name: str):
    path = make_run(root).directory / name
    path.unlink()
    with pytest.raises(RunDamaged) as caught:
        read_everything(open_run("small"))
    assert str(caught.value) == f"{path} is missing."


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_folder_in_place_of_a_file_is_damage(root: Path, name: str):
    path = make_run(root).directory / name
    path.unlink()
    path.mkdir()
    with pytest.raises(RunDamaged, match="expected a regular file"):
        read_everything(open_run("small"))


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
        read_everything(open_run("small"))


def test_half_a_surrogate_pair_is_no_title(root: Path):
    path = make_run(root).directory / "run.json"
    damage(path, lambda content: content.replace(b'"title": "', b'"title": "\\ud800'))
    with pytest.raises(RunDamaged, match="surrogates"):
        open_run("small")


def test_a_run_that_says_no_reason_is_older_than_reasons(root: Path):
    path = make_run(root).directory / "run.json"
    damage(path, changed_json(reason=None))
    assert open_run("small").record.reason == ""
