"""From the measurements of a network to its scores, each with its unit, its number of digits and its estimator."""

import math
from collections.abc import Mapping

import numpy as np

from vae_core.config import LATENT_DIM
from vae_core.data.digits import Digits
from vae_core.evaluation import embedding_quality
from vae_core.evaluation.digit_metrics import KNN_CLASSIFIER_K, DigitMetrics, by_class, standard_error
from vae_core.evaluation.sample_scores import SAMPLE_SCORES
from vae_core.latent.aggregate_posterior import CELL, kl_from_prior
from vae_core.latent.latent_map import LatentMap
from vae_core.likelihood import elbo
from vae_core.likelihood.elbo import SAMPLES, SEED, negative_elbo
from vae_core.likelihood.evidence import Evidence
from vae_core.networks.network import Network
from vae_core.runs.record import Score

MAP_SCORES = (
    "1-NN accuracy",
    "5-NN accuracy",
    "50-NN accuracy",
    "trustworthiness",
    "continuity",
    "silhouette",
)
"""The names of those that say how alike neighbours on the map are: the more, the better."""

OVERALL = (
    "-ELBO",
    "reconstruction",
    "KL",
    *(f"KL of z{i + 1}" for i in range(LATENT_DIM)),
    "rate",
    "distortion",
    "bits per pixel",
    "-ELBO, binarised",
    "-log p(x)",
    "inference gap",
    "KL of q(z) from the prior",
    "active units",
    *MAP_SCORES,
    *SAMPLE_SCORES,
)
"""The names of the scores of all digits together, in the order of the report."""

OF_CLASS = ", class "
"""Stands between the name of a score and the class in scores of one class: "-ELBO, class 3"."""

CLOSED_FORM = "closed form"
"""The estimator of the KL."""


def score_elbo(network: Network, digits: Digits, samples: int = SAMPLES) -> list[Score]:
    """-ELBO, reconstruction and KL of a network: means over all test digits, in nats. samples: of z for each digit."""
    found = negative_elbo(network, digits.test_images, samples)
    return elbo_scores(found.reconstruction, found.kl, digits, monte_carlo(samples, found.sampling_error_of_mean))


def elbo_scores(reconstruction: np.ndarray, kl: np.ndarray, digits: Digits, sampled: str) -> list[Score]:
    """-ELBO, reconstruction and KL from the two terms of each digit's -ELBO, each (N,) in nats.

    sampled: the estimator of the reconstruction, in words.
    """
    return [
        _mean(digits, "-ELBO", reconstruction + kl, "nats", sampled),
        _mean(digits, "reconstruction", reconstruction, "nats", sampled),
        _mean(digits, "KL", kl, "nats", CLOSED_FORM),
    ]


def monte_carlo(samples: int = SAMPLES, error: float = math.nan) -> str:
    """The estimator of `negative_elbo` with so many samples, in words.

    error: how far other samples would move the score, as a standard error in nats; NaN if it is not known.
    """
    moved = "" if math.isnan(error) else f"; another seed moves the mean by {error:.3f} nats"
    return f"Monte Carlo, {samples} sample{'s' * (samples > 1)} a digit, seed {SEED}{moved}"


def bound_scores(
    values: Mapping[str, np.ndarray], tests: LatentMap, digits: Digits, sampled: str, sampled_binarised: str
) -> list[Score]:
    """The scores of the ELBO and its terms.

    values: as from `by_score`; tests: the test digits encoded; sampled, sampled_binarised: the estimators of the -ELBO
    of grey and of binarised digits, in words.
    """
    by_dimension = elbo.kl_nats_by_dimension(tests.means, 2 * np.log(tests.std))
    closed, drawn = CLOSED_FORM, f"pixels drawn once, seed {SEED}; {sampled_binarised}"
    return [
        *elbo_scores(values["reconstruction"], values["KL"], digits, sampled),
        *(_mean(digits, f"KL of z{i + 1}", nats, "nats", closed) for i, nats in enumerate(by_dimension.T)),
        _mean(digits, "rate", values["rate"], "bits a digit", f"KL, {closed}"),
        _mean(digits, "distortion", values["distortion"], "bits a digit", f"reconstruction, {sampled}"),
        _mean(digits, "bits per pixel", values["bits per pixel"], "bits", f"-ELBO, {sampled}"),
        _mean(digits, "-ELBO, binarised", values["-ELBO, binarised"], "nats", drawn),
    ]


