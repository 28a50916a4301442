"""Digits: images and labels for training and for testing, digits left out, and the split of a validation set."""

import dataclasses
import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from vae_core.data.npz import Arrays
from vae_core.errors import DataError

MNIST, SAMPLE = "mnist", "sample"
"""The sources: what digits are, whatever place they came from. A run's dataset and a score have them too.

Digits of a file that is not MNIST have the file's name for their source.
"""

MNIST_TEST = "c3f9adf9c66efb57"
"""`Digits.digest` of MNIST's 10,000 test digits."""

_MNIST_TRAINING = "edc0d1098aa497be"
"""The same hash of its 60,000 training digits."""

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""The file that keras.datasets.mnist downloads; URL and hash are those in Keras's source."""

_NAMES = {MNIST: "MNIST", SAMPLE: "bundled sample of MNIST"}
_TEST_DIGITS = {MNIST: "MNIST test digits", SAMPLE: "digits of the bundled sample"}


def name_of(source: str) -> str:
    """What digits of this source are called."""
    return _NAMES.get(source, source)


def test_digits_of(source: str) -> str:
    """What test digits of this source are called."""
    return _TEST_DIGITS.get(source, f"test digits of {source}")


def class_text(label: int) -> str:
    """A class as a page writes it: a 3, an 8."""
    return f"{'an' if label == 8 else 'a'} {label}"


def _digest(images: np.ndarray, labels: np.ndarray) -> str:
    """Sixteen hexadecimal digits: a hash of digits. images: (N, 28, 28) uint8; labels: (N,) uint8."""
    found = hashlib.sha256(np.ascontiguousarray(images).data)  # no copy of 47 MB
    found.update(np.ascontiguousarray(labels).data)
    return found.hexdigest()[:16]


def source_of(arrays: Arrays, file: str) -> str:
    """What the digits of a file are, by their hash: MNIST, or else what the file is called."""
    found = tuple(_digest(arrays[f"x_{split}"], arrays[f"y_{split}"]) for split in ("train", "test"))
    return MNIST if found == (_MNIST_TRAINING, MNIST_TEST) else file


Part = tuple[np.ndarray, np.ndarray]
"""Images (N, 28, 28) uint8 and labels (N,) uint8 in 0..9."""


def given(images: np.ndarray, labels: np.ndarray) -> Callable[[], Part]:
    """Training digits that are loaded already, for `Digits.training`. Another process can be handed them."""
    return functools.partial(_part, images, labels)


def _part(images: np.ndarray, labels: np.ndarray) -> Part:
    return images, labels


@dataclass(frozen=True)
class Digits:
    """Training and test digits. images: (N, 28, 28) uint8, labels: (N,) uint8 in 0..9, all read-only."""

    source: str
    """MNIST, SAMPLE, or the name of the file of other digits."""
    origin: str
    """Where they were loaded from, in words: a file, a download, a package."""
    skipped: tuple[str, ...]
    """For each source that was tried before: its name, and why it was not used."""
    training: Callable[[], Part]
    """Loads the training digits: see `given`. A page that only shows a map never needs them."""
    test_images: np.ndarray
    test_labels: np.ndarray
    refused: str = ""
    """Why the file that the user named could not be used, so that these digits stand in for it; empty if none was."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Digits that were taken out of the training digits: their source and their digest."""

    @property
    def train_images(self) -> np.ndarray:
        """(N, 28, 28) uint8, loaded when they are first asked for. Raises DataError if that fails."""
        return self.training()[0]

    @property
    def train_labels(self) -> np.ndarray:
        """(N,) uint8 in 0..9, loaded as `train_images` are."""
        return self.training()[1]

    @property
    def name(self) -> str:
        """What these digits are called."""
        return name_of(self.source)

    @property
    def are_mnist(self) -> bool:
        """Whether they are MNIST itself."""
        return self.source == MNIST

    @property
    def are_sample(self) -> bool:
        """Whether they are the bundled sample, which stands in for MNIST."""
        return self.source == SAMPLE

    @functools.cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits: a hash of the test digits. Scores compare only if their digests are equal."""
        return _digest(self.test_images, self.test_labels)

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
            training=given(self.train_images[kept], self.train_labels[kept]),
            left_out=self.left_out | {others.source: others.digest},
        )


def split(training: np.ndarray, held_out: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split training digits into those to train on and the last `held_out` of a random order.

    training: (N, ...), images or labels, which are split alike; seed: of that order. Returns (N - held_out, ...) and
    (held_out, ...).
    """
    order = np.random.default_rng(seed).permutation(len(training))
    cut = len(training) - held_out
    return training[order[:cut]], training[order[cut:]]
