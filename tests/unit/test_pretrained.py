"""The shipped runs: what they were trained on, and that they have their reports; that `seed` follows the post."""

import csv
import dataclasses
import math

import numpy as np
import pytest

from tests.unit.builders import FILES
from tests.unit.inspection import listing
from vae_core.data.digits import Digits
from vae_core.data.images import to_images
from vae_core.evaluation.discriminator_scores import discriminator_scores
from vae_core.evaluation.report import Report
from vae_core.latent.heatmaps import CELLS, HEATMAPS
from vae_core.latent.latent_map import LatentMap
from vae_core.latent.manifold import lattice_points
from vae_core.likelihood import elbo
from vae_core.networks.dense import weights
from vae_core.networks.gan_network import GanNetwork
from vae_core.recipes import GAN_RECIPES, VAE_RECIPES
from vae_core.runs import snapshots
from vae_core.runs.catalog import open_run
from vae_core.runs.heatmaps import read_heatmaps
from vae_core.runs.record import Score
from vae_core.runs.run import read_scores
from vae_core.storage import directories

REPORTS = "report.safetensors", "report-sample-5000.safetensors", "metrics-sample-5000.json"
HEATMAP_FILES = "heatmaps.safetensors.gz", "heatmaps-sample-5000.safetensors.gz"
"""What a shipped run has beside the files of every run, on MNIST's test digits and on the bundled sample."""
SERIES = "beta-0-25", "beta-1", "beta-4"
GANS = "gan", "gan-collapsed"


@pytest.mark.parametrize("run_id", ["deep", *SERIES])
def test_the_other_runs_never_saw_a_digit_of_the_bundled_sample(run_id: str, whole_sample: Digits):
    run = open_run(run_id)
    dataset, recipe = run.record.dataset, VAE_RECIPES[run.record.config.recipe]
    assert run.vae_config == dataclasses.replace(recipe, beta=run.vae_config.beta)
    assert (dataset.source, dataset.train + dataset.validation, dataset.test) == ("mnist", 55_000, 10_000)
    assert dataset.left_out == {"sample": whole_sample.digest}
    assert not dataset.includes(whole_sample)
    assert set(REPORTS) <= set(listing(run.directory))


@pytest.mark.parametrize("run_id", GANS)
def test_a_gan_never_saw_a_digit_of_the_bundled_sample_and_is_of_its_recipe(run_id: str, whole_sample: Digits):
    run = open_run(run_id)
    dataset = run.record.dataset
    assert run.record.config == GAN_RECIPES[run_id]
    assert (dataset.source, dataset.train, dataset.validation, dataset.test) == ("mnist", 55_000, 0, 10_000)
    assert dataset.left_out == {"sample": whole_sample.digest}
    assert listing(run.directory) == sorted([*FILES, *REPORTS, "progress.jsonl", "snapshots"])
    assert run.history()["step"].iloc[-1] == run.record.steps
    last = snapshots.read(snapshots.kept(run)[-1], snapshots.probe_of(run.record))[0]
    drawn = to_images(run.decoder().decode(lattice_points()))  # of weights that were rounded since
    assert np.abs(last.tiles.astype(int) - drawn).mean() < 1


@pytest.mark.parametrize("run_id", GANS)
def test_a_gans_report_on_the_bundled_sample_is_of_these_weights_and_digits(run_id: str, whole_sample: Digits):
    run = open_run(run_id)
    model = run.model()
    assert isinstance(model, GanNetwork)
    kept = Report.read(run, model, whole_sample)
    assert kept is not None
    scores = {score.name: score for score in kept.scores}
    for score in discriminator_scores(model, whole_sample, 10_000):
        assert scores[score.name].value == pytest.approx(score.value, abs=2e-4)
    own = {score.name: score for score in run.scores()}
    assert own.keys() == scores.keys()
    assert (own["Frechet distance"].digits, own["Frechet distance"].dataset) == (10_000, "mnist")


@pytest.mark.mnist
@pytest.mark.parametrize("run_id", GANS)
def test_a_gans_report_on_mnist_is_of_these_weights_and_digits(run_id: str, mnist: Digits):
    run = open_run(run_id)
    assert Report.read(run, run.model(), mnist) is not None


def test_the_gan_covers_all_classes_and_the_collapsed_one_does_not():
    covered, rarest = (
        [next(score.value for score in open_run(run_id).scores() if score.name == name) for run_id in GANS]
        for name in ("classes covered", "rarest class")
    )
    assert covered[0] == 10 > covered[1]
    assert rarest[0] > 0.05 > 0.01 > rarest[1]


