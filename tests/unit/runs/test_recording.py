"""The recording: what is written is read again, damage is told, and the one that travels along is whole."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.builders import random_digits
from vae_core.data.digits import Digits
from vae_core.errors import RunDamaged
from vae_core.runs.recording import SHOWN, Steps, joined, read_recording, write_recording
from vae_core.storage import directories
from vae_core.storage.tensors import compress, decompress, digest_tensor, pack

DIGITS = random_digits(train=30)


def random_steps(count: int, seed: int = 0) -> Steps:
    noise = np.random.default_rng(seed)
    return Steps(
        trained=(np.arange(count) % 2).astype(np.uint8),
        rows=noise.integers(0, 30, (count, SHOWN)).astype(np.uint16),
        drawn=noise.integers(0, 256, (count, 2, SHOWN, 28, 28), dtype=np.uint8),
        verdicts=noise.uniform(0, 1, (count, 2, 2 * SHOWN)).astype(np.float32),
        error=noise.uniform(0.5, 2, (count, 2)).astype(np.float32),
        gradient=noise.uniform(0, 5, count).astype(np.float32),
    )


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the recording is looked for: there is none yet."""
    monkeypatch.setattr(directories, "RECORDING", tmp_path / "two-steps.safetensors.gz")
    return directories.RECORDING


def test_what_is_written_is_read_with_pictures_rounded_to_16_levels(path: Path):
    steps = random_steps(5)
    write_recording(steps, DIGITS)
    found = read_recording()
    assert found.made_on == DIGITS.digest
    for name in ("trained", "rows", "error", "gradient"):
        np.testing.assert_array_equal(found.steps.tensors()[name], steps.tensors()[name], strict=True)
    np.testing.assert_allclose(found.steps.verdicts, steps.verdicts, atol=3e-4)
    assert set(np.unique(found.steps.drawn)) == set(range(0, 256, 17))
    assert np.abs(found.steps.drawn.astype(int) - steps.drawn).max() <= 8


def test_steps_are_cut_and_joined():
    steps = random_steps(5)
    again = joined([steps[0:2], steps[2:5]])
    assert len(again) == 5
    for name, array in steps.tensors().items():
        np.testing.assert_array_equal(array, again.tensors()[name], strict=True)


def test_a_browser_gets_pictures_in_place_of_rows_or_none():
    steps = random_steps(3)
    tensors = steps.for_browser(DIGITS.train_images)
    assert "rows" not in tensors
    for i, row in enumerate(steps.rows):
        for j, digit in enumerate(row):
            np.testing.assert_array_equal(tensors["real"][i, j], DIGITS.train_images[digit])
    assert steps.for_browser(None)["real"].size == 0


def test_a_recording_that_is_missing_is_named(path: Path):
    with pytest.raises(RunDamaged, match=r"two-steps\.safetensors\.gz is missing"):
        read_recording()


def packed(count: float | None = None, **changes: np.ndarray) -> bytes:
    """A recording of three steps. count: how many it says that there are; changes: other tensors."""
    both = {"drawn": np.zeros((3, SHOWN, 28, 28), np.uint8), "digest": digest_tensor(DIGITS.digest)}
    tensors = random_steps(3).tensors() | both
    return compress(pack(tensors | changes, {} if count is None else {"steps": count}))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "damaged"),
        (packed(3)[:-20], "damaged"),
        (packed(), "'steps' is missing"),
        (packed(0), "expected 1 to 5,000 steps, found 0"),
        (packed(1e6), "found 1,000,000"),
        (packed(4), "trained: expected"),
        (packed(3, trained=np.full(3, 2, np.uint8)), "expected 0 or 1"),
        (packed(3, error=np.full((3, 2), np.nan, np.float32)), "error: expected finite numbers"),
        (packed(3, more=np.zeros(3, np.float32)), "unknown tensor 'more'"),
    ],
    ids=["empty", "cut", "no count", "none", "too many", "another count", "no network", "nan", "more"],
)
def test_damage_is_told_with_the_files_name(path: Path, content: bytes, told: str):
    path.write_bytes(content)
    with pytest.raises(RunDamaged, match=told) as error:
        read_recording()
    assert str(path) in str(error.value)


def test_the_shipped_one_is_of_the_sample_and_the_two_pull_in_opposite_directions(sample: Digits):
    assert directories.RECORDING.stat().st_size < 1_000_000
    found = read_recording()
    assert found.made_on == sample.digest
    steps = found.steps
    assert steps.rows.max() < len(sample.train_images)
    assert steps.trained.tolist() == [0, 1] * 300
    change = steps.error[:, 1] - steps.error[:, 0]
    assert (change[::2] < 0).all()
    assert (change[1::2] > 0).all()
    frozen = steps.drawn[::2]  # in a discriminator step G stays, and with it what it draws
    np.testing.assert_array_equal(frozen[:, 0], frozen[:, 1])
    judged = steps.verdicts[1::2, :, :SHOWN]  # in a generator step D stays, and with it what it says of real digits
    np.testing.assert_allclose(judged[:, 0], judged[:, 1], atol=1e-3)


def test_no_picture_of_a_real_digit_is_in_the_shipped_one(sample: Digits):
    content = decompress(directories.RECORDING.read_bytes(), 100_000_000)
    steps = read_recording().steps
    assert not any(sample.train_images[row].tobytes() in content for row in steps.rows[:20].ravel())
    real = {image.tobytes() for image in (np.rint(sample.train_images / 17) * 17).astype(np.uint8)}
    assert not any(image.tobytes() in real for image in steps.drawn.reshape(-1, 28, 28))
