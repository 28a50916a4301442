"""A GAN's training step by step: each step of the discriminator or of the generator by itself, with its batch.

A recording of the first steps travels with the repository. Its real digits are rows of the bundled sample's training
digits, so that there is no picture of one in the file; those that the generator drew are rounded to 16 levels of grey.
A byte of the file holds the level of a pixel before the step in its upper half, and that after it in the lower one: the
two are much alike, so that this compresses better than one picture after the other.
"""

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vae_core.data.digits import Digits
from vae_core.data.images import IMAGE_SIDE
from vae_core.storage import directories
from vae_core.storage.files import raising_run_damaged, read_bytes, write
from vae_core.storage.tensors import (
    DIGEST,
    Shapes,
    Tensors,
    compress,
    decompress,
    digest_tensor,
    largest,
    pack,
    parse,
    read_metadata,
)

NetworkName = Literal["discriminator", "generator"]
NETWORKS: tuple[NetworkName, ...] = ("discriminator", "generator")

SHOWN = 8
"""Of each batch, so many real digits are shown, and as many that the generator drew."""

_LEVEL = 17
"""Two of the 16 levels of grey are so far apart: they reach from 0 to 255."""
_MOST_STEPS = 5000
_MOST_BYTES = 3_000_000


@dataclass(frozen=True, eq=False)
class Steps:
    """Some steps in a row, S of them. Where there are two of something, the first is before the step, the second after
    it, on the very same batch."""

    trained: np.ndarray
    """(S,) uint8: which of NETWORKS learned; the other was frozen."""
    rows: np.ndarray
    """(S, 8) uint16: the real digits, as rows of the training digits."""
    drawn: np.ndarray
    """(S, 2, 8, 28, 28) uint8: what the generator drew from the same eight points."""
    verdicts: np.ndarray
    """(S, 2, 16) float32: the probability by which the discriminator takes each for real, the real digits first."""
    error: np.ndarray
    """(S, 2) float32: the discriminator's error on the whole batch, in nats, without the penalty."""
    gradient: np.ndarray
    """(S,) float32: length of the gradient of what the network at work minimises, over all of its weights."""

    def __len__(self) -> int:
        return len(self.trained)

    def __getitem__(self, which: slice) -> "Steps":
        return Steps(*(array[which] for array in self.tensors().values()))

    def for_browser(self, images: np.ndarray | None) -> Tensors:
        """Its tensors with the pictures of the real digits, `real` (S, 8, 28, 28) uint8, in place of their rows.

        images: (N, 28, 28) uint8, the training digits; None if they are not at hand: then `real` is empty.
        """
        tensors = self.tensors()
        rows = tensors.pop("rows")
        return tensors | {"real": images[rows] if images is not None else np.empty(0, np.uint8)}

    def tensors(self) -> Tensors:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


@dataclass(frozen=True)
class Recording:
    """The steps that travel with the repository."""

    steps: Steps
    made_on: str
    """`Digits.digest` of the digits whose training digits they were taken on."""
    digest: str
    """Sixteen hexadecimal digits: a hash of the file."""


def joined(steps: Sequence[Steps]) -> Steps:
    """One after the other."""
    return Steps(*(np.concatenate(arrays) for arrays in zip(*(one.tensors().values() for one in steps), strict=True)))


def write_recording(steps: Steps, digits: Digits) -> None:
    """Let these steps travel with the repository. digits: whose training digits they were taken on. Raises OSError."""
    levels = np.rint(steps.drawn / _LEVEL).astype(np.uint8)
    changed = {
        "drawn": levels[:, 0] << 4 | levels[:, 1],
        "verdicts": steps.verdicts.astype(np.float16),
        "digest": digest_tensor(digits.digest),
    }
    write(directories.RECORDING, compress(pack(steps.tensors() | changed, {"steps": len(steps)})))


def read_recording() -> Recording:
    """The recording that travels with the repository. Raises RunDamaged, which names the file."""
    path = directories.RECORDING
    with raising_run_damaged(path):
        packed = read_bytes(path, _MOST_BYTES)
        content = decompress(packed, largest(_shapes(_MOST_STEPS)))
        count = int(read_metadata(content, ("steps",))["steps"])
        if not 0 < count <= _MOST_STEPS:
            raise ValueError(f"expected 1 to {_MOST_STEPS:,} steps, found {count:,}")
        tensors = parse(content, _shapes(count))
        made_on = tensors.pop("digest").tobytes().hex()
        if tensors["trained"].max() >= len(NETWORKS):
            raise ValueError("trained: expected 0 or 1")
        tensors["drawn"] = np.stack([tensors["drawn"] >> 4, tensors["drawn"] & 15], axis=1) * np.uint8(_LEVEL)
    return Recording(Steps(**tensors), made_on, hashlib.sha256(packed).hexdigest()[:16])


def _shapes(count: int) -> Shapes:
    """Of the tensors in the file."""
    return {
        "trained": ((count,), np.uint8),
        "rows": ((count, SHOWN), np.uint16),
        "drawn": ((count, SHOWN, IMAGE_SIDE, IMAGE_SIDE), np.uint8),
        "verdicts": ((count, 2, 2 * SHOWN), np.float32),
        "error": ((count, 2), np.float32),
        "gradient": ((count,), np.float32),
        "digest": DIGEST,
    }
