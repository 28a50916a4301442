"""Layers that no run brings along: computed in the background, coarse first, and no longer than somebody waits."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.runner import SECONDS, as_read, browser_data, copy_of_seed, opened
from vae_core.data.digits import Digits
from vae_core.latent.heatmaps import COARSE_CELLS, HEATMAPS, density
from vae_core.runs.catalog import open_run
from vae_core.ui.components.latent_map import KEY
from vae_core.ui.resources import layers, static_files
from vae_core.ui.resources.loaded_run import load_run


@pytest.fixture(autouse=True)
def nothing_computed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder static is empty, and nothing is being computed."""
    monkeypatch.setattr(static_files, "FOLDER", tmp_path_factory.mktemp("static"))
    layers._computations.clear()
    yield
    layers._computations.clear()


@pytest.fixture
def mine(runs: Path, few: Digits) -> Path:
    """A run of the visitor's own."""
    return copy_of_seed(runs, "mine")


def layer_of(app: AppTest) -> dict | None:
    """The layer as the browser gets it."""
    data = browser_data(app, KEY)
    assert data
    return data["layer"]


def test_the_page_does_not_wait_and_a_coarse_layer_comes_first(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coarse_is_there, go_on = threading.Event(), threading.Event()

    def slow(network, embedded, cells, on_progress):
        if cells > COARSE_CELLS:
            on_progress(0.25)
            coarse_is_there.set()
            assert go_on.wait(SECONDS)
        return density(network, embedded, cells, on_progress)

    monkeypatch.setitem(HEATMAPS, "density", slow)
    app = opened(run="mine", layer="density")
    assert coarse_is_there.wait(SECONDS)
    coarse = layer_of(app.run())
    assert coarse
    assert "coarse" in coarse["url"]
    assert coarse["share"] == 0.25
    assert layer_of(app.run()) != coarse, "each answer differs, so that the browser asks again"
    go_on.set()
    deadline = time.monotonic() + SECONDS
    while (whole := layer_of(app.run()) or {})["share"] < 1:
        assert time.monotonic() < deadline
    assert "coarse" not in whole["url"]
    assert "answered" not in whole


def test_it_ends_where_the_visitor_goes_on_and_begins_anew_where_they_come_back(
    mine: Path, few: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def for_ever(network, embedded, cells, on_progress):
        while True:
            on_progress(0.5)
            time.sleep(0.01)

    with monkeypatch.context() as patch:
        patch.setitem(HEATMAPS, "width", for_ever)
        app = opened(run="mine", layer="width")
        computing = layer_of(app)
        assert computing
        assert computing["url"] is None
        loaded = load_run(few, open_run("mine"))
        computation = layers._computations(loaded, "width", loaded.network.digest, loaded.digits.digest)
        app.button_group(key="layer").set_value(None).run()
        assert layer_of(app) is None
        computation.patience = 0.1
        assert computation._done.wait(SECONDS)
        assert computation.abandoned
    app.button_group(key="layer").set_value("width").run()
    deadline = time.monotonic() + SECONDS
    while (layer_of(app.run()) or {})["share"] < 1:
        assert time.monotonic() < deadline
    assert not app.error


def test_one_that_fails_says_why_and_the_map_is_there_without_it(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(HEATMAPS, "regions", lambda *_: 1 / 0)
        app = opened(run="mine", layer="regions")
        assert "The layer is not shown. It could not be computed (ZeroDivisionError" in as_read(app.error[0].value)
        assert layer_of(app) is None
    app.run()
    assert not app.error
    assert layer_of(app)


def test_those_that_a_run_brings_along_are_there_at_once(runs: Path, whole_sample: Digits) -> None:
    for layer in HEATMAPS:
        drawn = layers.drawn_layer(load_run(whole_sample, open_run("seed")), layer)
        assert drawn.share == 1
