"""The judge: the classifier that travels with the repository, by which the drawings of every model are scored.

Scores by one judge do not compare with those by another. So it is trained once, by `python -m vae_core train-judge`,
and every report keeps its digest.
"""

import functools

import numpy as np

from vae_core.networks.classifier import Classifier, classifier_shapes
from vae_core.storage import directories
from vae_core.storage.files import raising_run_damaged, read_bytes, write
from vae_core.storage.tensors import Tensors, largest, pack, read_metadata, read_tensors

RECORD = (
    "seed",
    "training digits",
    "validation digits",
    "validation accuracy",
    "test digits",
    "test accuracy",
)
"""The numbers in the file's metadata: how it was trained, and the share of digits whose class it tells. It saw neither
the validation digits nor the test digits in training; only the former helped to choose its recipe."""


@functools.cache
def shipped_judge() -> Classifier:
    """The judge, read once in a process. Raises RunDamaged, which names the file."""
    return Classifier.from_tensors(read_tensors(directories.JUDGE, classifier_shapes()))


def judge_record() -> dict[str, float]:
    """The numbers of RECORD by name. Raises RunDamaged, which names the file."""
    with raising_run_damaged(directories.JUDGE):
        return read_metadata(read_bytes(directories.JUDGE, largest(classifier_shapes())), RECORD)


def write_judge(tensors: Tensors, record: dict[str, float]) -> None:
    """Let a classifier be the judge. record: the numbers of RECORD. Raises OSError."""
    write(directories.JUDGE, pack(tensors, record))


def as_halves(tensors: Tensors, pixels: np.ndarray) -> Tensors:
    """The weights as float16, or as they are if that changes what one of the digits is taken for.

    pixels: (N, 784) float32, of digits that it was not trained on.
    """
    halves = {name: tensor.astype(np.float16) for name, tensor in tensors.items()}
    widened = {name: half.astype(np.float32) for name, half in halves.items()}
    before, after = (Classifier.from_tensors(weights).classes(pixels) for weights in (tensors, widened))
    return halves if np.array_equal(before, after) else tensors