def evidence_scores(exact: Evidence, values: Mapping[str, np.ndarray], digits: Digits) -> list[Score]:
    """The scores -log p(x) and inference gap. values: as from `by_score`."""
    coarse = int((exact.error_estimate > 1).sum())
    estimator = (
        f"quadrature, nodes down to 1/{round(1 / exact.spacing)} apart; nodes twice as far apart, wherever they lie, "
        f"move a digit by {exact.error_estimate.mean():.4f} nats on average, {exact.error_estimate.max():.2f} at most"
    ) + (f"; too far apart for {coarse:,} digits, which they move by more than a nat" if coarse else "")
    return [
        _mean(digits, "-log p(x)", values["-log p(x)"], "nats", estimator),
        _mean(digits, "inference gap", values["inference gap"], "nats", "-ELBO less -log p(x)"),
    ]


def map_scores(values: Mapping[str, np.ndarray], tests: LatentMap, near: str, digits: Digits) -> list[Score]:
    """The scores of the map as an embedding.

    values: as from `by_score`; tests: the test digits encoded; near: the estimator of the k-NN classifier, in words.
    """
    neighbours = embedding_quality.rank(len(tests.means))
    drawn = len(values["trustworthiness"]) < len(tests.means)
    among = ", digits drawn at random" if drawn else ""
    ranks = f"{neighbours} neighbour{'s' * (neighbours != 1)}{among}"
    varied, distance = "variance of the means above 0.01", f"Euclidean distance on the map{among}"
    return [
        _mean(digits, "KL of q(z) from the prior", kl_from_prior(tests), "nats", _cells(tests)),
        _score(digits, "active units", embedding_quality.active_units(tests.means), "dimensions", varied),
        *(_mean(digits, name, values[name], "share", near) for name in OVERALL if name.endswith("-NN accuracy")),
        _mean(digits, "trustworthiness", values["trustworthiness"], "0 to 1", ranks),
        _mean(digits, "continuity", values["continuity"], "0 to 1", ranks),
        _mean(digits, "silhouette", values["silhouette"], "-1 to 1", distance),
    ]


def _cells(tests: LatentMap) -> str:
    """The estimator of the KL of q(z), in words: how wide the cells are, and how much more half of the digits give."""
    cells, half = f"cells of the plane, 1/{round(1 / CELL)} wide", len(tests.means) // 2
    if not half:
        return cells
    some = np.random.default_rng(SEED).permutation(len(tests.means))[:half]
    fewer = kl_from_prior(LatentMap(tests.means[some], tests.std[some], tests.labels[some])).mean()
    return f"{cells}; {half:,} of the digits alone give {fewer:.2f}, more digits less"


def class_scores(metrics: DigitMetrics, near: str, digits: Digits) -> list[Score]:
    """The scores of each class, and the confusion matrix. near: the estimator of the k-NN classifier, in words."""
    scores, sampled, labels = [], monte_carlo(), digits.test_labels
    for row in by_class(metrics, labels):
        tail, members = f"{OF_CLASS}{row.label}", labels == row.label
        right = metrics.predicted[members] == row.label
        scores += [
            _mean(digits, f"-ELBO{tail}", metrics.negative_elbo[members], "nats", sampled),
            _mean(digits, f"reconstruction{tail}", metrics.reconstruction[members], "nats", sampled),
            _mean(digits, f"{KNN_CLASSIFIER_K}-NN accuracy{tail}", right, "share", near),
        ]
        scores += [
            _score(digits, f"{KNN_CLASSIFIER_K}-NN{tail} as {other}", number, "digits", near, row.digits)
            for other, number in enumerate(row.predicted)
        ]
    return scores


def _mean(digits: Digits, name: str, values: np.ndarray, unit: str, estimator: str) -> Score:
    """The mean of a value of each digit, rounded to four decimals, with its standard error over the digits."""
    error = standard_error(values)
    return Score(
        name,
        round(float(values.mean(dtype=np.float64)), 4),
        unit,
        len(values),
        digits.source,
        estimator,
        None if error is None else round(error, 4),
    )


def _score(digits: Digits, name: str, value: float, unit: str, estimator: str, count: int | None = None) -> Score:
    """A score rounded to four decimals. count: on how many test digits it was measured, None for all."""
    return Score(name, round(float(value), 4), unit, count or len(digits.test_images), digits.source, estimator)
