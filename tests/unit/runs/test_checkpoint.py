"""A checkpoint comes back to the bit; one that is damaged or not of this training is refused by name."""

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.unit.builders import CONFIG, FILES, make_run, random_tensors
from tests.unit.inspection import listing
from tests.unit.storage.full_disk import fill_up
from vae_core.errors import RunDamaged
from vae_core.runs.checkpoint import NAME, Checkpoint
from vae_core.runs.run import Run
from vae_core.storage.tensors import pack

OPTIMIZER = [
    np.array(17, np.int64),
    np.array([[0.1, -0.2]], np.float32),
    np.zeros((0, 3), np.float32),
    *12 * [np.ones(2)],
]
"""As an optimizer has them: a count, moments of any shape, more than ten."""
CHECKPOINT = Checkpoint(17, 1 / 3, {"reconstruction": 1e7 / 3, "kl": -1e-9}, random_tensors(CONFIG, seed=5), OPTIMIZER)


@pytest.fixture
def run(root: Path) -> Run:
    """Forty steps an epoch, two epochs."""
    return make_run(root, status="running")


def assert_equal(found: Checkpoint, expected: Checkpoint) -> None:
    numbers = [(one.step, one.seconds, one.sums) for one in (found, expected)]
    assert numbers[0] == numbers[1]
    assert isinstance(found.step, int)
    assert found.network.keys() == expected.network.keys()
    for name, tensor in found.network.items():
        np.testing.assert_array_equal(tensor, expected.network[name], strict=True)
    for variable, other in zip(found.optimizer, expected.optimizer, strict=True):
        np.testing.assert_array_equal(variable, other, strict=True)


def test_what_is_written_is_read_to_the_bit(run: Run):
    CHECKPOINT.write(run.directory)
    assert_equal(Checkpoint.read(run), CHECKPOINT)


def test_the_next_one_takes_its_place(run: Run):
    CHECKPOINT.write(run.directory)
    later = dataclasses.replace(CHECKPOINT, step=80, network=random_tensors(CONFIG, seed=6))
    later.write(run.directory)
    assert_equal(Checkpoint.read(run), later)
    assert listing(run.directory) == sorted([*FILES, NAME, "progress.jsonl"])


def test_a_training_that_has_none_starts_from_the_runs_weights(run: Run):
    assert_equal(
        Checkpoint.read(run), Checkpoint(0, 0.0, {"reconstruction": 0.0, "kl": 0.0}, random_tensors(CONFIG), [])
    )


def test_a_disk_that_is_full_leaves_the_one_before(run: Run, monkeypatch: pytest.MonkeyPatch):
    CHECKPOINT.write(run.directory)
    fill_up(monkeypatch)
    with pytest.raises(OSError):
        dataclasses.replace(CHECKPOINT, step=80).write(run.directory)
    assert_equal(Checkpoint.read(run), CHECKPOINT)


def test_the_first_and_the_last_step_are_within_the_training(run: Run):
    for step in (0, 80):
        dataclasses.replace(CHECKPOINT, step=step).write(run.directory)
        assert Checkpoint.read(run).step == step


def packed(tensors: dict[str, np.ndarray] = CHECKPOINT.network, **numbers: float) -> bytes:
    return pack(tensors, {"step": 1, "seconds": 1, "reconstruction": 1, "kl": 1} | numbers)


def with_bias(bias: list[float]) -> dict[str, np.ndarray]:
    return CHECKPOINT.network | {"encoder.mean.bias": np.array(bias, np.float32)}


DAMAGE: dict[str, tuple[Callable[[bytes], bytes] | bytes, str]] = {
    "empty": (b"", "Expecting value|header"),
    "truncated": (lambda content: content[: len(content) // 2], "(?i)incomplete|invalid"),
    "cut in its header": (lambda content: content[:50], "(?i)header|Unterminated|Expecting"),
    "a pickle": (b"\x80\x04\x95" + bytes(200), "(?i)header|Expecting|Extra data|codec"),
    "too much": (lambda content: content + bytes(1_000_000), "expected at most .* bytes, found"),
    "a step before the first": (packed(step=-1), r"expected a step from 0 to 80, found -1\.0"),
    "a step beyond the last": (packed(step=81), r"expected a step from 0 to 80, found 81\.0"),
    "half a step": (packed(step=0.5), r"expected a step from 0 to 80, found 0\.5"),
    "a step that is no number": (packed(step=math.nan), "expected finite numbers"),
    "sums that are infinite": (packed(kl=math.inf), "expected finite numbers"),
    "no step": (pack(CHECKPOINT.network, {"seconds": 1, "reconstruction": 1, "kl": 1}), "the number 'step' is missing"),
    "no weights": (packed({"optimizer.0": np.zeros(1)}), "the tensor encoder.hidden.0.kernel is missing"),
    "weights of NaN": (packed(with_bias([0, math.nan])), "encoder.mean.bias: expected finite numbers"),
    "weights of another network": (
        packed(with_bias([0, 0, 0])),
        r"mean.bias: expected \(2,\) .*, found \(3,\)",
    ),
    "a tensor of neither": (packed(CHECKPOINT.network | {"other": np.zeros(1)}), "unknown tensor 'other'"),
    "a variable too few": (packed(CHECKPOINT.network | {"optimizer.1": np.zeros(1)}), "optimizer.0"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_one_is_refused_by_name(run: Run, case: str):
    change, words = DAMAGE[case]
    CHECKPOINT.write(run.directory)
    path = run.directory / NAME
    path.write_bytes(change if isinstance(change, bytes) else change(path.read_bytes()))
    with pytest.raises(RunDamaged, match=words) as caught:
        Checkpoint.read(run)
    assert str(caught.value).startswith(f"{path} is damaged: ")
    assert len(str(caught.value)) < 600
