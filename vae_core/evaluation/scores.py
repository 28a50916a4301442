"""From the measurements of a network to its scores, each with its unit, its number of digits and its estimator."""

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
"""The names of the scores of all digits together, in the order of the report."""

OF_CLASS = ", class "
"""Stands between the name of a score and the class in scores of one class: "-ELBO, class 3"."""

CLOSED_FORM = "closed form"
"""The estimator of the KL."""


def score_elbo(network: Network, digits: Digits, samples: int = SAMPLES) -> list[Score]:
    """-ELBO, reconstruction and KL of a network: means over all test digits, in nats. samples: of z for each digit."""
    return elbo_scores(*negative_elbo(network, digits.test_images, samples), digits, samples)


def elbo_scores(reconstruction: np.ndarray, kl: np.ndarray, digits: Digits, samples: int = SAMPLES) -> list[Score]:
    """-ELBO, reconstruction and KL from the two terms of each digit's -ELBO, each (N,) in nats."""
    sampled = monte_carlo(samples)

    def nats(name: str, values: np.ndarray, estimator: str) -> Score:
        return Score(name, round(float(values.mean()), 4), "nats", len(values), digits.source, estimator)

    return [
        nats("-ELBO", reconstruction + kl, sampled),
        nats("reconstruction", reconstruction, sampled),
        nats("KL", kl, CLOSED_FORM),
    ]


def monte_carlo(samples: int = SAMPLES) -> str:
    """The estimator of `negative_elbo` with so many samples, in words."""
    return f"Monte Carlo, {samples} sample{'s' * (samples > 1)} a digit, seed {SEED}"


def bound_scores(reconstruction: np.ndarray, kl: np.ndarray, tests: LatentMap, digits: Digits) -> list[Score]:
    """The scores of the ELBO and its terms. reconstruction, kl: (N,), in nats; tests: the test digits encoded."""
    by_dimension = elbo.kl_nats_by_dimension(tests.means, 2 * np.log(tests.std)).mean(axis=0)
    rate, distortion = kl.mean() / math.log(2), reconstruction.mean() / math.log(2)
    sampled, closed = monte_carlo(), CLOSED_FORM
    return [
        *elbo_scores(reconstruction, kl, digits),
        *(_score(digits, f"KL of z{i + 1}", mean, "nats", closed) for i, mean in enumerate(by_dimension)),
        _score(digits, "rate", rate, "bits a digit", f"KL, {closed}"),
        _score(digits, "distortion", distortion, "bits a digit", f"reconstruction, {sampled}"),
        _score(digits, "bits per pixel", (rate + distortion) / PIXELS, "bits", f"-ELBO, {sampled}"),
    ]


def evidence_scores(exact: Evidence, negative_elbo: float, digits: Digits) -> list[Score]:
    """The scores -log p(x) and inference gap. negative_elbo: the mean over the digits, in nats."""
    estimator = (
        f"quadrature, nodes down to 1/{round(1 / exact.spacing)} apart; nodes twice as far apart, wherever they lie, "
        f"move a digit by {exact.error_estimate.mean():.4f} nats on average, {exact.error_estimate.max():.2f} at most"
    )
    return [
        _score(digits, "-log p(x)", -exact.nats.mean(), "nats", estimator),
        _score(digits, "inference gap", negative_elbo + exact.nats.mean(), "nats", "-ELBO less -log p(x)"),
    ]


def map_scores(tests: LatentMap, accuracies: dict[int, float], near: str, digits: Digits) -> list[Score]:
    """The scores of the map as an embedding.

    tests: the test digits encoded; accuracies: of the k-NN classifiers, by k; near: the estimator of these, in words.
    """
    trust, continuity = embedding_quality.trustworthiness_and_continuity(digits.test_images, tests.means)
    neighbours, some = embedding_quality.rank(len(tests.means)), min(len(tests.means), embedding_quality.SUBSAMPLE)
    ranks = f"{neighbours} neighbour{'s' * (neighbours != 1)}"
    varied, distance = "variance of the means above 0.01", "Euclidean distance on the map"
    return [
        _score(digits, "KL of q(z) from the prior", kl_from_prior(tests), "nats", "cells of the plane, 1/32 wide"),
        _score(digits, "active units", embedding_quality.active_units(tests.means), "dimensions", varied),
        *(_score(digits, f"{k}-NN accuracy", share, "share", near) for k, share in accuracies.items()),
        _score(digits, "trustworthiness", trust, "0 to 1", ranks, some),
        _score(digits, "continuity", continuity, "0 to 1", ranks, some),
        _score(digits, "silhouette", embedding_quality.silhouette(tests), "-1 to 1", distance, some),
    ]


def class_scores(classes: list[ClassMetrics], near: str, digits: Digits) -> list[Score]:
    """The scores of each class, and the confusion matrix. near: the estimator of the k-NN classifier, in words."""
    scores, sampled = [], monte_carlo()
    for row in classes:
        tail = f"{OF_CLASS}{row.label}"
        scores += [
            _score(digits, f"-ELBO{tail}", row.negative_elbo, "nats", sampled, row.digits),
            _score(digits, f"reconstruction{tail}", row.reconstruction, "nats", sampled, row.digits),
            _score(digits, f"{KNN_CLASSIFIER_K}-NN accuracy{tail}", row.accuracy, "share", near, row.digits),
        ]
        scores += [
            _score(digits, f"{KNN_CLASSIFIER_K}-NN{tail} as {other}", number, "digits", near, row.digits)
            for other, number in enumerate(row.predicted)
        ]
    return scores


def _score(digits: Digits, name: str, value: float, unit: str, estimator: str, count: int | None = None) -> Score:
    """A score rounded to four decimals. count: on how many test digits it was measured, None for all."""
    return Score(name, round(float(value), 4), unit, count or len(digits.test_images), digits.source, estimator)
