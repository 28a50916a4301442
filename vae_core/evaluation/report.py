"""The report on a run: all of its scores, and the metrics of each test digit from which they were computed.

Measuring takes up to a minute, so a report is stored in the run: the scores in metrics.json, the metrics of the digits
in report.safetensors, with the digests of the weights and of the digits. Invariant: a stored report is only used for
the weights and the digits that it was measured on.
"""

import dataclasses
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vae_core.data.digits import Digits
from vae_core.errors import RunDamaged, RunError
from vae_core.evaluation.digit_metrics import KNN_CLASSIFIER_K, VOTE_K, DigitMetrics, by_score
from vae_core.evaluation.scores import (
    OF_CLASS,
    OVERALL,
    binarised_score,
    bound_scores,
    class_scores,
    evidence_scores,
    map_scores,
)
from vae_core.latent.latent_map import LatentMap
from vae_core.likelihood import elbo
from vae_core.likelihood.evidence import evidence
from vae_core.networks.network import Network
from vae_core.runs import locks
from vae_core.runs.record import Score, scores_to_json
from vae_core.runs.run import Run, read_run
from vae_core.storage.files import raising_run_damaged, write
from vae_core.storage.tensors import Shapes, pack, read_tensors

_log = logging.getLogger(__name__)

NAME = "report.safetensors"
NEIGHBOURS = (1, KNN_CLASSIFIER_K, VOTE_K)
"""The k of the k-NN accuracies."""

_SUMMING = "Summing over the latent plane"

OnProgress = Callable[[float, str], None]
"""Called with the share of the work that is done, from 0 to 1, and what is being computed, in words."""

_ON_DISK = {
    "reconstruction": "reconstruction",
    "kl": "kl",
    "evidence": "evidence",
    "predicted": "predicted",
    "company": "same_class_neighbours",
}
"""By the name of a tensor in report.safetensors, the field of DigitMetrics."""


def _shapes(count: int) -> Shapes:
    """The tensors in report.safetensors for `count` test digits. "network", "digits": digests, as 8 bytes."""
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
    """The scores and the digit metrics of a network on test digits."""

    scores: list[Score]
    metrics: DigitMetrics

    @classmethod
    def of(
        cls, run: Run, network: Network, digits: Digits, on_progress: OnProgress = lambda share, what: None
    ) -> "Report":
        """The report on the network of a run: the stored one, or else measured now and stored.

        It is not stored if the run is shipped or in training, or if `digits` are not the run's own; failure to store it
        is logged. Raises RunDamaged.
        """
        if stored := cls.read(run, network, digits):
            return stored
        measured = cls.measure(network, digits, on_progress)
        if digits.digest == run.record.dataset.digest and not run.shipped:
            try:
                measured._store(run, network, digits)
            except (OSError, RunError) as error:  # it can be measured again
                _log.warning("The report on %s could not be kept: %s", run.id, error)
        return measured

    def _store(self, run: Run, network: Network, digits: Digits) -> None:
        """Write the report into the run, unless the run was trained further meanwhile. Raises OSError, RunError."""
        with locks.holding(run):
            current = read_run(run.directory)
            if current.record.status != "running" and current.network().digest == network.digest:
                self.write(run.directory, network, digits)

    @classmethod
    def measure(cls, network: Network, digits: Digits, on_progress: OnProgress = lambda share, what: None) -> "Report":
        """Measure a report: 15 to 65 seconds for 10,000 digits on two cores, with less than 500 MB.

        Raises RunDamaged if the encoder's numbers are not finite.
        """
        images = digits.test_images
        on_progress(0.0, "Encoding and decoding the test digits")
        reconstruction, kl = elbo.negative_elbo(network, images)
        binarised = np.add(*elbo.negative_elbo(network, elbo.binarised(images)))
        tests = LatentMap.embed(network, images, digits.test_labels)
        on_progress(0.1, _SUMMING)
        exact = evidence(network, images, lambda share: on_progress(0.1 + 0.6 * share, _SUMMING))
        on_progress(0.7, "Encoding the training digits, and looking for neighbours among them")
        training = LatentMap.embed(network, digits.train_images, digits.train_labels)
        counts = {k: training.votes(tests.means, k) for k in NEIGHBOURS}
        metrics = DigitMetrics(
            reconstruction=reconstruction.astype(np.float32),
            kl=kl.astype(np.float32),
            evidence=exact.nats.astype(np.float32),
            predicted=counts[KNN_CLASSIFIER_K].argmax(axis=1).astype(np.uint8),
            same_class_neighbours=np.take_along_axis(counts[VOTE_K], tests.labels[:, None].astype(int), 1)[:, 0].astype(
                np.uint8
            ),
        )
        on_progress(0.9, "Comparing neighbours on the map and in pixels")
        hits = {k: votes.argmax(axis=1) == tests.labels for k, votes in counts.items()}
        precise = dataclasses.replace(metrics, reconstruction=reconstruction, kl=kl, evidence=exact.nats)  # float64
        values = by_score(precise, digits.test_labels)
        near = f"neighbours among {len(training.means):,} training digits"
        scores = [
            *bound_scores(values, tests, digits),
            binarised_score(binarised, digits),
            *evidence_scores(exact, values, digits),
            *map_scores(tests, hits, near, digits),
            *class_scores(metrics, near, digits),
        ]
        on_progress(1.0, "Done")
        return cls(scores, metrics)

    @classmethod
    def read(cls, run: Run, network: Network, digits: Digits) -> "Report | None":
        """The stored report on this network and these digits; None if there is none, or it is incomplete.

        A damaged one is logged and not used.
        """
        path, shapes = run.directory / NAME, _shapes(len(digits.test_images))
        if digits.digest != run.record.dataset.digest or not path.exists():
            return None
        try:
            with raising_run_damaged(path):
                tensors = read_tensors(path, shapes)
                digests = [tensors.pop(name).tobytes().hex() for name in ("network", "digits")]
                report = cls(run.scores(), DigitMetrics(**{_ON_DISK[name]: array for name, array in tensors.items()}))
                complete = tuple(score.name for score in report.overall) == OVERALL
                if digests != [network.digest, digits.digest] or not complete:
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

    def write(self, directory: Path, network: Network, digits: Digits) -> None:
        """Write the report, measured on this network and these digits, into a run's directory. Raises OSError."""
        metrics = {name: getattr(self.metrics, field) for name, field in _ON_DISK.items()}
        digests = {"network": network.digest, "digits": digits.digest}
        as_bytes = {name: np.frombuffer(bytes.fromhex(digest), np.uint8) for name, digest in digests.items()}
        write(directory / NAME, pack(metrics | as_bytes))
        # The scores come last: `read` ignores a report.safetensors without all scores beside it.
        write(directory / "metrics.json", scores_to_json(self.scores))

    @property
    def overall(self) -> list[Score]:
        """The scores of all digits together, without those of each class."""
        return [score for score in self.scores if OF_CLASS not in score.name]
