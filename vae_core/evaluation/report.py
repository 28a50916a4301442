"""The report on a run: every score there is of it, and the figures of each test digit that they were computed from.

It takes seconds, so it is kept in the run: the scores in metrics.json, the digits' figures in report.safetensors, with
the digests of the weights and of the digits. A report of other weights or digits is never taken for this one's.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vae_core.data.digits import Digits
from vae_core.errors import RunDamaged, RunError
from vae_core.evaluation.digit_metrics import KNN_CLASSIFIER_K, VOTE_K, DigitMetrics, by_class
from vae_core.evaluation.scores import OF_CLASS, OVERALL, bound_scores, class_scores, evidence_scores, map_scores
from vae_core.latent.latent_map import LatentMap
from vae_core.likelihood import elbo
from vae_core.likelihood.evidence import evidence
from vae_core.networks.network import Network
from vae_core.runs import locks
from vae_core.runs.record import Score, scores_to_json
from vae_core.runs.run import Run, read_run
from vae_core.storage.files import raising_run_damaged, read_bytes, write
from vae_core.storage.tensors import Shapes, largest, pack, parse

_log = logging.getLogger(__name__)

NAME = "report.safetensors"
NEIGHBOURS = (1, KNN_CLASSIFIER_K, VOTE_K)
_SUMMING = "Summing over the latent plane"

OnProgress = Callable[[float, str], None]
"""Called with the share that is done, from 0 to 1, and what is being computed, in words."""

_ON_DISK = {
    "reconstruction": "reconstruction",
    "kl": "kl",
    "evidence": "evidence",
    "predicted": "predicted",
    "company": "same_class_neighbours",
}
"""The fields of DigitMetrics by the names of their tensors in the file."""


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
    metrics: DigitMetrics

    @classmethod
    def of(
        cls, run: Run, network: Network, digits: Digits, on_progress: OnProgress = lambda share, what: None
    ) -> "Report":
        """The report on this run's network: the one that it keeps, else measured now, and kept if it is its to keep.

        It is not of a shipped run, nor of one in training, nor on other digits than the run's own.
        """
        if found := cls.read(run, network, digits):
            return found
        measured = cls.measure(network, digits, on_progress)
        if digits.digest == run.record.dataset.digest and not run.shipped:
            try:
                measured._keep(run, network, digits)
            except (OSError, RunError) as error:  # it can be measured again
                _log.warning("The report on %s could not be kept: %s", run.id, error)
        return measured

    def _keep(self, run: Run, network: Network, digits: Digits) -> None:
        """Write it into the run, unless that was trained further while it was measured. Raises OSError, RunError."""
        with locks.holding(run):
            now = read_run(run.directory)
            if now.record.status != "running" and now.network().digest == network.digest:
                self.write(run.directory, network, digits)

    @classmethod
    def measure(cls, network: Network, digits: Digits, on_progress: OnProgress = lambda share, what: None) -> "Report":
        """Compute it: 15 to 65 seconds for 10,000 digits on two cores, and less than 500 MB. Raises RunDamaged if the
        network's numbers overflow."""
        images = digits.test_images
        on_progress(0.0, "Encoding and decoding the test digits")
        reconstruction, kl = elbo.negative_elbo(network, images)
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
        right = {k: (of.argmax(axis=1) == tests.labels).mean() for k, of in counts.items()}
        near = f"neighbours among {len(training.means):,} training digits"
        scores = [
            *bound_scores(reconstruction, kl, tests, digits),
            *evidence_scores(exact, (reconstruction + kl).mean(), digits),
            *map_scores(tests, right, near, digits),
            *class_scores(by_class(metrics, digits.test_labels), near, digits),
        ]
        on_progress(1.0, "Done")
        return cls(scores, metrics)

    @classmethod
    def read(cls, run: Run, network: Network, digits: Digits) -> "Report | None":
        """The report that the run keeps of this network on these digits; None if it has none, or not a whole one."""
        path, shapes = run.directory / NAME, _shapes(len(digits.test_images))
        if digits.digest != run.record.dataset.digest or not path.exists():
            return None
        try:
            with raising_run_damaged(path):
                tensors = dict(parse(read_bytes(path, largest(shapes)), shapes))
                subjects = [tensors.pop(name).tobytes().hex() for name in ("network", "digits")]
                report = cls(run.scores(), DigitMetrics(**{_ON_DISK[name]: array for name, array in tensors.items()}))
                complete = tuple(score.name for score in report.overall) == OVERALL
                if subjects != [network.digest, digits.digest] or not complete:
                    return None
                report._check()
        except RunDamaged as error:
            _log.warning("%s It is not used.", error)
            return None
        return report

    def _check(self) -> None:
        """Raises ValueError where the figures cannot be, or are not those that the scores were computed from."""
        if self.metrics.predicted.max() > 9 or self.metrics.same_class_neighbours.max() > VOTE_K:
            raise ValueError("expected classes to 9 and neighbours to 50")
        told, found = self.scores[0].value, float(self.metrics.negative_elbo.mean(dtype=np.float64))
        if abs(found - told) > 1e-3 + 1e-5 * abs(told):
            raise ValueError(f"expected digits whose -ELBO is {told:g} nats on average, found {found:g}")

    def write(self, directory: Path, network: Network, digits: Digits) -> None:
        """Keep it in a run's directory, with whose it is; the scores last, without which it is none. Raises OSError."""
        subjects = {"network": network.digest, "digits": digits.digest}
        named = {name: np.frombuffer(bytes.fromhex(digest), np.uint8) for name, digest in subjects.items()}
        write(directory / NAME, pack({name: getattr(self.metrics, field) for name, field in _ON_DISK.items()} | named))
        write(directory / "metrics.json", scores_to_json(self.scores))

    @property
    def overall(self) -> list[Score]:
        """The scores of all digits together."""
        return [score for score in self.scores if OF_CLASS not in score.name]
