"""The command line's train: what it takes, what it prints while it trains, and how it goes on after a stop."""

import dataclasses
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.unit.builders import Call
from tests.unit.fake_trainer import FakeTrainer, FakeTrainers
from vae_core.config import TrainingConfig
from vae_core.data import sources
from vae_core.data.digits import Digits
from vae_core.gan_config import GanConfig
from vae_core.recipes import GAN_RECIPES, RECIPES, recipe_for
from vae_core.runs import store
from vae_core.runs.catalog import open_run
from vae_core.runs.run import read_run

OPTIONS = {
    "encoder_widths": "3,2",
    "decoder_widths": "5",
    "activation": "silu",
    "proposals": "2",
    "epochs": "3",
    "batch_size": "90",
    "optimizer": "rmsprop",
    "learning_rate": "0.5",
    "schedule": "cosine",
    "clip_norm": "1000",
    "initialization": "glorot",
    "output_bias": "zero",
    "beta": "2",
    "epsilon_std": "0.5",
    "hidden_pixels": "0.1",
    "bent_digits": "0.2",
    "validation": "500",
    "seed": "3",
}
"""A value for every option that is not the one of the recipe `fast`."""


def arguments(options: dict[str, str]) -> list[str]:
    return [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]


def test_every_field_of_a_config_is_an_option_that_says_what_it_is_for(call: Call):
    _, output, _ = call("train", "--help")
    text = " ".join(output.split())
    for spec in (*dataclasses.fields(TrainingConfig), *dataclasses.fields(GanConfig)):
        assert f"--{spec.name.replace('_', '-')}" in output
        if spec.name != "recipe":
            assert spec.metadata["why"] in text
    assert set(OPTIONS) | {"recipe"} == {spec.name for spec in dataclasses.fields(TrainingConfig)}


def test_every_option_finds_its_way_into_the_run(call: Call, few: Digits, root: Path, fake_trainers: FakeTrainers):
    status, output, _ = call("train", *arguments(OPTIONS), "--title", "Mine")
    assert status == 0
    config = read_run(Path(output.splitlines()[-1])).record.config
    for name, text in OPTIONS.items():
        value = getattr(config, name)
        assert value != getattr(RECIPES["fast"], name)
        if isinstance(value, tuple):
            assert ",".join(map(str, value)) == text
        else:
            assert value == type(value)(text)


@pytest.mark.parametrize("recipe", [None, "fast", "seed"])
def test_without_options_the_config_is_the_recipe_for_the_digits_at_hand(
    call: Call, few: Digits, root: Path, fake_trainers: FakeTrainers, recipe: str | None
):
    _, output, _ = call("train", *(["--recipe", recipe] if recipe else []), "--epochs", "1")
    found = read_run(Path(output.splitlines()[-1])).record.config
    assert found == dataclasses.replace(recipe_for(recipe or "fast", 4000), epochs=1)


def test_a_training_prints_its_epochs_and_scores_and_at_last_its_directory(
    call: Call, few: Digits, tmp_path: Path, fake_trainers: FakeTrainers
):
    root = tmp_path / "elsewhere"
    status, output, errors = call("train", *arguments(OPTIONS), "--title", "Mine", "--runs", str(root))
    assert (status, errors) == (0, "")
    run = read_run(Path(output.splitlines()[-1]))
    assert run.directory.parent == root
    assert (run.record.title, run.record.status) == ("Mine", "done")
    assert dataclasses.astuple(run.record.dataset) == ("sample", 3500, 500, 300, few.digest, {})
    lines = output.splitlines()
    assert lines[0] == f"The bundled sample: 4,000 training and 300 test digits, from {few.origin}"
    assert lines[1:3] == ["Starting TensorFlow", "Compiling for strings"]
    for line, row in zip(lines[3:6], run.history().to_dict("records"), strict=True):
        head, losses = line.split(" s, nats: ")
        assert head.startswith(f"epoch {row['epoch']:.0f}/3, ")
        shown = dict(part.split() for part in losses.split(", "))
        assert all(len(value.split(".")[1]) == 2 for value in shown.values())
        # The file keeps six digits, so that the third decimal may round the other way.
        expected = {name: pytest.approx(row[name], abs=0.0101) for name in list(row)[2:]}
        assert {name: float(value) for name, value in shown.items()} == expected
    assert lines[6] == "Scoring the test digits"
    assert lines[7:10] == [f"test {score.name} {score.value:.2f} nats, 300 digits" for score in run.scores()]
    assert len(lines) == 11


def test_without_validation_digits_nothing_is_said_of_them(
    call: Call, few: Digits, root: Path, fake_trainers: FakeTrainers
):
    _, output, _ = call("train", *arguments(OPTIONS | {"validation": "0"}))
    epochs = [line for line in output.splitlines() if line.startswith("epoch ")]
    assert len(epochs) == 3
    assert "val_loss" not in output
    assert "nan" not in output


