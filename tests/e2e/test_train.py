"""The Train page under a real pointer, with a real worker on the bundled sample: started, left, cancelled, resumed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser import PATIENCE, pixels
from tests.pages.runner import copy_of_seed
from tests.server import running_app
from tests.unit.inspection import wait_until
from vae_core.data.digits import Digits
from vae_core.data.images import to_images
from vae_core.jobs.job import Job
from vae_core.latent.manifold import mosaic
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import Network
from vae_core.runs.catalog import open_run, runs_in

LONG = 60_000
"""Milliseconds that a worker may take to get going: TensorFlow is imported, on a busy machine."""


STILL: Any = {"reduced_motion": "reduce"}
"""A visitor who wants no animations, which a browser that draws in software takes from the training's processor."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def sample_address(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_app(runs, tmp_path_factory.mktemp("app") / "log", VAE_MNIST="") as (address, _):
        yield address


@pytest.fixture
def page(browser: Browser, sample_address: str) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1440, "height": 1200}, **STILL) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        about(page, sample_address)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        to_train(page)
        yield page
        assert not errors


def about(page: Page, address: str) -> None:
    """The lightest page. A first visit straight to a page's address logs errors of Streamlit's own."""
    page.goto(f"{address}/about")
    expect(page.get_by_role("heading", name="How it works")).to_be_visible()


def to_train(page: Page) -> None:
    page.get_by_role("link", name="Train").click()
    expect(page.get_by_role("heading", name="Train a model")).to_be_visible()
    settle(page)


def settle(page: Page) -> None:
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def machine(page: Page) -> Locator:
    return page.get_by_test_id("time-machine")


def shown_step(page: Page) -> int:
    return int(machine(page).get_attribute("data-step") or -1)


def wait_for_step(page: Page, beyond: int) -> None:
    page.wait_for_function(
        "step => Number(document.querySelector('[data-testid=time-machine]')?.dataset.step || -1) > step",
        arg=beyond,
        timeout=LONG,
    )


def arrive(page: Page) -> None:
    """Wait until what is shown is a snapshot, not something on the way to it."""
    page.evaluate(
        """async () => {
            const view = await document.querySelector('[data-testid=time-machine]').view
            while (view.animation) await new Promise(requestAnimationFrame)
        }"""
    )


def marker(page: Page) -> float:
    return float(page.locator(".tm-marker").get_attribute("x1") or "nan")


def test_a_training_is_started_left_cancelled_resumed_finished_and_explored(page: Page, runs: Path) -> None:
    expect(page.get_by_text("bundled sample of MNIST, 4,000 training digits")).to_be_visible()
    start(page, "Mine", epochs=150)

    # The untrained network is there before TensorFlow is, and the loss moves while it trains.
    expect(machine(page)).to_have_attribute("data-step", "0")
    expect(page.get_by_text("Starting TensorFlow")).to_be_visible(timeout=LONG)
    wait_for_step(page, 100)
    expect(page.get_by_text(re.compile(r"Epoch \d+\.\d of 150"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"Loss \d+\.\d nats = reconstruction"))).to_be_visible()

    # Another page, and back: it went on.
    before = shown_step(page)
    page.get_by_role("link", name="Explore").click()
    page.wait_for_selector('[data-testid="latent-map"][data-ready="true"]')
    to_train(page)
    wait_for_step(page, before)

    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(re.compile(r"Cancelled at epoch \S+ of 150"))).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    stopped = shown_step(page)
    (run,) = [run for run in runs_in(runs)[0] if run.record.title == "Mine"]
    assert run.record.status == "cancelled"
    assert run.tensors()

    page.get_by_role("button", name="Resume").click()
    wait_for_step(page, stopped)
    page.get_by_role("link", name="About").click()  # it trains faster while no browser draws in software
    wait_until(lambda: Job.of(run).step > 0.9 * run.record.steps)
    to_train(page)
    expect(page.get_by_text("The shipped runs were scored on other digits")).to_be_visible(timeout=LONG)
    assert int(machine(page).get_attribute("data-frames") or 0) >= 20

    page.get_by_role("button", name="Open in the explorer").click()
    page.wait_for_selector('[data-testid="latent-map"][data-ready="true"]')
    expect(page).to_have_url(re.compile(rf"run={run.id}"))
    assert len([other for other in runs_in(runs)[0] if other.record.title == "Mine"]) == 1  # resumed, not begun anew

    to_train(page)
    delete, dialog = page.get_by_role("button", name="Delete", exact=True), page.get_by_role("dialog")
    delete.click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert run.directory.exists()
    delete.click()
    dialog.get_by_role("button", name="Delete it").click()
    expect(delete).to_have_count(0)  # the shipped run is shown instead
    assert not run.directory.exists()