def test_the_gan_draws_from_all_over_and_the_collapsed_one_much_the_same():
    """How far digits of random points lie from one another, in pixels: a collapsed generator has less to tell apart."""
    z = np.random.default_rng(0).standard_normal((500, 2)).astype(np.float32)
    spreads = [open_run(run_id).decoder().decode(z).std(axis=0).mean() for run_id in GANS]
    assert spreads[0] > spreads[1]


def test_the_seed_run_saw_them(whole_sample: Digits):
    assert open_run("seed").record.dataset.includes(whole_sample)


@pytest.mark.parametrize("run_id", ["seed", "deep", *SERIES])
def test_the_report_on_the_bundled_sample_is_of_these_weights_and_digits(run_id: str, whole_sample: Digits):
    """The first 200 digits' values as they come out now, and the scores that they make up."""
    run = open_run(run_id)
    network = run.network()
    report = Report.read(run, network, whole_sample)
    assert report is not None
    found = elbo.negative_elbo(network, whole_sample.test_images[:200])
    np.testing.assert_allclose(report.metrics.kl[:200], found.kl, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(report.metrics.negative_elbo[:200].mean(), found.total.mean(), atol=0.5)
    scores = {score.name: score for score in report.scores}
    assert (scores["-ELBO"].digits, scores["-ELBO"].dataset) == (5000, "sample")
    assert scores["-ELBO"].value == pytest.approx(report.metrics.negative_elbo.mean(dtype=float), abs=1e-3)


@pytest.mark.parametrize("run_id", ["seed", "deep", *SERIES])
def test_the_heatmaps_on_the_bundled_sample_are_of_these_weights_and_digits(run_id: str, whole_sample: Digits):
    run = open_run(run_id)
    network = run.network()
    embedded = LatentMap.embed(network, whole_sample.test_images, whole_sample.test_labels)
    kept = read_heatmaps(run, network, whole_sample)
    for name in ("density", "regions"):  # the two that need the digits themselves; they are fast
        found = HEATMAPS[name](network, embedded, CELLS, lambda share: None)
        np.testing.assert_allclose(kept[name].values, found.values, rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(kept[name].edges, found.edges, atol=1e-4)
    assert sorted(kept) == sorted(HEATMAPS)


def test_a_score_on_the_sample_is_that_on_the_test_digits_where_neither_was_seen():
    """Neither was trained on, so that they differ by chance alone; of `seed`, which saw the sample, by more."""
    for run_id in ("deep", *SERIES):
        own, of_sample = (scores[0] for scores in scores_of(run_id))
        assert abs(own.value - of_sample.value) < 3 * math.hypot(own.error or 0, of_sample.error or 0)
    own, of_sample = (scores[0] for scores in scores_of("seed"))
    assert own.value - of_sample.value > 2


def scores_of(run_id: str) -> list[list[Score]]:
    """The scores on MNIST's test digits and on the bundled sample."""
    directory = open_run(run_id).directory
    return [read_scores(directory / name) for name in ("metrics.json", "metrics-sample-5000.json")]


# --- seed


def test_the_seed_run_is_shipped_and_opens():
    seed = open_run("seed")
    assert seed.shipped
    assert seed.record.status == "done"
    assert seed.record.config == VAE_RECIPES["seed"]
    assert (seed.record.dataset.source, seed.record.dataset.train, seed.record.dataset.test) == (
        "mnist",
        60_000,
        10_000,
    )
    network = seed.network()
    assert [weights(half.layers) for half in (network.encoder, network.decoder)] == [201_988, 202_256]
    assert listing(seed.directory) == sorted([*FILES, *REPORTS, *HEATMAP_FILES, "snapshots"])


def test_the_seed_runs_history_follows_the_posts():
    with (directories.SHIPPED / "post_loss.csv").open(newline="") as file:
        printed = [float(row["loss"]) for row in csv.DictReader(file)]
    assert (len(printed), printed[0], printed[-1]) == (50, 0.2445, 0.1904)
    losses = open_run("seed").history()["loss"] / 784
    np.testing.assert_allclose(losses, printed, atol=0.001)


def test_the_seed_runs_loss_is_its_reconstruction_plus_its_kl():
    history = open_run("seed").history()
    np.testing.assert_allclose(history["loss"], history["reconstruction"] + history["kl"], atol=2e-3)
    assert history[["val_loss", "val_reconstruction", "val_kl"]].isna().to_numpy().all()
    assert history["seconds"].is_monotonic_increasing


def test_the_seed_runs_scores_add_up():
    scores = {score.name: score for score in open_run("seed").scores()}
    for name in ("-ELBO", "reconstruction", "KL"):
        assert (scores[name].unit, scores[name].digits, scores[name].dataset) == ("nats", 10_000, "mnist")
    assert scores["-ELBO"].value == pytest.approx(scores["reconstruction"].value + scores["KL"].value, abs=2e-4)
    assert 150 < scores["-ELBO"].value < 154
