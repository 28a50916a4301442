"""The report on a run: all of its scores and, of a VAE, the metrics of each test digit from which they were computed.

Measuring takes some twenty-five seconds, so a report is stored in the run: the scores in metrics.json, the metrics of
the digits in report.safetensors, with the digests of the weights, of the digits and of the judge. A shipped run has a
second report, on all digits of the bundled sample: metrics-sample-5000.json and report-sample-5000.safetensors.
Invariant: a stored report is only used for the weights and the digits that it was measured on, by the same judge.
"""

import logging
from dataclasses import dataclass

import numpy as np

from vae_core.cores import all_cores
from vae_core.data.digits import Digits
from vae_core.errors import NoEncoder, RunDamaged, RunError
from vae_core.evaluation import samples
from vae_core.evaluation.digit_metrics import VOTE_K, DigitMetrics, metric_shapes
from vae_core.evaluation.measurement import OnProgress, measure_gan, measure_vae, overall_names
from vae_core.evaluation.scores import OF_CLASS
from vae_core.networks.judge import shipped_judge
from vae_core.networks.network import Model, Network
from vae_core.runs import locks
from vae_core.runs.record import Score, scores_to_json
from vae_core.runs.run import Run, read_run, read_scores
from vae_core.storage.files import raising_run_damaged, write
from vae_core.storage.tensors import DIGEST, Shapes, digest_tensor, pack, read_tensors

_log = logging.getLogger(__name__)

_DIGESTS: Shapes = dict.fromkeys(("network", "digits", "judge"), DIGEST)
"""The tensors in report.safetensors beside the metrics: digests of the weights, of the digits and of the judge."""


@dataclass(frozen=True)
class Report:
    """The scores and the digit metrics of a model on test digits."""

    scores: list[Score]
    digit_metrics: DigitMetrics | None = None
    """None of a GAN, which has no encoder to place a digit with."""

    @property
    def metrics(self) -> DigitMetrics:
        """The digit metrics of a VAE. Raises NoEncoder for a GAN's report."""
        if self.digit_metrics is None:
            raise NoEncoder("A GAN has no metrics of single digits: they take an encoder, which places digits.")
        return self.digit_metrics

    @classmethod
    def of(cls, run: Run, model: Model, digits: Digits, on_progress: OnProgress = lambda share, what: None) -> "Report":
        """The report on the model of a run: the stored one, or else measured now and stored. Raises RunDamaged."""
        if stored := cls.read(run, model, digits):
            return stored
        measured = cls.measure(model, digits, on_progress)
        measured.store(run, model, digits)
        return measured

    def store(self, run: Run, model: Model, digits: Digits) -> None:
        """Keep the report in the run, for the next time.

        Not if the run is shipped, in training or was trained further meanwhile, nor if `digits` are not the run's own.
        Failure is logged.
        """
        if digits.digest != run.record.dataset.digest or run.shipped:
            return
        try:
            with locks.holding(run):
                current = read_run(run.directory)
                if current.record.status != "running" and current.model().digest == model.digest:
                    self.write(run, model, digits)
        except (OSError, RunError) as error:  # it can be measured again
            _log.warning("The report on %s could not be kept: %s", run.id, error)

    @classmethod
    def measure(
        cls,
        model: Model,
        digits: Digits,
        on_progress: OnProgress = lambda share, what: None,
        count: int | None = None,
    ) -> "Report":
        """Measure a report, as `measure_vae` and `measure_gan` do, and raise as they do.

        count: of the samples that are judged, SAMPLES unless the caller says otherwise.
        """
        count = samples.SAMPLES if count is None else count
        with all_cores():
            if isinstance(model, Network):
                return cls(*measure_vae(model, digits, count, on_progress))
            return cls(measure_gan(model, digits, count, on_progress))

    @classmethod
    def read(cls, run: Run, model: Model, digits: Digits) -> "Report | None":
        """The stored report on this model and these digits; None if there is none, or it is incomplete.

        A damaged one is logged and not used.
        """
        scores, path = run.report_files(digits)
        if not path.exists():
            return None
        try:
            with raising_run_damaged(path):
                of_digits = metric_shapes(len(digits.test_images)) if isinstance(model, Network) else {}
                tensors = read_tensors(path, of_digits | _DIGESTS)
                digests = [tensors.pop(name).tobytes().hex() for name in _DIGESTS]
                report = cls(read_scores(scores), DigitMetrics(**tensors) if of_digits else None)
                complete = tuple(score.name for score in report.overall) == overall_names(model)
                if digests != _digests(model, digits) or not complete:
                    return None
                report._check()
        except RunDamaged as error:
            _log.warning("%s It is not used.", error)
            return None
        return report

    def _check(self) -> None:
        """Raises ValueError if the metrics are out of range, or not those from which the scores were computed."""
        if self.digit_metrics is None:
            return
        if self.metrics.predicted.max() > 9 or self.metrics.same_class_neighbours.max() > VOTE_K:
            raise ValueError("expected classes to 9 and neighbours to 50")
        expected, found = self.scores[0].value, float(self.metrics.negative_elbo.mean(dtype=np.float64))
        if abs(found - expected) > 1e-3 + 1e-5 * abs(expected):
            raise ValueError(f"expected digits whose -ELBO is {expected:g} nats on average, found {found:g}")

    def write(self, run: Run, model: Model, digits: Digits) -> None:
        """Write the report, measured on this model and these digits, into a run's directory. Raises OSError."""
        scores, path = run.report_files(digits)
        digests = dict(zip(_DIGESTS, map(digest_tensor, _digests(model, digits)), strict=True))
        write(path, pack((vars(self.digit_metrics) if self.digit_metrics else {}) | digests))
        # The scores come last: `read` ignores a report.safetensors without all scores beside it.
        write(scores, scores_to_json(self.scores))

    @property
    def overall(self) -> list[Score]:
        """The scores of all digits together, without those of each class."""
        return [score for score in self.scores if OF_CLASS not in score.name]


def _digests(model: Model, digits: Digits) -> list[str]:
    """Those of _DIGESTS, in hexadecimal digits."""
    return [model.digest, digits.digest, shipped_judge().digest]
