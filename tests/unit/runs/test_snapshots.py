"""Two dozen moments, denser early, the first before any step; all of a run show the same digits in the same order."""

import dataclasses
import gzip
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from tests.unit.builders import CONFIG, make_run, random_digits, random_tensors
from tests.unit.inspection import listing
from vae_core.errors import RunDamaged
from vae_core.networks.network import Network, parts_of
from vae_core.runs import snapshots
from vae_core.runs.run import Run
from vae_core.runs.snapshots import PROBE, Snapshot, keep, kept, read, steps_to_keep
from vae_core.storage.tensors import compress, pack

DIGITS = random_digits(test=7)
NETWORK = Network.from_tensors(random_tensors(CONFIG))
SNAPSHOT = Snapshot.take(NETWORK.encoder, NETWORK.decoder, DIGITS.test_images, step=12)


@pytest.fixture
def run(root: Path) -> Run:
    run = make_run(root)
    return dataclasses.replace(
        run, record=dataclasses.replace(run.record, dataset=dataclasses.replace(run.record.dataset, test=7))
    )


# --- The moments


@pytest.mark.parametrize("total", [1, 2, 3, 10, 23, 24, 80, 100, 1180, 30_000, 60_000_000])
def test_the_moments_rise_from_before_the_first_step_to_after_the_last(total: int):
    steps = steps_to_keep(total)
    assert (steps[0], steps[-1]) == (0, total)
    assert all(isinstance(step, int) and early < step for early, step in pairwise(steps))
    assert len(steps) <= 24


