"""The report on a run: every score there is of it, and the figures of each test digit that they were computed from.

It takes seconds, so it is kept in the run: the scores in metrics.json, the digits' figures in report.safetensors, with
the digests of the weights and of the digits. A report of other weights or digits is never taken for this one's.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vae_core import embedding, likelihood
from vae_core.aggregate import kl_from_prior
from vae_core.config import LATENT_DIM, PIXELS
from vae_core.data import Digits
from vae_core.errors import RunDamaged
from vae_core.files import damage, read_bytes
from vae_core.latent import LatentMap
from vae_core.network import Network
from vae_core.quadrature import Evidence, evidence
from vae_core.record import Score
from vae_core.runs import Run
from vae_core.tensors import Shapes, largest, pack, parse

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

_log = logging.getLogger(__name__)

NAME = "report.safetensors"
NEIGHBOURS = (1, 5, 50)
_VOTERS = 5  # whose majority names a digit's class in the confusion matrix
_CROWD = 50

_SUMMING = "Summing over the latent plane"

Tell = Callable[[float, str], None]
"""Told the share that is done, from 0 to 1, and what is being computed, in words."""


@dataclass(frozen=True)
class Figures:
    """What each test digit contributes to the scores; arrays of (N,), in the order of the digits."""

    reconstruction: np.ndarray
    """float32, nats: -log p(x|z), the mean over samples of z."""
    kl: np.ndarray
    """float32, nats: KL(q(z|x) || p(z))."""
    evidence: np.ndarray
    """float32, nats: log p(x)."""
    predicted: np.ndarray
    """uint8: the class of most of its 5 nearest training digits on the map."""
    company: np.ndarray
    """uint8: how many of its 50 nearest training digits on the map are of its own class."""

    @property
    def negative_elbo(self) -> np.ndarray:
        return self.reconstruction + self.kl

    @property
    def gap(self) -> np.ndarray:
        """(N,) nats: log p(x) - ELBO, which is KL(q(z|x) || p(z|x)): what the encoder's posterior falls short by.

        Of one digit it is an estimate, for reconstruction is, and may be a little below zero.
        """
        return self.negative_elbo + self.evidence


def _shapes(count: int) -> Shapes:
    nats, classes, digest = ((count,), np.float32), ((count,), np.uint8), ((8,), np.uint8)
    return {
        "reconstruction": nats,
        "kl": nats,
        "evidence": nats,
        "predicted": classes,
        "company": classes,
        "network": digest,
        "digits": digest,
    }


@dataclass(frozen=True)
class Report:
    """All that is measured about a network on test digits."""

    scores: list[Score]
    figures: Figures

    @classmethod
    def measure(cls, network: Network, digits: Digits, tell: Tell = lambda share, what: None) -> "Report":
        """Compute it: some seconds for 10,000 digits, and less than 500 MB."""
        images = digits.test_images
        tell(0.0, "Encoding and decoding the test digits")
        reconstruction, kl = likelihood.negative_elbo(network, images)
        tests = LatentMap.embed(network, images, digits.test_labels)
        tell(0.1, _SUMMING)
        exact = evidence(network, images, lambda share: tell(0.1 + 0.6 * share, _SUMMING))
        tell(0.7, "Encoding the training digits, and looking for neighbours among them")
        training = LatentMap.embed(network, digits.train_images, digits.train_labels)
        counts = {k: embedding.class_counts(training, tests.means, k) for k in NEIGHBOURS}
        figures = Figures(
            reconstruction=reconstruction.astype(np.float32),
            kl=kl.astype(np.float32),
            evidence=exact.nats.astype(np.float32),
            predicted=counts[_VOTERS].argmax(axis=1).astype(np.uint8),
            company=np.take_along_axis(counts[_CROWD], tests.labels[:, None].astype(int), 1)[:, 0].astype(np.uint8),
        )
        tell(0.9, "Comparing neighbours on the map and in pixels")
        near = f"neighbours among {len(training.means):,} training digits"
        scores = [
            *_bound_scores(reconstruction.mean(), kl.mean(), tests, digits),
            *_evidence_scores(exact, (reconstruction + kl).mean(), digits),
            *_map_scores(
                tests, {k: (of.argmax(axis=1) == tests.labels).mean() for k, of in counts.items()}, near, digits
            ),
            *_class_scores(figures, near, digits),
        ]
        tell(1.0, "Done")
        return cls(scores, figures)

    @classmethod
    def read(cls, run: Run, network: Network, digits: Digits) -> "Report | None":
        """The report that the run keeps of this network on these digits; None if it has none, or not a whole one."""
        path, shapes = run.directory / NAME, _shapes(len(digits.test_images))
        if not path.exists():
            return None
        try:
            with damage(path):
                tensors = dict(parse(read_bytes(path, largest(shapes)), shapes))
            scores = run.scores()
        except RunDamaged as error:
            _log.warning("%s It is computed anew.", error)
            return None
        subjects = [tensors.pop(name).tobytes().hex() for name in ("network", "digits")]
        report = cls(scores, Figures(**tensors))
        complete = tuple(score.name for score in report.overall) == OVERALL
        return report if complete and subjects == [network.digest, digits.digest] else None

    def to_bytes(self, network: Network, digits: Digits) -> bytes:
        """report.safetensors: the figures, and whose they are."""
        subjects = {"network": network.digest, "digits": digits.digest}
        named = {name: np.frombuffer(bytes.fromhex(digest), np.uint8) for name, digest in subjects.items()}
        return pack(vars(self.figures) | named)

    @property
    def overall(self) -> list[Score]:
        """The scores of all digits together."""
        return [score for score in self.scores if ", class " not in score.name]


@dataclass(frozen=True)
class ClassFigures:
    """The figures of one class's digits: means in nats, and what their neighbours on the map take them for."""

    label: int
    digits: int
    negative_elbo: float
    reconstruction: float
    accuracy: float
    predicted: tuple[int, ...]
    """How many are taken for each class: a row of the confusion matrix."""


