"""A GAN's report: its scores alone, kept in its run for these weights and digits."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tests.unit.builders import GAN_CONFIG, SCORES, make_gan
from tests.unit.evaluation.measured import DIGITS
from tests.unit.inspection import listing
from vae_core.errors import NoEncoder
from vae_core.evaluation.discriminator_scores import DISCRIMINATOR_SCORES
from vae_core.evaluation.report import Report
from vae_core.evaluation.sample_scores import SAMPLE_SCORES, of_class
from vae_core.networks.network import model_of
from vae_core.runs.record import Dataset, scores_to_json
from vae_core.runs.run import Run
from vae_core.storage.files import write


def own_gan(root: Path) -> Run:
    """A GAN on DIGITS."""
    return make_gan(root, dataset=Dataset("sample", 80, 0, 40, DIGITS.digest))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Report:
    said: list[float] = []
    report = Report.measure(
        own_gan(tmp_path_factory.mktemp("gan")).model(), DIGITS, lambda share, _: said.append(share)
    )
    assert said == sorted(said)
    assert (said[0], said[-1]) == (0.0, 1.0)
    return report


def test_it_has_the_scores_of_what_is_drawn_and_of_the_discriminator(measured: Report):
    assert [score.name for score in measured.overall] == [*SAMPLE_SCORES, *DISCRIMINATOR_SCORES]
    assert {score.name for score in measured.scores} - {score.name for score in measured.overall} == {
        of_class(label) for label in range(10)
    }
    with pytest.raises(NoEncoder, match="no metrics of single digits"):
        _ = measured.metrics


def test_a_run_keeps_it_and_it_is_not_measured_again(root: Path, measured: Report, monkeypatch: pytest.MonkeyPatch):
    run = own_gan(root)
    before = listing(run.directory)
    monkeypatch.setattr(Report, "measure", lambda *_: measured)
    assert Report.of(run, run.model(), DIGITS) is measured
    assert listing(run.directory) == sorted([*before, "lock", "report.safetensors"])
    assert run.scores() == measured.scores
    monkeypatch.setattr(Report, "measure", lambda *_: pytest.fail("the run keeps its report"))
    assert Report.of(run, run.model(), DIGITS) == measured


def test_it_is_never_taken_for_that_of_other_weights_digits_or_scores(root: Path, measured: Report):
    run = own_gan(root)
    model = run.model()
    measured.write(run, model, DIGITS)
    assert Report.read(run, model, DIGITS) == measured
    tensors = run.tensors()
    for name in ("decoder.logits.bias", "discriminator.logits.bias"):
        assert Report.read(run, model_of(tensors | {name: tensors[name] + 1}, GAN_CONFIG), DIGITS) is None
    relabelled = dataclasses.replace(DIGITS, test_labels=np.roll(DIGITS.test_labels, 1))
    assert Report.read(run, model, relabelled) is None
    # With another loss it would have other scores.
    assert Report.read(run, model_of(tensors, dataclasses.replace(GAN_CONFIG, loss="relativistic")), DIGITS) is None
    write(run.directory / "metrics.json", scores_to_json(SCORES))
    assert Report.read(run, model, DIGITS) is None
