"""The judge as it is shipped: its accuracy computed anew, and what becomes of a damaged one."""

from pathlib import Path

import numpy as np
import pytest

from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.errors import RunDamaged
from vae_core.networks.classifier import Classifier, classifier_shapes
from vae_core.networks.judge import RECORD, as_halves, judge_record, shipped_judge, write_judge
from vae_core.storage import directories


def accuracy(digits: Digits) -> float:
    return float((shipped_judge().classes(to_pixels(digits.test_images)) == digits.test_labels).mean())


def test_it_tells_the_classes_of_digits_that_it_never_saw(whole_sample: Digits):
    assert accuracy(whole_sample) > 0.99


@pytest.mark.mnist
def test_it_tells_the_classes_of_the_test_digits_as_its_file_says(mnist: Digits):
    assert judge_record()["test digits"] == len(mnist.test_images) == 10_000
    assert accuracy(mnist) == pytest.approx(judge_record()["test accuracy"], abs=1.5e-4)  # one digit on the border
    assert accuracy(mnist) >= 0.99


def test_it_is_small_and_says_how_it_was_trained():
    assert directories.JUDGE.stat().st_size < 1_400_000
    record = judge_record()
    assert (record["training digits"], record["validation digits"]) == (50_000, 5_000)
    assert record["validation accuracy"] >= 0.99


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(directories, "JUDGE", tmp_path / "judge.safetensors")
    monkeypatch.setattr("vae_core.networks.judge.shipped_judge", shipped_judge.__wrapped__)
    return directories.JUDGE


def random_weights(scale: float = 0.05) -> dict[str, np.ndarray]:
    noise = np.random.default_rng(1)
    return {name: noise.normal(0, scale, shape).astype(np.float32) for name, (shape, _) in classifier_shapes().items()}


def test_what_is_written_is_read(elsewhere: Path):
    weights, record = random_weights(), {name: float(i) for i, name in enumerate(RECORD)}
    write_judge(weights, record)
    assert judge_record() == record
    assert shipped_judge.__wrapped__().digest == Classifier.from_tensors(weights).digest


def test_a_damaged_file_is_named(elsewhere: Path):
    with pytest.raises(RunDamaged, match=str(elsewhere)):
        shipped_judge.__wrapped__()
    write_judge(random_weights(), {})
    with pytest.raises(RunDamaged, match="the number 'seed' is missing"):
        judge_record()


def test_weights_become_halves_only_if_no_digit_is_then_taken_for_another(images: np.ndarray):
    weights, pixels = random_weights(), to_pixels(images)
    assert {array.dtype for array in as_halves(weights, pixels).values()} == {np.dtype(np.float16)}
    # So near to each other are two classes that rounding makes the second the first.
    weights["logits.kernel"][:] = 0
    weights["logits.bias"][:] = [1.0, 1.0001, *[0.0] * 8]
    assert as_halves(weights, pixels) is weights
