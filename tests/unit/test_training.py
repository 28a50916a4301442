"""Training: the same seed gives the same weights, the history is a mean over digits, and a trained run is kept."""

import dataclasses
import errno
import logging
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vae_core import likelihood, runs, training
from vae_core.config import TrainingConfig
from vae_core.data import Digits, to_pixels
from vae_core.errors import ConfigError, RunNotWritable, TrainingDiverged
from vae_core.network import Network
from vae_core.runs import HISTORY_COLUMNS, list_runs, tensor_shapes

CONFIG = TrainingConfig(
    encoder_widths=(32,), decoder_widths=(32,), epochs=4, batch_size=50, epsilon_std=0.0, validation=130, seed=7
)
"""130 validation digits make batches of 50, 50 and 30; without noise their loss can be computed to the digit."""

Fitted = tuple[dict[str, np.ndarray], pd.DataFrame]


@pytest.fixture(scope="module")
def few(sample: Digits) -> Digits:
    """730 training digits, of which CONFIG holds out 130, and 100 test digits."""
    return dataclasses.replace(
        sample,
        train_images=sample.train_images[:730],
        train_labels=sample.train_labels[:730],
        test_images=sample.test_images[:100],
        test_labels=sample.test_labels[:100],
    )


@pytest.fixture(scope="module")
def told() -> list[dict[str, float]]:
    """What `on_epoch` gets while `fitted` is trained."""
    return []


@pytest.fixture(scope="module")
def fitted(few: Digits, told: list[dict[str, float]]) -> Fitted:
    return training.fit(CONFIG, *training.split(few.train_images, CONFIG), told.append)


# --- split


def numbered(count: int) -> np.ndarray:
    """Images whose every pixel is their index."""
    return np.arange(count, dtype=np.uint16).repeat(784).reshape(-1, 28, 28)


@pytest.mark.parametrize("validation", [0, 1, 30, 99])
def test_the_last_of_the_seeded_shuffle_are_held_out(validation: int):
    config = TrainingConfig(seed=3, validation=validation)
    train, held_out = (part[:, 0, 0].tolist() for part in training.split(numbered(100), config))
    shuffled = np.random.default_rng(3).permutation(100).tolist()
    assert train + held_out == shuffled
    assert len(held_out) == validation
    assert not set(train) & set(held_out)


def test_another_seed_holds_out_others():
    held_out = [training.split(numbered(100), TrainingConfig(seed=seed, validation=50))[1] for seed in (0, 1)]
    assert set(held_out[0][:, 0, 0]) != set(held_out[1][:, 0, 0])


@pytest.mark.parametrize("validation", [100, 101])
def test_something_must_be_left_to_train_on(validation: int):
    with pytest.raises(ConfigError, match=f"expected fewer than the 100 training digits; found {validation}"):
        training.split(numbered(100), TrainingConfig(validation=validation))


# --- fit


def test_the_weights_are_those_of_the_config(fitted: Fitted):
    assert {name: tensor.shape for name, tensor in fitted[0].items()} == tensor_shapes(CONFIG)


def test_training_lowers_the_loss_on_digits_it_has_not_seen(fitted: Fitted):
    _, history = fitted
    assert tuple(history.columns) == HISTORY_COLUMNS
    assert history["epoch"].tolist() == [1, 2, 3, 4]
    assert history["seconds"].is_monotonic_increasing
    for column in ("loss", "val_loss"):
        assert history[column].is_monotonic_decreasing
        assert history[column].iloc[-1] < 0.75 * history[column].iloc[0]


def test_the_validation_loss_is_the_mean_over_the_digits(few: Digits, fitted: Fitted):
    """Against NumPy; a mean over batches, or the last batch alone, would differ."""
    tensors, history = fitted
    network = Network.from_tensors(tensors)
    pixels = to_pixels(training.split(few.train_images, CONFIG)[1])
    mean, log_var = network.encode(pixels)
    reconstruction = likelihood.reconstruction_nats(pixels, network.logits(mean))
    kl = likelihood.kl_nats(mean, log_var)
    last = history.iloc[-1]
    assert last["val_reconstruction"] == pytest.approx(reconstruction.mean(), rel=1e-5)
    assert last["val_kl"] == pytest.approx(kl.mean(), rel=1e-4)
    assert last["val_loss"] == pytest.approx((reconstruction + kl).mean(), rel=1e-5)
    assert abs(reconstruction[100:].mean() - reconstruction.mean()) > 0.1  # so that the last batch would show


def test_the_parts_of_the_loss_add_up(fitted: Fitted):
    _, history = fitted
    np.testing.assert_allclose(history["loss"], history["reconstruction"] + history["kl"], rtol=1e-5)
    np.testing.assert_allclose(history["val_loss"], history["val_reconstruction"] + history["val_kl"], rtol=1e-5)


def fit_without_validation(digits: Digits, seed: int) -> Fitted:
    config = dataclasses.replace(CONFIG, epochs=1, epsilon_std=1.0, validation=0, seed=seed)
    return training.fit(config, digits.train_images, digits.train_images[:0], lambda _: None)


