"""The digits' pictures in one file of blocks, so that a browser fetches only those that it shows.

The pictures of MNIST's test digits take 1.7 MB, a block about 17 KB. Digits that lie side by side on the map share one:
whoever looks around in a part of the map fetches that part. All numbers are little-endian:

    4 bytes         "blks"
    uint32          size of the file
    uint32[256]     where each block ends, from the start of the file; unused ones repeat the last end
    uint8[N]        the block of each digit
    blocks          each of them gzip of (n, 28, 28) uint8: its n digits, in the order of their numbers
"""

import gzip
import math
import struct

import numpy as np

MAGIC = b"blks"
_BLOCKS = 256
_DIGITS_A_BLOCK = 100
_GZIP_LEVEL = 6


def pack_blocks(images: np.ndarray, means: np.ndarray) -> bytes:
    """The content of such a file.

    images: (N, 28, 28) uint8; means: (N, 2), where each of them lies on the map.
    """
    places = _blocks(means)
    count = int(places.max(initial=0)) + 1
    blocks = [gzip.compress(images[places == block].tobytes(), _GZIP_LEVEL, mtime=0) for block in range(count)]
    head = len(MAGIC) + 4 + 4 * _BLOCKS + len(places)
    ends = head + np.cumsum([len(block) for block in blocks] + [0] * (_BLOCKS - count))
    return MAGIC + struct.pack("<I", ends[-1]) + ends.astype("<u4").tobytes() + places.tobytes() + b"".join(blocks)


def _blocks(means: np.ndarray) -> np.ndarray:
    """The block of each digit, (N,) uint8: as many columns of the map as rows in each, all with as many digits."""
    side = min(math.isqrt(_BLOCKS), math.ceil(math.sqrt(len(means) / _DIGITS_A_BLOCK)))
    places = np.zeros(len(means), np.uint8)
    for i, column in enumerate(np.array_split(np.argsort(means[:, 0], kind="stable"), max(side, 1))):
        rows = np.array_split(column[np.argsort(means[column, 1], kind="stable")], max(side, 1))
        for j, members in enumerate(rows):
            places[members] = side * i + j
    return places
