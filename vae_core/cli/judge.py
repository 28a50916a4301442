"""Trains the judge and puts it in its place among what travels with the repository.

Invariant: what is kept is what is scored. Its accuracies are those of the weights as they are in the file.
"""

from pathlib import Path

import numpy as np

from vae_core.data.digits import Digits, split
from vae_core.data.images import to_pixels
from vae_core.errors import DataError
from vae_core.evaluation.measurement import OnProgress
from vae_core.networks.classifier import Classifier
from vae_core.networks.judge import as_halves, write_judge
from vae_core.storage import directories

VALIDATION = 5000
"""Digits that are held out."""


def make_judge(digits: Digits, unseen: Digits, seed: int, on_progress: OnProgress) -> Path:
    """Train a judge and keep it, in place of the one that is there. Returns where it lies.

    digits: MNIST; unseen: digits that it shall never see. Raises DataError for other digits than MNIST; OSError.
    """
    from vae_core.training.judge import train_judge  # starts TensorFlow

    if not digits.are_mnist:
        raise DataError(f"The judge is trained on MNIST; found {digits.name}. Let $VAE_MNIST name an mnist.npz.")
    known = digits.without(unseen)
    (images, held_out), (labels, held_out_labels) = (
        split(part, VALIDATION, seed) for part in (known.train_images, known.train_labels)
    )
    pixels = to_pixels(held_out)
    tensors = as_halves(train_judge(images, labels, seed, on_step=lambda share: on_progress(share, "Training")), pixels)
    judge = Classifier.from_tensors({name: tensor.astype(np.float32) for name, tensor in tensors.items()})
    record = {
        "seed": seed,
        "training digits": len(images),
        "validation digits": len(held_out),
        "validation accuracy": float((judge.classes(pixels) == held_out_labels).mean()),
        "test digits": len(digits.test_images),
        "test accuracy": float((judge.classes(to_pixels(digits.test_images)) == digits.test_labels).mean()),
    }
    write_judge(tensors, record)
    return directories.JUDGE
