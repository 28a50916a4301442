"""The shipped run `seed`: it opens, it is the post's recipe, and its curve follows the one that the post prints."""

import csv

import numpy as np
import pytest

from tests.unit.builders import FILES
from tests.unit.inspection import listing
from vae_core.recipes import RECIPES
from vae_core.runs.catalog import open_run
from vae_core.storage import directories


def test_the_seed_run_is_shipped_and_opens():
    seed = open_run("seed")
    assert seed.shipped
    assert seed.record.status == "done"
    assert seed.record.config == RECIPES["seed"]
    assert (seed.record.dataset.source, seed.record.dataset.train, seed.record.dataset.test) == (
        "mnist",
        60_000,
        10_000,
    )
    assert seed.network().parameters == (201_988, 202_256)
    assert listing(seed.directory) == sorted([*FILES, "report.safetensors", "snapshots"])


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
