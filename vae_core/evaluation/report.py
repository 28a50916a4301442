"""The report on a run: all of its scores, and the metrics of each test digit from which they were computed.

Measuring takes some twenty-five seconds, so a report is stored in the run: the scores in metrics.json, the metrics of
the digits in report.safetensors, with the digests of the weights, of the digits and of the judge. A shipped run has a
second report, on all digits of the bundled sample: metrics-sample-5000.json and report-sample-5000.safetensors.
Invariant: a stored report is only used for the weights and the digits that it was measured on, by the same judge.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vae_core.data.digits import Digits
from vae_core.errors import RunDamaged, RunError
from vae_core.evaluation import embedding_quality, samples
from vae_core.evaluation.digit_metrics import KNN_CLASSIFIER_K, VOTE_K, DigitMetrics, by_score, metric_shapes
from vae_core.evaluation.sample_scores import sample_scores
from vae_core.evaluation.scores import (
    OF_CLASS,
    OVERALL,
    bound_scores,
    class_scores,
    evidence_scores,
    map_scores,
    monte_carlo,
)
from vae_core.latent.latent_map import LatentMap
from vae_core.likelihood import elbo
from vae_core.likelihood.evidence import evidence
from vae_core.networks.judge import shipped_judge
from vae_core.networks.network import Network
from vae_core.runs import locks
from vae_core.runs.record import Score, scores_to_json
from vae_core.runs.run import Run, read_run, read_scores
from vae_core.storage.files import raising_run_damaged, write
from vae_core.storage.tensors import DIGEST, Shapes, digest_tensor, pack, read_tensors

_log = logging.getLogger(__name__)

_SUMMING = "Summing over the latent plane"

OnProgress = Callable[[float, str], None]
"""Called with the share of the time that is over, from 0 to 1, and what is being computed, in words."""

_DIGESTS: Shapes = dict.fromkeys(("network", "digits", "judge"), DIGEST)
"""The tensors in report.safetensors beside the metrics: digests of the weights, of the digits and of the judge."""


@dataclass(frozen=True)
class Report:
    """The scores and the digit metrics of a network on test digits."""

    scores: list[Score]
    metrics: DigitMetrics

    @classmethod
    def of(
        cls, run: Run, network: Network, digits: Digits, on_progress: OnProgress = lambda share, what: None
    ) -> "Report":
        """The report on the network of a run: the stored one, or else measured now and stored. Raises RunDamaged."""
        if stored := cls.read(run, network, digits):
            return stored
        measured = cls.measure(network, digits, on_progress)
        measured.store(run, network, digits)
        return measured

    def store(self, run: Run, network: Network, digits: Digits) -> None:
        """Keep the report in the run, for the next time.

        Not if the run is shipped, in training or was trained further meanwhile, nor if `digits` are not the run's own.
        Failure is logged.
        """
        if digits.digest != run.record.dataset.digest or run.shipped:
            return
        try:
            with locks.holding(run):
                current = read_run(run.directory)
                if current.record.status != "running" and current.network().digest == network.digest:
                    self.write(run, network, digits)
        except (OSError, RunError) as error:  # it can be measured again
            _log.warning("The report on %s could not be kept: %s", run.id, error)

    @classmethod
    def measure(cls, network: Network, digits: Digits, on_progress: OnProgress = lambda share, what: None) -> "Report":
        """Measure a report: some 25 seconds for 10,000 digits and a usual network on two cores, with less than 550 MB.

        Two minutes if its training diverged; and some more for the largest network that a config allows.

        Raises RunDamaged if the encoder's numbers are not finite.
        """
        images, labels = digits.test_images, digits.test_labels
        on_progress(0.0, "Encoding and decoding the test digits")
        bound = elbo.negative_elbo(network, images)
        binarised = elbo.negative_elbo(network, elbo.binarised(images), elbo.SAMPLES_BINARISED)
        tests = LatentMap.embed(network, images, labels)
        on_progress(0.05, _SUMMING)
        exact = evidence(network, images, lambda share: on_progress(0.05 + 0.6 * share, _SUMMING))
        on_progress(0.65, "Looking for neighbours on the map")
        training = LatentMap.embed(network, digits.train_images, digits.train_labels)
        votes = [tests.votes_of_neighbours(training, k) for k in (1, KNN_CLASSIFIER_K, VOTE_K)]
        nearest, predicted, by_vote = (counts.argmax(axis=1) for counts in votes)
        on_progress(0.67, "Comparing neighbours on the map and in pixels")
        trust, continuity = embedding_quality.trustworthiness_and_continuity(images, tests.means)
        precise = DigitMetrics(  # in float64
            reconstruction=bound.reconstruction,
            kl=bound.kl,
            evidence=exact.nats,
            predicted=predicted,
            same_class_neighbours=votes[-1][np.arange(len(labels)), labels],
            predicted_by_nearest=nearest,
            predicted_by_vote=by_vote,
            binarised=binarised.total,
            trustworthiness=trust,
            continuity=continuity,
            silhouette=embedding_quality.silhouettes(tests),
        )
        sampled = monte_carlo(error=bound.sampling_error_of_mean)
        sampled_binarised = monte_carlo(elbo.SAMPLES_BINARISED, binarised.sampling_error_of_mean)
        on_progress(0.7, "Judging what it draws at random points")
        values, near = by_score(precise, labels), _among(len(training.means), len(labels))
        scores = [
            *bound_scores(values, tests, digits, sampled, sampled_binarised),
            *evidence_scores(exact, values, digits),
            *map_scores(values, tests, near, digits),
            *sample_scores(network.decoder.decode, shipped_judge(), digits, samples.SAMPLES),
            *class_scores(precise, near, digits),
        ]
        on_progress(1.0, "Done")
        return cls(scores, precise.rounded())

    @classmethod
    def read(cls, run: Run, network: Network, digits: Digits) -> "Report | None":
        """The stored report on this network and these digits; None if there is none, or it is incomplete.

        A damaged one is logged and not used.
        """
        scores, path = run.report_files(digits)
        if not path.exists():
            return None
        try:
            with raising_run_damaged(path):
                tensors = read_tensors(path, metric_shapes(len(digits.test_images)) | _DIGESTS)
                digests = [tensors.pop(name).tobytes().hex() for name in _DIGESTS]
                report = cls(read_scores(scores), DigitMetrics(**tensors))
                complete = tuple(score.name for score in report.overall) == OVERALL
                if digests != _digests(network, digits) or not complete:
                    return None
                report._check()
        except RunDamaged as error:
            _log.warning("%s It is not used.", error)
            return None
        return report

    def _check(self) -> None:
        """Raises ValueError if the metrics are out of range, or not those from which the scores were computed."""
        if self.metrics.predicted.max() > 9 or self.metrics.same_class_neighbours.max() > VOTE_K:
            raise ValueError("expected classes to 9 and neighbours to 50")
        expected, found = self.scores[0].value, float(self.metrics.negative_elbo.mean(dtype=np.float64))
        if abs(found - expected) > 1e-3 + 1e-5 * abs(expected):
            raise ValueError(f"expected digits whose -ELBO is {expected:g} nats on average, found {found:g}")

    def write(self, run: Run, network: Network, digits: Digits) -> None:
        """Write the report, measured on this network and these digits, into a run's directory. Raises OSError."""
        scores, path = run.report_files(digits)
        digests = dict(zip(_DIGESTS, map(digest_tensor, _digests(network, digits)), strict=True))
        write(path, pack(vars(self.metrics) | digests))
        # The scores come last: `read` ignores a report.safetensors without all scores beside it.
        write(scores, scores_to_json(self.scores))

    @property
    def overall(self) -> list[Score]:
        """The scores of all digits together, without those of each class."""
        return [score for score in self.scores if OF_CLASS not in score.name]


def _digests(network: Network, digits: Digits) -> list[str]:
    """Those of _DIGESTS, in hexadecimal digits."""
    return [network.digest, digits.digest, shipped_judge().digest]


def _among(training: int, tests: int) -> str:
    """The estimator of the k-NN classifiers, in words: among how many digits the neighbours are."""
    return f"neighbours among {f'{training:,} training' if training else f'the {tests - 1:,} other'} digits"
