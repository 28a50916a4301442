"""The command line: results on standard output; bad input is one line on standard error and exit status 2.

Here are its bad inputs, and `runs` and `data`; the other commands have files of their own.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.builders import Call, make_run
from vae_core.data import sources
from vae_core.data.digits import Digits

# --- Bad input


BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "an unknown command": (("explode",), "No such command 'explode'"),
    "an unknown option": (("train", "--latent", "3"), "No such option"),
    "a step that takes too long": (
        ("train", "--encoder-widths", "4096", "--batch-size", "10000"),
        "batch_size: expected gradient steps of at most 60 GFLOP, so that a training can be stopped; found ",
    ),
    "too many weights": (("train", "--encoder-widths", ",".join(8 * ["4096"])), "expected at most 20,000,000 weights"),
    "widths that are no numbers": (("train", "--encoder-widths", "256,"), "expected whole numbers with commas between"),
    "a width of nothing": (
        ("train", "--decoder-widths", "0"),
        "decoder_widths: expected a whole number from 1 to 4096",
    ),
    "nine layers": (("train", "--encoder-widths", "1,1,1,1,1,1,1,1,1"), "encoder_widths: expected 1 to 8 widths"),
    "an unknown optimizer": (("train", "--optimizer", "sgd"), "'sgd' is not one of 'rmsprop', 'adam'"),
    "an unknown schedule": (("train", "--schedule", "step"), "'step' is not one of 'constant', 'linear', 'cosine'"),
    "a run to resume that nobody has": (("train", "--resume", "nobody"), "No run is called 'nobody'"),
    "a path to resume": (("train", "--resume", "../etc"), "'../etc' is no run's id"),
    "nothing to resume": (("train", "--resume", ""), "'' is no run's id"),
    "a recipe for a run to resume": (("train", "--recipe", "fast", "--resume", "small"), "leave the other options out"),
    "a shipped run to resume": (("train", "--resume", "seed"), "No run is called 'seed'"),
    "an unknown recipe": (("train", "--recipe", "nonsense"), "Invalid value for '--recipe': 'nonsense' is not"),
    "epochs that are no number": (("train", "--epochs", "many"), "'many' is not a valid integer"),
    "no epochs": (("train", "--epochs", "0"), "epochs: expected a whole number from 1 to 1000; found 0."),
    "negative epochs": (("train", "--epochs", "-5"), "epochs: expected a whole number from 1 to 1000; found -5."),
    "epochs beyond floats": (("train", "--epochs", "9" * 400), "epochs: expected a whole number from 1 to 1000"),
    "half an epoch": (("train", "--epochs", "1.5"), "'1.5' is not a valid integer"),
    "a beta of NaN": (("train", "--beta", "nan"), "beta: expected a number from 0 to 100; found nan."),
    "an infinite beta": (("train", "--beta", "inf"), "beta: expected a number from 0 to 100; found inf."),
    "a negative beta": (("train", "--beta", "-1"), "beta: expected a number from 0 to 100; found -1.0."),
    "a negative seed": (("train", "--seed", "-1"), "seed: expected a whole number from 0 to 2.14748e+09; found -1."),
    "no run to evaluate": (("evaluate",), "Missing argument 'RUN'"),
    "a run that nobody has": (("evaluate", "nobody"), "No run is called 'nobody', neither shipped nor in "),
    "an empty id": (("evaluate", ""), "'' is no run's id; expected 1 to 64 of a-z"),
    "an id with dots": (("evaluate", ".."), "'..' is no run's id"),
    "a long id": (("evaluate", "a" * 65), "is no run's id"),
    "a path to no run": (("evaluate", "../../etc"), "etc/run.json is missing."),
    "an absolute path to no run": (("evaluate", "/etc"), "/etc/run.json is missing."),
    "a path with a line break": (("evaluate", "/etc/\nx"), "/etc/ x/run.json is missing."),
    "an option with a line break": (("evaluate", "--js\non", "seed"), "No such option"),
    "a path through a file": (("evaluate", f"{__file__}/x"), "Not a directory"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_on_standard_error_and_status_2(case: str, call: Call, root: Path, few: Digits):
    arguments, words = BAD[case]
    status, output, errors = call(*arguments)
    assert status == 2
    assert errors.startswith("Error: ")
    assert words in errors
    assert errors.count("\n") == 1
    assert errors.endswith("\n")
    assert output == ""


def test_a_damaged_run_is_one_line_of_error(call: Call, root: Path, few: Digits):
    path = make_run(root).directory / "network.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    for argument in ("small", str(root / "small")):
        status, output, errors = call("evaluate", argument)
        assert (status, output, errors.count("\n")) == (2, "", 1)
        assert errors.startswith(f"Error: {path} is damaged: ")


def test_a_loop_of_links_is_one_line_of_error(call: Call, tmp_path: Path, few: Digits):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    status, _, errors = call("evaluate", str(tmp_path / "loop" / "x"))
    assert (status, errors.count("\n")) == (2, 1)


def test_a_directory_that_takes_no_runs_is_refused_before_tensorflow_starts(call: Call, tmp_path: Path, few: Digits):
    (tmp_path / "file").touch()
    status, output, errors = call("train", "--epochs", "1", "--runs", str(tmp_path / "file"))
    assert status == 2
    assert errors == f"Error: The runs' directory {tmp_path / 'file'} cannot be written (File exists).\n"
    assert "TensorFlow" not in output


def test_the_process_itself_exits_with_status_2_and_without_a_traceback(root: Path):
    command = [sys.executable, "-m", "vae_core", "train", "--beta", "nan"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "Error: beta: expected a number from 0 to 100; found nan.\n"
    assert done.stdout == ""


@pytest.mark.parametrize(("text", "words"), [("0", "Training is turned off"), ("many", "expected a whole number")])
def test_where_nothing_is_trained_nothing_is_queued(
    call: Call, root: Path, few: Digits, monkeypatch: pytest.MonkeyPatch, text: str, words: str
):
    monkeypatch.setenv("VAE_TRAINING_SLOTS", text)
    status, output, errors = call("train", "--queue")
    assert (status, output, errors.count("\n")) == (2, "", 1)
    assert words in errors
    assert not root.exists()


def test_too_many_validation_digits_are_refused_before_tensorflow_starts(call: Call, root: Path, few: Digits):
    status, output, errors = call("train", "--validation", "4000")
    assert status == 2
    assert errors == "Error: validation: expected fewer than the 4000 training digits; found 4000.\n"
    assert "TensorFlow" not in output
    assert not root.exists()


def test_without_a_command_the_commands_are_shown(call: Call):
    status, _, errors = call()
    assert status == 2
    for command in ("train", "evaluate", "runs", "data"):
        assert f"\n  {command} " in errors
    status, output, errors = call("--help")
    assert (status, errors) == (0, "")
    assert "Usage:" in output


# --- runs and data


def test_runs_lists_the_readable_ones_and_names_the_others(call: Call, root: Path):
    make_run(root, "mine", title="My own")
    damaged = make_run(root, "theirs").directory / "run.json"
    damaged.write_text("{")
    status, output, errors = call("runs")
    assert status == 0
    assert f"mine  done  My own  ({root / 'mine'})" in output
    assert any(line.startswith("seed  done  ") and line.endswith("(shipped)") for line in output.splitlines())
    assert "theirs" not in output
    assert errors.startswith(f"{damaged} is damaged: ")
    assert f"Your own runs are in {root}." in output


def test_data_names_the_source_and_why_earlier_ones_were_not_used(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample: Digits
):
    monkeypatch.setenv("VAE_MNIST", str(tmp_path / "none.npz"))
    sources.look_again()
    try:
        status, output, errors = call("data")
    finally:
        sources.look_again()
    assert (status, errors) == (0, "")
    lines = output.splitlines()
    assert lines[0] == f"Not used - $VAE_MNIST: no file at {tmp_path / 'none.npz'}."
    assert lines[1].startswith("Not used - Keras's cache: no file at ")
    assert lines[2] == "Not used - Download: $VAE_OFFLINE is set, so nothing is downloaded."
    assert lines[3].startswith(
        "The bundled sample: 4,000 training and 1,000 test digits, from the 5,000 MNIST digits in"
    )
    assert len(lines) == 4
