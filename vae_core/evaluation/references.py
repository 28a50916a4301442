"""References: scores of other models, so that a reader can judge a score.

All are of models with a 2-D latent space, or 2-D embeddings, of MNIST. They compare with scores on MNIST's 10,000 test
digits alone. Invariant: every reference says on which digits and which pixels it was measured, and by whom.
"""

import csv
import functools
from dataclasses import dataclass

from vae_core.data.digits import MNIST_TEST, Digits
from vae_core.data.images import PIXELS
from vae_core.storage import directories


@dataclass(frozen=True)
class Source:
    """Where a figure was published."""

    title: str
    place: str
    """The authors, where and when."""
    link: str


OURS = None
"""The source of a figure that was measured by us."""


@dataclass(frozen=True)
class Reference:
    """The score of another model."""

    score: str
    """The name of the score that it compares with."""
    value: float
    """In that score's unit."""
    of: str
    """The model."""
    split: str
    """The digits that it was measured on: "test" or "training"."""
    pixels: str
    """What was made of their pixels: "grey", or "binarised", drawn anew as black or white each time."""
    condition: str
    """How else it was trained or measured."""
    source: Source | None
    """Where it was published; None: ours."""


_KERAS = Source("Variational AutoEncoder", "Keras code examples, 2020", "https://keras.io/examples/generative/vae/")
_S_VAE = Source(
    "Hyperspherical Variational Auto-Encoders", "Davidson et al., UAI 2018", "https://arxiv.org/abs/1804.00891"
)
_PARAMETRIC_UMAP = Source(
    "Parametric UMAP, the paper's notebooks",
    "Sainburg et al., Neural Computation 2021",
    "https://github.com/timsainb/ParametricUMAP_paper/tree/master/notebooks/dataset-projections/mnist",
)
_N_VAE = "MLP VAE with a normal posterior"
_PLAIN, _NOT_TUNED = "MLP with three layers of 512 in each half", "50 epochs, not tuned"
_NEIGHBOURS = "neighbours among 50,000 training digits"

REFERENCES = (
    Reference(
        "-ELBO", 151.65, "the blog post's recipe with the optimizer of its time", "test", "grey", "50 epochs", OURS
    ),
    Reference(
        "-ELBO", 147.0, "small conv VAE", "training", "grey", "30 epochs, running mean over all 70,000 digits", _KERAS
    ),
    Reference(
        "-ELBO",
        138.2,
        "conv VAE of 9.2 million weights",
        "training",
        "grey",
        "30 epochs; printed as 134.2, with half of the KL, 4.0 nats; the other half added by us",
        _PARAMETRIC_UMAP,
    ),
    Reference("-ELBO", 134.4, _PLAIN, "test", "grey", _NOT_TUNED, OURS),
    Reference("KL", 7.3, _PLAIN, "test", "grey", _NOT_TUNED, OURS),
    Reference("-ELBO, binarised", 137.1, _N_VAE, "test", "binarised", "trained on binarised digits", _S_VAE),
    Reference("-log p(x)", 135.7, _N_VAE, "test", "binarised", "at most: by importance sampling", _S_VAE),
    Reference("inference gap", 1.4, _N_VAE, "test", "binarised", "at least: 137.1 less 135.7", _S_VAE),
    Reference("5-NN accuracy", 0.765, "conv VAE", "test", "grey", _NEIGHBOURS, _PARAMETRIC_UMAP),
    Reference("5-NN accuracy", 0.79, "autoencoder", "test", "grey", _NEIGHBOURS, _PARAMETRIC_UMAP),
    Reference("5-NN accuracy", 0.95, "t-SNE", "test", "grey", _NEIGHBOURS, _PARAMETRIC_UMAP),
    Reference("5-NN accuracy", 0.954, "UMAP", "test", "grey", _NEIGHBOURS, _PARAMETRIC_UMAP),
)
"""Ordered by score, and for each score from the worst to the best."""


def references(score: str) -> list[Reference]:
    """The references for the score of this name, from the worst to the best; empty if there are none."""
    return [reference for reference in REFERENCES if reference.score == score]


def comparable(digits: Digits) -> bool:
    """Whether these test digits are MNIST's, the only ones whose scores the references compare with."""
    return digits.digest == MNIST_TEST


@functools.cache
def post_losses() -> tuple[float, ...]:
    """The training loss that the blog post printed after each of its 50 epochs, in nats for each digit."""
    with (directories.SHIPPED / "post_loss.csv").open(encoding="utf-8") as file:
        return tuple(PIXELS * float(row["loss"]) for row in csv.DictReader(file))
