"""The command line: results on standard output; bad input is one line on standard error and exit status 2."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.unit.toys import make_run
from vae_core import __main__, data
from vae_core.data import Digits
from vae_core.runs import SHIPPED, open_run, read_run

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs the command line in this process. Returns exit status, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vae_core", *arguments])
        status = __main__.main()
        output, errors = capsys.readouterr()
        return status, output, errors

    return run


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, sample: Digits) -> Digits:
    """The commands find the bundled sample, cut to 300 test digits."""
    digits = Digits(
        "sample",
        "a shelf",
        ("$VAE_MNIST: not set.", "Download: $VAE_OFFLINE is 1, so nothing is downloaded."),
        sample.train_images,
        sample.train_labels,
        sample.test_images[:300],
        sample.test_labels[:300],
    )
    monkeypatch.setattr(__main__, "load_digits", lambda: digits)
    return digits


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


# --- Bad input


BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "an unknown command": (("explode",), "No such command 'explode'"),
    "an unknown option": (("train", "--latent", "3"), "No such option"),
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


def test_a_damaged_run_is_told_in_one_line(call: Call, root: Path, few: Digits):
    path = make_run(root).directory / "network.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    for argument in ("toy", str(root / "toy")):
        status, output, errors = call("evaluate", argument)
        assert (status, output, errors.count("\n")) == (2, "", 1)
        assert errors.startswith(f"Error: {path} is damaged: ")


def test_a_loop_of_links_is_told_in_one_line(call: Call, tmp_path: Path, few: Digits):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    status, _, errors = call("evaluate", str(tmp_path / "loop" / "x"))
    assert (status, errors.count("\n")) == (2, 1)


def test_a_directory_that_takes_no_runs_is_told_before_tensorflow_starts(call: Call, tmp_path: Path, few: Digits):
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


def test_without_a_command_the_commands_are_shown(call: Call):
    status, _, errors = call()
    assert status == 2
    for command in ("train", "evaluate", "runs", "data"):
        assert f"\n  {command} " in errors
    status, output, errors = call("--help")
    assert (status, errors) == (0, "")
    assert "Usage:" in output


# --- evaluate


def test_evaluate_prints_the_contracts_json(call: Call, few: Digits):
    status, output, errors = call("evaluate", "seed", "--json")
    assert (status, errors) == (0, "")
    scores = {score["name"]: score for score in json.loads(output)}
    assert {"-ELBO", "reconstruction", "KL"} <= set(scores)
    for score in scores.values():
        assert set(score) == {"name", "value", "unit", "digits", "dataset", "estimator"}
        assert (score["digits"], score["dataset"]) == (300, "sample")
    assert scores["-ELBO"]["unit"] == "nats"
    assert scores["-ELBO"]["value"] == pytest.approx(
        scores["reconstruction"]["value"] + scores["KL"]["value"], abs=2e-4
    )
    assert 140 < scores["-ELBO"]["value"] < 165


def test_evaluate_prints_a_table_and_says_whose_digits_these_are(call: Call, few: Digits):
    status, output, _ = call("evaluate", "seed")
    assert status == 0
    assert "The bundled sample: 4,000 training and 300 test digits, from a shelf" in output
    row = next(line for line in output.splitlines() if line.startswith("-ELBO"))
    assert row.split()[2:4] == ["nats", "300"]
    assert "not the ones that the run's own metrics.json speaks of" in output
    assert "were among its training digits" in output


def test_evaluate_takes_a_directory(call: Call, few: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copytree(SHIPPED / "seed", tmp_path / "elsewhere" / "seed")
    _, by_id, _ = call("evaluate", "seed", "--json")
    monkeypatch.chdir(tmp_path)
    for place in (str(tmp_path / "elsewhere" / "seed"), "elsewhere/seed", "./elsewhere/seed/"):
        assert call("evaluate", place, "--json") == (0, by_id, "")


# --- runs and data


def test_runs_lists_the_readable_ones_and_tells_the_others(call: Call, root: Path):
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
    data._remembered.cache_clear()
    try:
        status, output, errors = call("data")
    finally:
        data._remembered.cache_clear()
    assert (status, errors) == (0, "")
    lines = output.splitlines()
    assert lines[0] == f"Not used - $VAE_MNIST: no file at {tmp_path / 'none.npz'}."
    assert lines[1].startswith("Not used - Keras's cache: no file at ")
    assert lines[2] == "Not used - Download: $VAE_OFFLINE is 1, so nothing is downloaded."
    assert lines[3].startswith(
        "The bundled sample: 4,000 training and 1,000 test digits, from the 5,000 MNIST digits in"
    )
    assert len(lines) == 4


# --- train


def test_train_prints_the_runs_directory_as_its_last_line(call: Call, few: Digits, root: Path):
    status, output, errors = call("train", "--epochs", "1", "--beta", "2", "--seed", "3", "--title", "Mine")
    assert status == 0
    assert "Traceback" not in errors
    run = read_run(Path(output.splitlines()[-1]))
    assert run.directory.parent == root
    assert open_run(run.id) == run
    config = run.record.config
    assert (run.record.title, config.recipe, config.epochs, config.beta, config.seed) == ("Mine", "seed", 1, 2.0, 3)
    assert (run.record.dataset.source, run.record.dataset.train, run.record.dataset.test) == ("sample", 4000, 300)
    (row,) = run.history().to_dict("records")
    assert f"epoch 1/1, {row['seconds']:.1f} s, nats: loss {row['loss']:.2f}, reconstruction" in output
    assert row["loss"] == pytest.approx(row["reconstruction"] + 2 * row["kl"], abs=0.01)
    for score in run.scores():
        assert f"test {score.name} {score.value:.2f} nats, 300 digits" in output
    assert run.scores()[0].value < 784 * np.log(2)  # better than a guess at every pixel
