"""References: scores of other models, so that a reader can judge a score.

All are of models with a 2-D latent space, or 2-D embeddings, measured on MNIST's 10,000 test digits; scores on other
digits do not compare with them. Invariant: every reference names its model, and how its condition differs from ours.
"""

import csv
import functools
from dataclasses import dataclass

from vae_core.data.digits import Digits
from vae_core.data.images import PIXELS
from vae_core.storage import directories

MNIST_TEST = "c3f9adf9c66efb57"
"""`Digits.digest` of MNIST's 10,000 test digits."""


@dataclass(frozen=True)
class Reference:
    """The score of another model."""

    score: str
    """The name of the score that it compares with."""
    value: float
    """In that score's unit."""
    of: str
    """The model, and where it was published unless it is ours."""
    condition: str
    """How it was trained or measured, as far as that differs from the score that it compares with."""


_N_VAE = "MLP N-VAE of the S-VAE paper (Davidson et al. 2018)"
_PLAIN, _NOT_TUNED = "MLP with three layers of 512 in each half", "ours, 50 epochs, not tuned"
_NEIGHBOURS = "fitted on the training digits"

REFERENCES = (
    Reference("-ELBO", 152.7, "784-500-2 tanh, a public notebook", "40 epochs"),
    Reference("-ELBO", 151.65, "the post's recipe, with the optimizer of its time", "50 epochs"),
    Reference("-ELBO", 147.0, "Keras's small conv VAE", "30 epochs, trained on the test digits too"),
    Reference("-ELBO", 138.2, "large conv VAE, 9M parameters", "notebook of Parametric UMAP (Sainburg et al. 2021)"),
    Reference("-ELBO", 137.1, _N_VAE, "binarised digits"),
    Reference("-ELBO", 134.4, _PLAIN, _NOT_TUNED),
    Reference("KL", 7.3, _PLAIN, _NOT_TUNED),
    Reference("-log p(x)", 135.7, _N_VAE, "binarised digits, importance sampling"),
    Reference("inference gap", 1.4, _N_VAE, "binarised digits, 137.1 less 135.7"),
    Reference("5-NN accuracy", 0.765, "conv VAE", _NEIGHBOURS),
    Reference("5-NN accuracy", 0.79, "autoencoder", _NEIGHBOURS),
    Reference("5-NN accuracy", 0.95, "t-SNE", _NEIGHBOURS),
    Reference("5-NN accuracy", 0.954, "UMAP", _NEIGHBOURS),
)
"""Ordered by score, and for each score from the worst to the best."""


def references(score: str) -> list[Reference]:
    """The references for the score of this name, from the worst to the best; empty if there are none."""
    return [reference for reference in REFERENCES if reference.score == score]


def comparable(digits: Digits) -> bool:
    """Whether these test digits are MNIST's, on which the references were measured."""
    return digits.digest == MNIST_TEST


@functools.cache
def post_losses() -> tuple[float, ...]:
    """The training loss that the blog post printed after each of its 50 epochs, in nats for each digit."""
    with (directories.SHIPPED / "post_loss.csv").open(encoding="utf-8") as file:
        return tuple(PIXELS * float(row["loss"]) for row in csv.DictReader(file))
