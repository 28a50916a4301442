"""Digits: images and labels for training and for testing, digits left out, and the split of a validation set."""

import dataclasses
import functools
import hashlib
from dataclasses import dataclass, field

import numpy as np

from vae_core.errors import DataError

MNIST, SAMPLE = "mnist", "sample"
"""The sources: what digits are, whatever place they came from. A run's dataset and a score have them too."""

_NAMES = {MNIST: "MNIST", SAMPLE: "bundled sample of MNIST"}
_TEST_DIGITS = {MNIST: "MNIST test digits", SAMPLE: "digits of the bundled sample"}


def name_of(source: str) -> str:
    """What digits of this source are called."""
    return _NAMES.get(source, source)


def test_digits_of(source: str) -> str:
    """What test digits of this source are called."""
    return _TEST_DIGITS.get(source, source)


@dataclass(frozen=True)
class Digits:
    """Training and test digits. images: (N, 28, 28) uint8, labels: (N,) uint8 in 0..9, all read-only."""

    source: str
    """MNIST or SAMPLE."""
    origin: str
    """Where they were loaded from, in words: a file, a download, a package."""
    skipped: tuple[str, ...]
    """For each source that was tried before: its name, and why it was not used."""
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    left_out: dict[str, str] = field(default_factory=dict)
    """Digits that were taken out of the training digits: their source and their digest."""

    @property
    def name(self) -> str:
        """What these digits are called."""
        return name_of(self.source)

    @property
    def are_sample(self) -> bool:
        """Whether they are the bundled sample, which stands in for MNIST."""
        return self.source == SAMPLE

    @functools.cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits: a hash of the test digits. Scores compare only if their digests are equal."""
        return hashlib.sha256(self.test_images.tobytes() + self.test_labels.tobytes()).hexdigest()[:16]

    def without(self, others: "Digits") -> "Digits":
        """These digits, less the training digits that have the same pixels as a test digit of `others`.

        Raises DataError unless each of `others` is found, or if no training digit is left.
        """
        pixels = {image.tobytes() for image in others.test_images}
        kept = np.array([image.tobytes() not in pixels for image in self.train_images], bool)
        if len(kept) - kept.sum() < len(pixels) or not kept.any():
            raise DataError(
                f"The training digits of {self.name} cannot be used without the {others.name}: expected to find all "
                f"{len(pixels):,} of these among them, and others; found {len(kept) - kept.sum():,} of {len(kept):,}."
            )
        return dataclasses.replace(
            self,
            train_images=self.train_images[kept],
            train_labels=self.train_labels[kept],
            left_out=self.left_out | {others.source: others.digest},
        )


def split(images: np.ndarray, held_out: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split training images (N, 28, 28) into those to train on and the last `held_out` of a random order.

    seed: of that order. Returns (N - held_out, 28, 28) and (held_out, 28, 28).
    """
    order = np.random.default_rng(seed).permutation(len(images))
    cut = len(images) - held_out
    return images[order[:cut]], images[order[cut:]]
