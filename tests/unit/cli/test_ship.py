"""A shipped run is small, its own scores belong to its rounded weights, and nothing is shipped that is not done."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from tests.unit.builders import (
    FILES,
    all_for_testing,
    make_gan,
    random_digits,
    random_tensors,
    record,
    some_of,
    step_numbers,
)
from tests.unit.inspection import listing
from vae_core.cli import ship
from vae_core.cli.ship import ship_run
from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits, split
from vae_core.errors import RunNotWritable
from vae_core.evaluation.learning_curve import LearningCurve
from vae_core.evaluation.report import Report
from vae_core.latent.heatmaps import HEATMAPS
from vae_core.runs import store
from vae_core.runs.heatmaps import read_heatmaps
from vae_core.runs.progress import Journal
from vae_core.runs.run import Run

CONFIG = TrainingConfig(encoder_widths=(6,), decoder_widths=(7, 5))


@pytest.fixture
def few(sample: Digits) -> Digits:
    return some_of(sample, 300, 120)


def trained(root: Path, digits: Digits, status: str = "done") -> Run:
    run = store.begin(CONFIG, digits, root, "Mine")
    return store.complete(run, dataclasses.replace(run.record, status=status), random_tensors(CONFIG), [], [])


def test_a_shipped_run_has_the_same_record_under_its_short_name_and_a_report_on_half_the_bytes(
    root: Path, shipped: Path, few: Digits
):
    run = trained(root, few)
    Journal(run.directory).write("step", **step_numbers(2))
    copy = ship_run(run, "short", few)
    assert copy.directory == shipped / "short"
    assert [entry.name for entry in shipped.iterdir()] == ["short"]
    assert copy.record == dataclasses.replace(run.record, id="short")
    stored = safetensors.numpy.load_file(copy.directory / "network.safetensors")
    for name, tensor in run.tensors().items():
        assert stored[name].dtype == np.float16
        np.testing.assert_array_equal(copy.tensors()[name], tensor.astype(np.float16).astype(np.float32), strict=True)
    assert LearningCurve.of(copy).trained == LearningCurve.of(run).trained != []
    network = copy.network()
    kept = Report.read(copy, network, few)
    assert kept is not None
    assert kept.scores == Report.measure(network, few).scores
    assert sorted(read_heatmaps(copy, network, few)) == sorted(HEATMAPS)
    assert [file.name for file in (copy.directory / "snapshots").iterdir()] == ["00000000.safetensors.gz"]


def test_a_newer_one_takes_the_place_of_an_older_one(root: Path, shipped: Path, few: Digits):
    run = trained(root, few)
    ship_run(run, "short", few)
    assert ship_run(store.rename(run, "Yours"), "short", few).record.title == "Yours"
    assert [entry.name for entry in shipped.iterdir()] == ["short"]


def test_weights_stay_as_they_are_where_rounding_costs_something(few: Digits):
    tensors, cost = random_tensors(CONFIG), ship.lost_by("relu", few.test_images)
    assert ship.rounded(tensors, cost, ship.MOST_LOST)["encoder.mean.kernel"].dtype == np.float16
    tensors["decoder.logits.bias"] = np.full(784, 1e5, np.float32)  # beyond float16
    assert ship.rounded(tensors, cost, ship.MOST_LOST) is tensors
    tensors = random_tensors(CONFIG)
    # 4099 becomes 4100 and 4097 becomes 4096: a mean of 2 becomes one of 4.
    tensors["encoder.hidden.0.kernel"][:] = 0
    tensors["encoder.hidden.0.bias"][:2] = 4099, 1
    tensors["encoder.mean.kernel"][:2] = [[1, 0], [-4097, 0]]
    tensors["encoder.log_var.kernel"][:] = 0
    assert ship.rounded(tensors, cost, ship.MOST_LOST) is tensors


@pytest.mark.parametrize("validation", [0, 7])
def test_the_rounding_is_judged_on_no_test_digit_and_none_that_was_left_out(
    root: Path, shipped: Path, few: Digits, monkeypatch: pytest.MonkeyPatch, validation: int
):
    """On validation digits, or on training digits if there are none."""
    others = all_for_testing(few, 0, 40)
    config = dataclasses.replace(CONFIG, validation=validation)
    run = store.begin(config, few.without(others), root, "Mine")
    run = store.complete(run, dataclasses.replace(run.record, status="done"), random_tensors(CONFIG), [], [])
    judges = []
    monkeypatch.setattr(ship, "lost_by", lambda activation, images: judges.append(images) or (lambda one, other: 1.0))
    copy = ship_run(run, "short", few, [others])
    kept, held_out = split(few.without(others).train_images, validation, 0)
    np.testing.assert_array_equal(judges[0], held_out if validation else kept)
    network = copy.network()
    for digits in (few, others):
        report = Report.read(copy, network, digits)
        assert report is not None
        assert (report.scores[0].digits, report.scores[0].dataset) == (len(digits.test_images), "sample")
    assert (copy.directory / "report-sample-40.safetensors").exists()
    assert copy.scores_on(others) == Report.measure(network, others).scores


@pytest.mark.parametrize("status", ["running", "cancelled", "failed"])
def test_what_is_not_done_is_not_shipped(root: Path, shipped: Path, few: Digits, status: str):
    with pytest.raises(RunNotWritable, match="expected a run that is done"):
        ship_run(trained(root, few, status), "short", few)
    assert not list(shipped.iterdir())


def test_a_run_on_other_digits_or_under_no_name_is_not_shipped(root: Path, shipped: Path, few: Digits):
    run = trained(root, few)
    with pytest.raises(RunNotWritable, match="on the digits at hand"):
        ship_run(run, "short", dataclasses.replace(few, test_images=few.test_images[::-1].copy()))
    with pytest.raises(RunNotWritable, match="cannot be a run's id"):
        ship_run(run, "../short", few)
    assert not list(shipped.iterdir())


def test_a_gan_travels_with_its_reports_rounded_where_its_digits_stay_the_same(root: Path, shipped: Path):
    digits, others = random_digits(), random_digits(train=0, test=7, seed=1)
    run = make_gan(root, dataset=dataclasses.replace(record().dataset, digest=digits.digest))
    copy = ship_run(run, "short-gan", digits, [others])
    reports = ["metrics-sample-7.json", "report-sample-7.safetensors", "report.safetensors"]
    assert listing(copy.directory) == sorted([*FILES, *reports, "snapshots"])
    assert (copy.id, copy.record.kind) == ("short-gan", "gan")
    assert Report.read(copy, copy.model(), digits)
    assert Report.read(copy, copy.model(), others) == Report.measure(copy.model(), others)
    stored = safetensors.numpy.load_file(copy.directory / "network.safetensors")
    assert all(tensor.dtype == np.float16 for tensor in stored.values())
    z = np.random.default_rng(1).standard_normal((500, 2)).astype(np.float32)
    difference = 255 * np.abs(copy.decoder().decode(z) - run.decoder().decode(z)).mean()
    assert 0 < difference < ship.MOST_CHANGED
    assert ship.rounded(run.tensors(), lambda before, after: ship.MOST_CHANGED, ship.MOST_CHANGED) is not copy.tensors()


def test_a_gans_weights_stay_as_they_are_where_rounding_changes_its_digits():
    cost = ship.changed_by("silu")
    tensors = {
        "decoder.hidden.0.kernel": np.zeros((2, 2), np.float32),
        "decoder.hidden.0.bias": np.array([2049, 2049], np.float32),  # 2048 in float16
        "decoder.logits.kernel": np.ones((2, 784), np.float32),
        "decoder.logits.bias": np.full(784, -4097, np.float32),  # -4096: a logit of 1 becomes one of 0
    }
    assert ship.rounded(tensors, cost, ship.MOST_CHANGED) is tensors