@pytest.fixture(scope="module")
def fitted_without_validation(few: Digits) -> Fitted:
    return fit_without_validation(few, seed=1)


def test_the_same_seed_gives_identical_weights_and_another_does_not(few: Digits, fitted_without_validation: Fitted):
    again, other = (fit_without_validation(few, seed)[0] for seed in (1, 2))
    for name, tensor in fitted_without_validation[0].items():
        np.testing.assert_array_equal(tensor, again[name], strict=True)
        assert (tensor != other[name]).any()


def test_without_validation_digits_their_columns_are_empty(fitted_without_validation: Fitted):
    _, history = fitted_without_validation
    assert history[["val_loss", "val_reconstruction", "val_kl"]].isna().to_numpy().all()
    assert history[["loss", "reconstruction", "kl"]].notna().to_numpy().all()


def test_every_epoch_is_told(fitted: Fitted, told: list[dict[str, float]]):
    assert told == fitted[1].to_dict("records")


# --- train


@pytest.fixture
def fit_at_once(monkeypatch: pytest.MonkeyPatch, fitted: Fitted) -> None:
    """`train` gets the weights that were fitted before."""
    monkeypatch.setattr(training, "fit", lambda *_: fitted)


def test_a_training_becomes_a_run(few: Digits, fitted: Fitted, fit_at_once: None, tmp_path: Path):
    run = training.train(CONFIG, few, tmp_path, title="Mine")
    record = run.record
    assert run.directory == tmp_path / f"seed-{CONFIG.fingerprint(few.digest)}"
    assert (record.title, record.kind, record.status, record.config) == ("Mine", "vae", "done", CONFIG)
    assert dataclasses.astuple(record.dataset) == ("sample", 600, 130, 100, few.digest)
    assert set(record.versions) == {"python", "tensorflow", "keras", "numpy"}
    for name, tensor in run.tensors().items():
        np.testing.assert_array_equal(tensor, fitted[0][name], strict=True)
    pd.testing.assert_frame_equal(run.history(), fitted[1], rtol=1e-5)
    assert run.scores() == likelihood.score(Network.from_tensors(fitted[0]), few)
    assert [entry.name for entry in tmp_path.iterdir()] == [run.id]


def test_a_training_repeated_is_a_second_run(few: Digits, fit_at_once: None, tmp_path: Path):
    first, second = (training.train(CONFIG, few, tmp_path) for _ in range(2))
    assert second.id == f"{first.id}-2"
    assert first.record.title == "seed, 4 epochs, seed 7"


def must_not_train(*_: Any) -> None:
    pytest.fail("the training began")


def test_a_directory_that_takes_no_runs_is_told_before_training(
    few: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(training, "fit", must_not_train)
    (tmp_path / "file").touch()
    with pytest.raises(RunNotWritable):
        training.train(CONFIG, few, tmp_path / "file")


def test_too_many_validation_digits_are_told_before_training(
    few: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(training, "fit", must_not_train)
    with pytest.raises(ConfigError, match="expected fewer than the 730 training digits; found 730"):
        training.train(dataclasses.replace(CONFIG, validation=730), few, tmp_path)
    assert list(tmp_path.iterdir()) == []


def fill_disk(below: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = runs._write

    def write_elsewhere(path: Path, content: bytes) -> None:
        if path.is_relative_to(below):
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(runs, "_write", write_elsewhere)


def test_a_full_disk_at_the_end_keeps_the_run_elsewhere(
    few: Digits,
    fitted: Fitted,
    fit_at_once: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    root, refuge = tmp_path / "runs", tmp_path / "tmp"
    refuge.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(refuge))
    fill_disk(root, monkeypatch)
    with caplog.at_level(logging.WARNING):
        run = training.train(CONFIG, few, root)
    assert run.directory.parent == refuge / "vae-latent-explorer-runs"
    np.testing.assert_array_equal(run.tensors()["decoder.logits.bias"], fitted[0]["decoder.logits.bias"])
    assert list(root.iterdir()) == []
    assert "No space left on device" in caplog.text
    assert str(run.directory.parent) in caplog.text
    monkeypatch.setenv("VAE_RUNS", str(run.directory.parent))
    assert run in list_runs()[0]


def test_full_disks_everywhere_are_told(
    few: Digits, fit_at_once: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    fill_disk(tmp_path, monkeypatch)
    with pytest.raises(RunNotWritable, match="No space left on device"):
        training.train(CONFIG, few, tmp_path / "runs")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_training_that_diverged_leaves_no_run(
    few: Digits, fitted: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tensors, history = fitted
    broken = tensors | {"encoder.mean.bias": np.array([0, np.nan], np.float32)}
    monkeypatch.setattr(training, "fit", lambda *_: (broken, history))
    with pytest.raises(TrainingDiverged, match="lower learning rate"):
        training.train(CONFIG, few, tmp_path)
    assert list(tmp_path.iterdir()) == []
