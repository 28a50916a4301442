"""train-judge: on what it trains, and what it writes down."""

import dataclasses
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.unit.builders import Call, all_for_testing, random_digits
from vae_core.cli import commands
from vae_core.cli import judge as command
from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.networks.classifier import Classifier, classifier_shapes
from vae_core.networks.judge import judge_record
from vae_core.storage import directories
from vae_core.storage.tensors import Tensors, read_tensors

DIGITS = dataclasses.replace(random_digits(train=40, test=12), source="mnist")
UNSEEN = all_for_testing(DIGITS, 0, 10)
HELD_OUT = 5


@pytest.fixture
def trained_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """The judge is kept elsewhere and trained without looking. Returns the digits and labels that it was trained on."""
    seen: list[np.ndarray] = []

    def train_judge(images: np.ndarray, labels: np.ndarray, seed: int, on_step: object) -> Tensors:
        seen.extend([images, labels])
        noise = np.random.default_rng(seed)
        return {name: noise.normal(0, 0.1, shape).astype("f") for name, (shape, _) in classifier_shapes().items()}

    fake = ModuleType("fake")
    monkeypatch.setattr(fake, "train_judge", train_judge, raising=False)
    monkeypatch.setitem(sys.modules, "vae_core.training.judge", fake)
    monkeypatch.setattr(directories, "JUDGE", tmp_path / "judge.safetensors")
    monkeypatch.setattr(command, "VALIDATION", HELD_OUT)
    monkeypatch.setattr(commands, "load_whole_sample", lambda: UNSEEN)
    return seen


def find(digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "load_digits", lambda fetch: digits)


def test_it_never_sees_the_sample_the_validation_or_the_test_digits(
    call: Call, trained_on: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
):
    find(DIGITS, monkeypatch)
    status, output, errors = call("train-judge", "--seed", "3")
    assert (status, errors) == (0, "")
    assert output.splitlines()[-1] == str(directories.JUDGE)
    images, labels = trained_on
    assert len(images) == len(labels) == 30 - HELD_OUT
    known = {
        image.tobytes(): label for image, label in zip(DIGITS.train_images[10:], DIGITS.train_labels[10:], strict=True)
    }
    assert [known[image.tobytes()] for image in images] == labels.tolist()


def test_its_accuracies_are_those_of_what_is_kept(
    call: Call, trained_on: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
):
    find(DIGITS, monkeypatch)
    _, output, _ = call("train-judge")
    record = judge_record()
    kept = Classifier.from_tensors(read_tensors(directories.JUDGE, classifier_shapes()))
    expected = (kept.classes(to_pixels(DIGITS.test_images)) == DIGITS.test_labels).mean()
    assert record.pop("test accuracy") == pytest.approx(expected)
    assert f"test accuracy {expected:.2%}, 12 digits" in output
    assert 0 <= record.pop("validation accuracy") <= 1
    assert record == {"seed": 0, "training digits": 25, "validation digits": 5, "test digits": 12}


def test_other_digits_than_mnist_are_refused(call: Call, trained_on: list[np.ndarray], monkeypatch: pytest.MonkeyPatch):
    find(random_digits(), monkeypatch)
    status, output, errors = call("train-judge")
    assert (status, output) == (2, "")
    assert "The judge is trained on MNIST" in errors
    assert not directories.JUDGE.exists()
    assert not trained_on
