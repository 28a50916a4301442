"""The time machine under a real pointer: the shipped run's snapshots, on the bundled sample."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from tests.browser import pixels
from tests.e2e.train_page import TrainPage, train_page
from tests.pages.runner import copy_of_seed
from tests.server import running_app
from vae_core.data.digits import Digits, class_text
from vae_core.data.images import to_images
from vae_core.latent.manifold import mosaic
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import Network
from vae_core.runs.catalog import open_run


@pytest.fixture(scope="module")
def seed_address(sample: Digits, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Has the shipped run as one on the sample: beside digits that are not a run's own, its snapshots are not shown."""
    runs = tmp_path_factory.mktemp("runs")
    copy_of_seed(runs, "mine", sample)
    with running_app(runs, tmp_path_factory.mktemp("app") / "log", VAE_MNIST="") as (address, _):
        yield address


@pytest.fixture
def watched(browser: Browser, seed_address: str) -> Iterator[TrainPage]:
    """The shipped run's time machine."""
    with train_page(browser, seed_address) as watched:
        watched.page.wait_for_selector('[data-testid="time-machine"][data-ready="true"]')
        watched.settle()
        yield watched


def arrive(watched: TrainPage) -> None:
    """Wait until what is shown is a snapshot, not something on the way to it."""
    watched.page.evaluate(
        """async () => {
            const view = await document.querySelector('[data-testid=time-machine]').view
            while (view.player.animation) await new Promise(requestAnimationFrame)
        }"""
    )


def marker(watched: TrainPage) -> float:
    """Where the loss curve is marked, in pixels from its left."""
    return float(watched.page.locator(".tm-marker").get_attribute("x1") or "nan")


def drawn(network: Network) -> np.ndarray:
    """The manifold as NumPy decodes it: (420, 420) uint8."""
    return to_images(mosaic(network.decoder.decode).reshape(-1, 784)).reshape(420, 420)


def test_scrubbing_moves_points_tiles_and_marker_without_the_server(watched: TrainPage) -> None:
    page = watched.page
    slider = page.get_by_test_id("time-slider")
    page.context.set_offline(True)
    last = int(slider.get_attribute("max") or 0)
    assert last >= 20
    assert slider.input_value() == str(last)
    trained, at_end = pixels(page, "time-manifold"), marker(watched)
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("time-moment")).to_have_text("before training")
    arrive(watched)
    untrained = pixels(page, "time-manifold")
    assert marker(watched) < at_end
    # The pictures are those that NumPy decodes from the weights: at the end, the run's own.
    run = open_run("seed")
    start = initial_tensors(run.record.config, np.zeros((1, 28, 28), np.uint8))
    for found, tensors in ((trained, run.tensors()), (untrained, start)):
        assert abs(found.astype(int) - drawn(Network.from_tensors(tensors))).max() <= 1
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("time-moment")).to_contain_text("step")
    assert watched.step > 0


def test_play_goes_through_the_snapshots_and_stops_at_the_last(watched: TrainPage) -> None:
    page = watched.page
    slider = page.get_by_test_id("time-slider")
    last = int(slider.get_attribute("max") or 0)
    watched.press("Play")
    page.wait_for_function(
        "document.querySelector('.tm-slider').value > 2 && document.querySelector('.tm-slider').value < 10"
    )
    watched.press("Pause")
    paused = int(slider.input_value())
    assert 2 < paused < last
    slider.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    watched.press("Play")
    expect(slider).to_have_value(str(last))
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_clicked_digit_shows_its_picture_and_its_path(watched: TrainPage, sample: Digits) -> None:
    page = watched.page
    x, y = page.evaluate(
        """async index => {
            const { cloud } = await document.querySelector('[data-testid=time-machine]').view
            const box = cloud.canvas.getBoundingClientRect()
            const [x, y] = cloud.toPixel(cloud.means[2 * index], cloud.means[2 * index + 1])
            return [box.left + x, box.top + y]
        }""",
        7,
    )
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.up()
    chosen = watched.machine.get_attribute("data-chosen")
    assert chosen
    expect(page.get_by_test_id("time-digit")).to_be_visible()
    expect(page.locator(".tm-digit span")).to_have_text(class_text(int(sample.test_labels[int(chosen)])))
    page.keyboard.press("Escape")
    watched.machine.focus()
    page.keyboard.press("Escape")
    expect(watched.machine).to_have_attribute("data-chosen", "")


def test_a_class_is_hidden_by_the_legend_and_by_its_key(watched: TrainPage) -> None:
    page = watched.page

    def colours() -> int:
        """How many of the map's pixels have exactly the colour of the legend's mark of the sevens."""
        return page.evaluate(
            """() => {
                const canvas = document.querySelector('[data-testid=time-map]')
                const fill = document.querySelectorAll('.lm-classes path')[7].getAttribute('fill')
                const one = document.createElement('canvas').getContext('2d')
                one.globalAlpha = 0.8
                one.fillStyle = fill
                one.fillRect(0, 0, 1, 1)
                const [r, g, b] = one.getImageData(0, 0, 1, 1).data
                const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
                let count = 0
                const near = (i, value) => Math.abs(data[i] - value) < 4
                for (let i = 0; i < data.length; i += 4)
                    if (data[i + 3] > 150 && near(i, r) && near(i + 1, g) && near(i + 2, b)) count++
                return count
            }"""
        )

    seven = page.get_by_role("group", name="Classes").get_by_role("button", name="7")
    expect(seven).to_have_attribute("aria-pressed", "true")
    before = colours()
    assert before > 50
    seven.click()
    expect(seven).to_have_attribute("aria-pressed", "false")
    assert colours() < before / 20
    watched.machine.focus()
    page.keyboard.press("7")
    expect(seven).to_have_attribute("aria-pressed", "true")
    assert colours() == before