def by_class(figures: Figures, labels: np.ndarray) -> list[ClassFigures]:
    """A row for each class that occurs. labels: (N,) in 0..9."""
    rows = []
    for label in np.unique(labels).tolist():
        of = labels == label
        predicted = np.bincount(figures.predicted[of], minlength=10)
        rows.append(
            ClassFigures(
                label=label,
                digits=int(of.sum()),
                negative_elbo=float(figures.negative_elbo[of].mean(dtype=np.float64)),
                reconstruction=float(figures.reconstruction[of].mean(dtype=np.float64)),
                accuracy=float(predicted[label] / of.sum()),
                predicted=tuple(predicted.tolist()),
            )
        )
    return rows


def _bound_scores(reconstruction: float, kl: float, tests: LatentMap, digits: Digits) -> list[Score]:
    """The bound and its terms. reconstruction, kl: means over the digits, in nats."""
    by_dimension = likelihood.kl_nats_by_dimension(tests.means, 2 * np.log(tests.spreads)).mean(axis=0)
    bits, drawn, closed = math.log(2), likelihood.monte_carlo(), "closed form"
    return [
        _score(digits, "-ELBO", reconstruction + kl, "nats", drawn),
        _score(digits, "reconstruction", reconstruction, "nats", drawn),
        _score(digits, "KL", kl, "nats", closed),
        *(_score(digits, f"KL of z{i + 1}", of, "nats", closed) for i, of in enumerate(by_dimension)),
        _score(digits, "rate", kl / bits, "bits a digit", f"KL, {closed}"),
        _score(digits, "distortion", reconstruction / bits, "bits a digit", f"reconstruction, {drawn}"),
        _score(digits, "bits per pixel", (reconstruction + kl) / bits / PIXELS, "bits", f"-ELBO, {drawn}"),
    ]


def _evidence_scores(exact: Evidence, negative_elbo: float, digits: Digits) -> list[Score]:
    summed = (
        f"quadrature, nodes down to 1/{round(1 / exact.spacing)} apart; nodes twice as far apart, wherever they lie, "
        f"move a digit by {exact.moved.mean():.4f} nats on average, {exact.moved.max():.2f} at most"
    )
    return [
        _score(digits, "-log p(x)", -exact.nats.mean(), "nats", summed),
        _score(digits, "inference gap", negative_elbo + exact.nats.mean(), "nats", "-ELBO less -log p(x)"),
    ]


def _map_scores(tests: LatentMap, accuracies: dict[int, float], near: str, digits: Digits) -> list[Score]:
    """accuracies: by number of neighbours; near: among which digits they were looked for."""
    trust, continuity = embedding.trustworthiness(digits.test_images, tests.means)
    ranks, some = f"{embedding.RANK} neighbours", min(len(tests.means), embedding.SUBSAMPLE)
    varied, distance = "variance of the means above 0.01", "Euclidean distance on the map"
    return [
        _score(digits, "KL of q(z) from the prior", kl_from_prior(tests), "nats", "cells of the plane, 1/32 wide"),
        _score(digits, "active units", embedding.active_units(tests.means), "dimensions", varied),
        *(_score(digits, f"{k}-NN accuracy", of, "share", near) for k, of in accuracies.items()),
        _score(digits, "trustworthiness", trust, "0 to 1", ranks, some),
        _score(digits, "continuity", continuity, "0 to 1", ranks, some),
        _score(digits, "silhouette", embedding.silhouette(tests), "-1 to 1", distance, some),
    ]


def _class_scores(figures: Figures, near: str, digits: Digits) -> list[Score]:
    scores = []
    for row in by_class(figures, digits.test_labels):
        tail, drawn = f", class {row.label}", likelihood.monte_carlo()
        scores += [
            _score(digits, f"-ELBO{tail}", row.negative_elbo, "nats", drawn, row.digits),
            _score(digits, f"reconstruction{tail}", row.reconstruction, "nats", drawn, row.digits),
            _score(digits, f"{_VOTERS}-NN accuracy{tail}", row.accuracy, "share", near, row.digits),
        ]
        scores += [
            _score(digits, f"{_VOTERS}-NN{tail} as {other}", number, "digits", near, row.digits)
            for other, number in enumerate(row.predicted)
        ]
    return scores


def _score(digits: Digits, name: str, value: float, unit: str, estimator: str, count: int | None = None) -> Score:
    """count: of how many test digits, if not all."""
    return Score(name, round(float(value), 4), unit, count or len(digits.test_images), digits.source, estimator)
