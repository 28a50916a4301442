"""References: what others reached, so that a reader of a score knows what is good.

All are of 2-D models of MNIST, measured on its 10,000 test digits; beside scores on others they would mislead.
Invariant: a reference says whose it is and under which condition it was found.
"""

from dataclasses import dataclass

from vae_core.data.digits import Digits

MNIST_TEST = "c3f9adf9c66efb57"
"""`Digits.digest` of MNIST's 10,000 test digits."""


@dataclass(frozen=True)
class Reference:
    """One published or measured figure."""

    score: str
    """The name of the score that it stands beside."""
    value: float
    """In that score's unit."""
    of: str
    condition: str
    """How it was found, where that differs from how the score beside it is."""


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
"""From the worst to the best of each score."""


def references(score: str) -> list[Reference]:
    """Those of one score, from the worst to the best; none for a score that nobody published."""
    return [reference for reference in REFERENCES if reference.score == score]


def comparable(digits: Digits) -> bool:
    """Whether the test digits at hand are the ones that the references were measured on."""
    return digits.digest == MNIST_TEST