@pytest.mark.slow
def test_two_visitors_share_a_slot_and_a_restart_of_the_app_loses_nothing(browser: Browser, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    with running_app(runs, tmp_path / "log", VAE_MNIST="") as (address, _), browser.new_context(**STILL) as context:
        first = visitor(context, address)
        start(first, "First", epochs=1000)
        wait_for_step(first, 0)
        with browser.new_context(**STILL) as another:
            second = visitor(another, address)
            wait_for_step(second, 0)  # the first visitor's training is there to be watched
            start(second, "Second", epochs=3)
            expect(second.get_by_text("place 1 in the queue")).to_be_visible()
    with running_app(runs, tmp_path / "log", VAE_MNIST="") as (address, _), browser.new_context(**STILL) as context:
        page = visitor(context, address)
        expect(page.get_by_text("place 1 in the queue")).to_be_visible()  # the newest run is shown
        page.get_by_label("Run", exact=True).click()
        page.get_by_role("option", name="First").click()
        wait_for_step(page, 0)
        before = shown_step(page)
        wait_for_step(page, before)
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("Cancelled at epoch")).to_be_visible()
        page.get_by_label("Run", exact=True).click()
        page.get_by_role("option", name="Second").click()
        expect(page.get_by_text("The shipped runs were scored on other digits")).to_be_visible(timeout=LONG)
    statuses = {run.record.title: run.record.status for run in runs_in(runs)[0]}
    assert statuses == {"First": "cancelled", "Second": "done"}


def visitor(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    about(page, address)
    to_train(page)
    return page


def start(page: Page, title: str, epochs: int) -> None:
    page.get_by_text("custom", exact=True).click()
    for label, value in (("Epochs", str(epochs)), ("Title", title)):
        field = page.get_by_label(label, exact=True)
        field.fill(value)
        field.press("Enter")
        settle(page)
    page.get_by_role("button", name="Start training").click()


@pytest.fixture(scope="module")
def seed_address(sample: Digits, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Has the shipped run as one on the sample: beside digits that are not a run's own, its snapshots are not shown."""
    runs = tmp_path_factory.mktemp("runs")
    copy_of_seed(runs, "mine", sample)
    with running_app(runs, tmp_path_factory.mktemp("app") / "log", VAE_MNIST="") as (address, _):
        yield address


@pytest.fixture
def seed_page(browser: Browser, seed_address: str) -> Iterator[Page]:
    """The shipped run's time machine."""
    with browser.new_context(viewport={"width": 1440, "height": 1200}) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        about(page, seed_address)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        to_train(page)
        page.wait_for_selector('[data-testid="time-machine"][data-ready="true"]')
        settle(page)
        yield page
        assert not errors


def test_scrubbing_moves_points_tiles_and_marker_without_the_server(seed_page: Page) -> None:
    page, slider = seed_page, seed_page.get_by_test_id("time-slider")
    page.context.set_offline(True)
    last = int(slider.get_attribute("max") or 0)
    assert last >= 20
    assert slider.input_value() == str(last)
    trained, at_end = pixels(page, "time-manifold"), marker(page)
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("time-moment")).to_have_text("before training")
    arrive(page)
    untrained = pixels(page, "time-manifold")
    assert marker(page) < at_end
    # The pictures are those that NumPy decodes from the weights: at the end, the run's own.
    run = open_run("seed")
    network = Network.from_tensors(run.tensors())
    expected = to_images(mosaic(network.decode).reshape(-1, 784)).reshape(420, 420)
    assert abs(trained.astype(int) - expected).max() <= 1
    start = initial_tensors(run.record.config, np.zeros((1, 28, 28), np.uint8))
    expected = to_images(mosaic(Network.from_tensors(start).decode).reshape(-1, 784)).reshape(420, 420)
    assert abs(untrained.astype(int) - expected).max() <= 1
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("time-moment")).to_contain_text("step")
    assert shown_step(page) > 0


def test_play_goes_through_the_snapshots_and_stops_at_the_last(seed_page: Page) -> None:
    page = seed_page
    slider = page.get_by_test_id("time-slider")
    last = int(slider.get_attribute("max") or 0)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "document.querySelector('.tm-slider').value > 2 && document.querySelector('.tm-slider').value < 10"
    )
    page.get_by_role("button", name="Pause").click()
    paused = int(slider.input_value())
    assert 2 < paused < last
    slider.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Play").click()
    expect(slider).to_have_value(str(last))
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_clicked_digit_shows_its_picture_and_its_path(seed_page: Page, sample: Digits) -> None:
    page = seed_page
    index = 7
    x, y = page.evaluate(
        """async index => {
            const { cloud } = await document.querySelector('[data-testid=time-machine]').view
            const box = cloud.canvas.getBoundingClientRect()
            const [x, y] = cloud.toPixel(cloud.means[2 * index], cloud.means[2 * index + 1])
            return [box.left + x, box.top + y]
        }""",
        index,
    )
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.up()
    chosen = machine(page).get_attribute("data-chosen")
    assert chosen
    expect(page.get_by_test_id("time-digit")).to_be_visible()
    expect(page.locator(".tm-digit span")).to_have_text(f"a {sample.test_labels[int(chosen)]}")
    page.keyboard.press("Escape")
    machine(page).focus()
    page.keyboard.press("Escape")
    expect(machine(page)).to_have_attribute("data-chosen", "")