@pytest.mark.parametrize("total", [2000, 30_000, 60_000_000])
def test_there_are_two_dozen_and_the_gaps_grow(total: int):
    steps = steps_to_keep(total)
    assert 22 <= len(steps) <= 24
    gaps = np.diff(steps)
    assert (np.diff(gaps) >= -1).all()  # they are rounded
    assert steps[len(steps) // 2] < total / 6
    assert gaps[-1] < total / 7


def test_a_training_of_few_steps_keeps_them_all_only_if_there_are_few():
    assert steps_to_keep(1) == [0, 1]
    assert steps_to_keep(2) == [0, 1, 2]
    assert steps_to_keep(23**3)[:4] == [0, 1, 8, 27]


# --- What they show


def test_the_points_are_the_means_of_the_first_test_digits():
    expected, _ = NETWORK.encoder.encode((DIGITS.test_images.reshape(-1, 784) / 255).astype(np.float32))
    np.testing.assert_allclose(SNAPSHOT.means, expected, atol=1e-6)
    assert SNAPSHOT.step == 12


def test_no_more_digits_are_shown_than_a_thousand_and_always_the_same():
    images = np.random.default_rng(3).integers(0, 256, (PROBE + 5, 28, 28), dtype=np.uint8)
    many = [Snapshot.take(*parts_of(random_tensors(CONFIG, seed), "relu"), images, step=0) for seed in (1, 2)]
    few = [Snapshot.take(*parts_of(random_tensors(CONFIG, seed), "relu"), images[:9], step=0) for seed in (1, 2)]
    for whole, part in zip(many, few, strict=True):
        assert whole.means.shape == (1000, 2)
        np.testing.assert_allclose(whole.means[:9], part.means, atol=1e-6)


def test_the_tiles_are_the_decoded_lattice_from_the_top_left_to_the_bottom_right():
    nodes = scipy.stats.norm.ppf(np.linspace(0.05, 0.95, 15))
    z = np.array([(z1, z2) for z2 in nodes[::-1] for z1 in nodes], np.float32)
    expected = NETWORK.decoder.decode(z) * 255
    assert SNAPSHOT.tiles.shape == (225, 28, 28)
    assert SNAPSHOT.tiles.dtype == np.uint8
    np.testing.assert_allclose(SNAPSHOT.tiles, expected, atol=0.51)


# --- On disk


def assert_equal(found: Snapshot, expected: Snapshot) -> None:
    assert found.step == expected.step
    assert isinstance(found.step, int)
    np.testing.assert_array_equal(found.means, expected.means, strict=True)
    np.testing.assert_array_equal(found.tiles, expected.tiles, strict=True)


def test_what_is_kept_is_read(run: Run):
    keep(run.directory, SNAPSHOT)
    (path,) = kept(run)
    found, content = read(path, 7)
    assert_equal(found, SNAPSHOT)
    assert content == path.read_bytes() == SNAPSHOT.to_bytes()


def test_they_are_found_in_the_order_of_their_steps_and_nothing_else_is(run: Run):
    assert kept(run) == []
    for step in (30_000, 0, 9, 10, 60_000_000):
        keep(run.directory, dataclasses.replace(SNAPSHOT, step=step))
    for name in ("notes.txt", ".part-abc", "live.safetensors.gz", "1.safetensors.gz"):
        (run.directory / "snapshots" / name).touch()
    assert [read(path, 7)[0].step for path in kept(run)] == [0, 9, 10, 30_000, 60_000_000]


def test_a_moment_that_is_kept_again_takes_the_place_of_the_first(run: Run):
    for _ in range(2):
        keep(run.directory, SNAPSHOT)
    assert listing(run.directory / "snapshots") == ["00000012.safetensors.gz"]


def test_two_dozen_of_a_trained_network_are_a_few_megabytes(tmp_path: Path):
    """Random weights draw noise, which is as hard to compress as anything."""
    images = np.random.default_rng(3).integers(0, 256, (PROBE, 28, 28), dtype=np.uint8)
    assert len(Snapshot.take(NETWORK.encoder, NETWORK.decoder, images, step=1).to_bytes()) * 24 < 5_000_000


# --- Damage


def packed(step: float = 12, **changes: np.ndarray) -> bytes:
    return pack({"means": SNAPSHOT.means, "tiles": SNAPSHOT.tiles} | changes, {"step": step})


GOOD = SNAPSHOT.to_bytes()
DAMAGE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "(?i)header"),
    "not compressed": (packed(), "(?i)gzip"),
    "truncated": (GOOD[: len(GOOD) // 2], "ended before the end"),
    "changed": (GOOD[:1000] + bytes([GOOD[1000] ^ 255]) + GOOD[1001:], "(?i)crc|invalid|decompress|header|error"),
    "too much": (GOOD + bytes(1_000_000), "expected at most 1,000,000 bytes"),
    "a bomb": (gzip.compress(bytes(1_000_000)), "expected at most .* bytes when unpacked, found more"),
    "a pickle": (compress(b"\x80\x04\x95" + bytes(200)), "(?i)header"),
    "one digit too few": (compress(packed(means=SNAPSHOT.means[1:])), r"means: expected \(7, 2\) .* found \(6, 2\)"),
    "points of another type": (compress(packed(means=SNAPSHOT.means.astype(float))), "means: expected .* float64"),
    "points of NaN": (compress(packed(means=SNAPSHOT.means * np.float32(math.nan))), "means: expected finite numbers"),
    "one tile too few": (compress(packed(tiles=SNAPSHOT.tiles[1:])), r"tiles: expected \(225, 28, 28\)"),
    "more than it should have": (compress(packed(labels=np.zeros(7, np.uint8))), "unknown tensor 'labels'"),
    "no step": (compress(pack({"means": SNAPSHOT.means, "tiles": SNAPSHOT.tiles})), "the number 'step' is missing"),
    "a step of infinity": (compress(packed(step=math.inf)), "expected finite numbers"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_one_is_refused_by_name(run: Run, case: str):
    content, words = DAMAGE[case]
    keep(run.directory, SNAPSHOT)
    (path,) = kept(run)
    path.write_bytes(content)
    with pytest.raises(RunDamaged, match=words) as caught:
        read(path, 7)
    assert str(caught.value).startswith(f"{path} is damaged: ")


def test_one_that_is_gone_is_said_to_be_missing(run: Run):
    path = run.directory / "snapshots" / "00000012.safetensors.gz"
    with pytest.raises(RunDamaged) as caught:
        read(path, 7)
    assert str(caught.value) == f"{path} is missing."


@pytest.mark.parametrize("take", [lambda content: content, gzip.decompress], ids=["as it is", "unpacked"])
def test_the_bytes_are_the_same_for_the_same_moment(take: Callable[[bytes], bytes]):
    """So that a browser's cache, and a name made of a hash, hold."""
    assert take(SNAPSHOT.to_bytes()) == take(snapshots.Snapshot(**vars(SNAPSHOT)).to_bytes())
