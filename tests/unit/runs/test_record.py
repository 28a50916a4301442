"""A record: what a run says about itself, and its JSON."""

import dataclasses
import json
from pathlib import Path

import pytest

from tests.unit.builders import CONFIG, GAN_CONFIG, TEN_DIGITS, make_run, random_digits, record
from vae_core.runs.record import Dataset, Record


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
        "left_out": {},
    }
    names = "format id title kind status config dataset versions created seconds reason"
    assert set(fields) == set(names.split())


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
    assert (found.row_steps, found.steps) == expected


def test_a_gan_has_no_epochs_and_no_encoder():
    gan = record(kind="gan", config=GAN_CONFIG)
    assert Record.from_json(gan.to_json().decode()) == gan
    assert (gan.row_steps, gan.steps, gan.has_encoder) == (250, 600, False)
    assert gan.moment(1234) == "step 1,234 of 600"
    vae = record()
    assert vae.has_encoder
    assert (vae.moment(20), vae.moment(50, ".1f")) == ("epoch 0.5 of 2", "epoch 1.2 of 2")


@pytest.mark.parametrize(
    ("source", "left_out", "shown", "seen"),
    [
        ("mnist", {}, "mnist", False),
        ("mnist", {}, "sample", True),
        ("mnist", {"sample": "0123456789abcdef"}, "sample", False),
        ("sample", {}, "mnist", False),
        ("sample", {}, "sample", True),  # all of it, of which the run's own test digits are a part
    ],
)
def test_a_dataset_knows_which_digits_were_trained_on(source: str, left_out: dict[str, str], shown: str, seen: bool):
    dataset = Dataset(source, 10, 0, 4, TEN_DIGITS.digest, left_out)
    others = dataclasses.replace(random_digits(train=0, test=6, seed=1), source=shown)
    assert dataset.includes(others) == seen
    assert not Dataset("sample", 10, 0, 4, TEN_DIGITS.digest).includes(TEN_DIGITS)