def test_on_a_terminal_a_bar_moves_instead_of_lines(
    call: Call, few: Digits, root: Path, fake_trainers: FakeTrainers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    status, output, errors = call("train", *arguments(OPTIONS))
    assert status == 0
    assert "epoch 1/3" not in output
    assert "loss " in errors
    assert "100%" in errors


def test_a_queued_training_says_its_place(call: Call, few: Digits, root: Path, fake_trainers: FakeTrainers):
    status, output, _ = call("train", *arguments(OPTIONS), "--queue")
    assert status == 0
    assert output.splitlines()[1:3] == ["Queued, at place 1", "Starting TensorFlow"]


def test_a_training_that_was_stopped_says_how_to_go_on_and_goes_on_so(
    call: Call, few: Digits, root: Path, fake_trainers: FakeTrainers
):
    def stop(event: str, trainer: FakeTrainer) -> None:
        if event == "advance" and trainer.step == 20:
            os.kill(os.getpid(), signal.SIGINT)

    fake_trainers(stop)
    status, output, errors = call("train", *arguments(OPTIONS))
    assert (status, errors) == (0, "")
    *_, said, directory = output.splitlines()
    run = read_run(Path(directory))
    assert said == f"cancelled at epoch 0.5385 of 3; go on with --resume {run.id}"
    assert run.record.status == "cancelled"

    fake_trainers(None)
    status, output, errors = call("train", "--resume", run.id)
    assert (status, errors) == (0, "")
    assert output.splitlines()[-1] == directory
    done = read_run(run.directory)
    assert (done.record.status, done.record.config, len(done.history())) == ("done", run.record.config, 3)

    status, output, errors = call("train", "--resume", run.id)
    assert (status, errors) == (2, f"Error: {done.title} is trained to its end already.\n")
    assert read_run(run.directory) == done


def test_the_bundled_sample_can_be_left_out_and_stays_so_when_a_training_goes_on(
    call: Call, few: Digits, root: Path, fake_trainers: FakeTrainers
):
    left_out, seen = sources.load_whole_sample(), []

    def stop(event: str, trainer: FakeTrainer) -> None:
        seen.append(trainer.images)
        if event == "advance" and trainer.step == 20:
            os.kill(os.getpid(), signal.SIGINT)

    fake_trainers(stop)
    _, output, _ = call("train", *arguments(OPTIONS), "--leave-out-sample")
    assert ", without those of the bundled sample" in output
    run = read_run(Path(output.splitlines()[-1]))
    assert (run.record.status, run.record.dataset.left_out) == ("cancelled", {"sample": left_out.digest})
    assert run.record.dataset.train == 4000 - 200 - 500

    fake_trainers(lambda event, trainer: seen.append(trainer.images))
    status, output, errors = call("train", "--resume", run.id)
    assert (status, errors) == (0, "")
    assert read_run(run.directory).record.status == "done"
    kept = {image.tobytes() for image in left_out.test_images}
    for images in (seen[0], seen[-1]):
        assert len(images) == 3300
        assert not kept & {image.tobytes() for image in images}
    assert call("train", "--resume", run.id, "--leave-out-sample")[0] == 2


def test_a_training_that_fails_is_one_line_of_error(call: Call, few: Digits, root: Path, fake_trainers: FakeTrainers):
    def fail(event: str, trainer: FakeTrainer) -> None:
        raise RuntimeError("first line\nsecond line")

    fake_trainers(fail)
    status, _, errors = call("train", *arguments(OPTIONS))
    assert (status, errors) == (2, "Error: The training failed (RuntimeError: first line second line).\n")


def test_a_run_is_resumed_where_it_is_and_as_it_is(call: Call, few: Digits, root: Path, tmp_path: Path):
    elsewhere = store.begin(TrainingConfig(epochs=2), few, tmp_path / "elsewhere")
    for given in (["--epochs", "3"], ["--title", "Mine"], ["--encoder-widths", "3"]):
        status, output, errors = call("train", "--resume", elsewhere.id, *given)
        assert (status, output) == (2, "")
        assert errors == "Error: --resume takes a run as it is: leave the other options out.\n"
    status, output, errors = call("train", "--resume", elsewhere.id)
    assert (status, output) == (2, "")
    assert errors.startswith(f"Error: No run is called '{elsewhere.id}'")


def test_with_tensorflow_a_training_ends_better_than_a_guess(call: Call, few: Digits, root: Path):
    status, output, errors = call("train", "--recipe", "seed", "--epochs", "1", "--beta", "2", "--seed", "3")
    assert status == 0
    assert "Traceback" not in errors
    run = read_run(Path(output.splitlines()[-1]))
    assert open_run(run.id) == run
    (row,) = run.history().to_dict("records")
    assert row["loss"] == pytest.approx(row["reconstruction"] + 2 * row["kl"], abs=0.01)
    assert run.scores()[0].value < 784 * np.log(2)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--recipe", "gan", "--beta", "2"], "--beta is no setting of gan, which trains a GAN."),
        (["--recipe", "fast", "--gamma", "2"], "--gamma is no setting of fast, which trains a VAE."),
        (["--recipe", "gan", "--loss", "minmax"], "Invalid value for '--loss': 'minmax' is not one of"),
        (
            ["--recipe", "gan", "--schedule", "linear"],
            "schedule: expected one of constant, half cosine; found 'linear'",
        ),
    ],
)
def test_what_is_no_setting_of_the_kind_is_refused_before_anything_is_read(call: Call, words: list[str], message: str):
    status, output, errors = call("train", *words)
    assert (status, output) == (2, "")
    assert errors.startswith(f"Error: {message}")


def test_a_gans_options_find_their_way_into_its_run(
    call: Call, few: Digits, root: Path, monkeypatch: pytest.MonkeyPatch
):
    begun = []
    monkeypatch.setattr("vae_core.training.worker.train", lambda run, *rest: begun.append(run) or run)
    options = {"generator_widths": "8,4", "loss": "non-saturating", "gamma": "0.5", "beta_1": "0.5", "steps": "7"}
    status, output, _ = call("train", "--recipe", "gan-collapsed", *arguments(options))
    assert status == 0
    assert "`evaluate` scores what the GAN draws" in output
    config = begun[0].record.config
    changes = {"generator_widths": (8, 4), "loss": "non-saturating", "gamma": 0.5, "beta_1": 0.5, "steps": 7}
    assert config == dataclasses.replace(GAN_RECIPES["gan-collapsed"], **changes)
