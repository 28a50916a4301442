"""The scorecard: what was measured of a network, as scores that name their unit, their digits and their estimator."""

import math

import numpy as np

from vae_core.config import LATENT_DIM
from vae_core.data.digits import Digits
from vae_core.data.images import PIXELS
from vae_core.evaluation import embedding_quality
from vae_core.evaluation.digit_metrics import KNN_CLASSIFIER_K, ClassMetrics
from vae_core.latent.aggregate_posterior import kl_from_prior
from vae_core.latent.latent_map import LatentMap
from vae_core.likelihood import elbo
from vae_core.likelihood.elbo import SAMPLES, SEED, negative_elbo
from vae_core.likelihood.evidence import Evidence
from vae_core.networks.network import Network
from vae_core.runs.record import Score

OVERALL = (
    "-ELBO",
    "reconstruction",
    "KL",
    *(f"KL of z{i + 1}" for i in range(LATENT_DIM)),
    "rate",
    "distortion",
    "bits per pixel",
    "-log p(x)",
    "inference gap",
    "KL of q(z) from the prior",
    "active units",
    "1-NN accuracy",
    "5-NN accuracy",
    "50-NN accuracy",
    "trustworthiness",
    "continuity",
    "silhouette",
)
"""The names of the scores of all digits together, in order."""

OF_CLASS = ", class "
"""What follows the name of a score where it is one class's, before the class."""


CLOSED_FORM = "closed form"
"""How the KL is computed, in words."""


def score_elbo(network: Network, digits: Digits, samples: int = SAMPLES) -> list[Score]:
    """-ELBO, reconstruction and KL: means over all test digits, in nats. samples: draws of z for a digit."""
    return elbo_scores(*negative_elbo(network, digits.test_images, samples), digits, samples)


def elbo_scores(reconstruction: np.ndarray, kl: np.ndarray, digits: Digits, samples: int = SAMPLES) -> list[Score]:
    """The same, from the terms of each digit's -ELBO, each (N,) in nats."""
    drawn = monte_carlo(samples)

    def nats(name: str, values: np.ndarray, estimator: str) -> Score:
        return Score(name, round(float(values.mean()), 4), "nats", len(values), digits.source, estimator)

    return [
        nats("-ELBO", reconstruction + kl, drawn),
        nats("reconstruction", reconstruction, drawn),
        nats("KL", kl, CLOSED_FORM),
    ]


def monte_carlo(samples: int = SAMPLES) -> str:
    """How `negative_elbo` estimates, in words."""
    return f"Monte Carlo, {samples} sample{'s' * (samples > 1)} a digit, seed {SEED}"


def bound_scores(reconstruction: np.ndarray, kl: np.ndarray, tests: LatentMap, digits: Digits) -> list[Score]:
    """The bound and its terms. reconstruction, kl: (N,), in nats."""
    by_dimension = elbo.kl_nats_by_dimension(tests.means, 2 * np.log(tests.std)).mean(axis=0)
    rate, distortion = kl.mean() / math.log(2), reconstruction.mean() / math.log(2)
    drawn, closed = monte_carlo(), CLOSED_FORM
    return [
        *elbo_scores(reconstruction, kl, digits),
        *(_score(digits, f"KL of z{i + 1}", of, "nats", closed) for i, of in enumerate(by_dimension)),
        _score(digits, "rate", rate, "bits a digit", f"KL, {closed}"),
        _score(digits, "distortion", distortion, "bits a digit", f"reconstruction, {drawn}"),
        _score(digits, "bits per pixel", (rate + distortion) / PIXELS, "bits", f"-ELBO, {drawn}"),
    ]


def evidence_scores(exact: Evidence, negative_elbo: float, digits: Digits) -> list[Score]:
    """What the bound bounds, and by how much it misses it. negative_elbo: the mean over the digits, in nats."""
    summed = (
        f"quadrature, nodes down to 1/{round(1 / exact.spacing)} apart; nodes twice as far apart, wherever they lie, "
        f"move a digit by {exact.error_estimate.mean():.4f} nats on average, {exact.error_estimate.max():.2f} at most"
    )
    return [
        _score(digits, "-log p(x)", -exact.nats.mean(), "nats", summed),
        _score(digits, "inference gap", negative_elbo + exact.nats.mean(), "nats", "-ELBO less -log p(x)"),
    ]


def map_scores(tests: LatentMap, accuracies: dict[int, float], near: str, digits: Digits) -> list[Score]:
    """How the map lies and what it keeps. accuracies: by number of neighbours; near: where those were looked for."""
    trust, continuity = embedding_quality.trustworthiness_and_continuity(digits.test_images, tests.means)
    neighbours, some = embedding_quality.rank(len(tests.means)), min(len(tests.means), embedding_quality.SUBSAMPLE)
    ranks = f"{neighbours} neighbour{'s' * (neighbours != 1)}"
    varied, distance = "variance of the means above 0.01", "Euclidean distance on the map"
    return [
        _score(digits, "KL of q(z) from the prior", kl_from_prior(tests), "nats", "cells of the plane, 1/32 wide"),
        _score(digits, "active units", embedding_quality.active_units(tests.means), "dimensions", varied),
        *(_score(digits, f"{k}-NN accuracy", of, "share", near) for k, of in accuracies.items()),
        _score(digits, "trustworthiness", trust, "0 to 1", ranks, some),
        _score(digits, "continuity", continuity, "0 to 1", ranks, some),
        _score(digits, "silhouette", embedding_quality.silhouette(tests), "-1 to 1", distance, some),
    ]


def class_scores(classes: list[ClassMetrics], near: str, digits: Digits) -> list[Score]:
    """Those of each class, the confusion matrix among them. near: where neighbours were looked for."""
    scores, drawn = [], monte_carlo()
    for row in classes:
        tail = f"{OF_CLASS}{row.label}"
        scores += [
            _score(digits, f"-ELBO{tail}", row.negative_elbo, "nats", drawn, row.digits),
            _score(digits, f"reconstruction{tail}", row.reconstruction, "nats", drawn, row.digits),
            _score(digits, f"{KNN_CLASSIFIER_K}-NN accuracy{tail}", row.accuracy, "share", near, row.digits),
        ]
        scores += [
            _score(digits, f"{KNN_CLASSIFIER_K}-NN{tail} as {other}", number, "digits", near, row.digits)
            for other, number in enumerate(row.predicted)
        ]
    return scores


def _score(digits: Digits, name: str, value: float, unit: str, estimator: str, count: int | None = None) -> Score:
    """count: of how many test digits, if not all."""
    return Score(name, round(float(value), 4), unit, count or len(digits.test_images), digits.source, estimator)
