"""The file of pictures, unpacked byte by byte, as its description says."""

import struct
import zlib

import numpy as np
import pytest

from vae_core.ui.resources.picture_blocks import pack_blocks


def unpacked(content: bytes, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The pictures and the block of each."""
    assert content[:4] == b"blks"
    assert struct.unpack_from("<I", content, 4) == (len(content),)
    ends = struct.unpack_from("<256I", content, 8)
    head = 8 + 4 * 256 + count
    places = np.frombuffer(content[head - count : head], np.uint8)
    images = np.zeros((count, 28, 28), np.uint8)
    for block, (start, end) in enumerate(zip((head, *ends), ends, strict=False)):
        if start < end:
            grey = zlib.decompress(content[start:end], 16 + zlib.MAX_WBITS)
            images[places == block] = np.frombuffer(grey, np.uint8).reshape(-1, 28, 28)
    assert ends[-1] == len(content)
    return images, places


@pytest.mark.parametrize("count", [1, 99, 101, 1000, 30_000])
def test_every_picture_comes_back(count: int):
    noise = np.random.default_rng(0)
    images = noise.integers(0, 256, (count, 1, 1), np.uint8) + np.arange(784, dtype=np.uint8).reshape(28, 28)
    found, places = unpacked(pack_blocks(images, noise.normal(size=(count, 2))), count)
    assert (found == images).all()
    assert np.ptp(np.bincount(places)) <= 2  # blocks of one size


def test_digits_of_a_block_lie_side_by_side():
    means = np.random.default_rng(0).normal(size=(10_000, 2))
    _, places = unpacked(pack_blocks(np.zeros((10_000, 28, 28), np.uint8), means), 10_000)
    assert places.max() == 99
    within = np.median([np.ptp(means[places == block], axis=0).max() for block in range(100)])
    assert within < 0.2 * np.ptp(means, axis=0).max()
