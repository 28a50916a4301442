"""What the pages say of the digits on show where they are not MNIST, or not the ones that were asked for."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.pages.runner import as_read, at_hand, copy_of_seed, html, opened, pinned, warnings
from tests.unit.builders import some_of
from vae_core.data.digits import Digits
from vae_core.runs.catalog import open_run
from vae_core.storage.tensors import pack

PAGES = [None, "train.py", "report.py", "compare.py", "about.py"]


@pytest.fixture
def fashion(sample: Digits) -> Iterator[Digits]:
    """The pages find digits that are not MNIST, of a file whose name is a piece of Markdown."""
    few = some_of(sample, 60, 60)
    turned = dataclasses.replace(
        few,
        source="*fashion*.npz",
        origin="the file that $VAE_MNIST names, /x/*fashion*.npz",
        test_images=255 - few.test_images,
    )
    with at_hand(turned) as shown:
        yield shown


@pytest.fixture
def refused(sample: Digits) -> Iterator[Digits]:
    few = some_of(sample, 60, 60)
    with at_hand(dataclasses.replace(few, source="mnist", refused="$VAE_MNIST: no file at /x/*y*.npz.")) as shown:
        yield shown


@pytest.mark.parametrize("page", PAGES)
def test_other_digits_are_never_called_mnist(two_runs: Path, fashion: Digits, page: str | None) -> None:
    app = opened(page, run="seed")
    shown = as_read("\n".join(element.value for element in [*app.markdown, *app.info, *app.caption]))
    assert "*fashion*.npz" in shown
    line = as_read(app.caption[0].value)
    assert "MNIST test" not in line
    if page != "train.py":
        assert "not MNIST\u2019s digits" in line
        assert "learned from other digits" in line
    if page in (None, "report.py"):
        assert "not measured on these digits" in line
    if page == "report.py":
        assert "137.1" not in html(app)  # what others reached


@pytest.mark.parametrize("page", PAGES)
def test_a_named_file_that_is_refused_is_told_on_every_page(two_runs: Path, refused: Digits, page: str | None) -> None:
    told = warnings(opened(page))
    assert "$VAE_MNIST: no file at /x/*y*.npz." in told
    assert refused.origin in told


def test_digits_beyond_the_plane_are_counted_and_never_drawn_at_random(runs: Path, few: Digits) -> None:
    folder = copy_of_seed(runs, "far")
    tensors = dict(open_run("seed").tensors())
    means = (
        open_run("seed").network().encoder.encode(few.test_images[:, :, :].reshape(60, 784).astype(np.float32) / 255)[0]
    )
    tensors["encoder.mean.bias"] = tensors["encoder.mean.bias"] + np.array([10 - np.median(means[:, 0]), 0], np.float32)
    (folder / "network.safetensors").write_bytes(pack(tensors))
    app = opened(run="far")
    assert "30 of the 60 digits lie beyond \u00b110" in warnings(app)
    for _ in range(5):
        next(button for button in app.button if button.label == "Random digit").click().run()
        assert max(map(abs, pinned(app))) < 10
    tensors["encoder.mean.bias"] = tensors["encoder.mean.bias"] + np.array([100, 0], np.float32)
    (folder / "network.safetensors").write_bytes(pack(tensors))
    app = opened(run="far")
    assert "60 of the 60 digits" in warnings(app)
    assert next(button for button in app.button if button.label == "Random digit").disabled
    assert not warnings(opened(run="seed"))
