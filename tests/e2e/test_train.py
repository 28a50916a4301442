"""The Train page under a real pointer, with a real worker on the bundled sample: started, left, cancelled, resumed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.train_page import LONG, STILL, TrainPage, train_page
from tests.server import running_app
from tests.unit.inspection import wait_until
from vae_core.jobs.job import Job
from vae_core.runs.catalog import runs_in


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def sample_address(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_app(runs, tmp_path_factory.mktemp("app") / "log", VAE_MNIST="") as (address, _):
        yield address


@pytest.fixture
def training(browser: Browser, sample_address: str) -> Iterator[TrainPage]:
    with train_page(browser, sample_address, **STILL) as training:
        yield training


def test_a_training_is_started_left_cancelled_resumed_finished_and_explored(training: TrainPage, runs: Path) -> None:
    page = training.page
    expect(page.get_by_text("bundled sample of MNIST, 4,000 training digits")).to_be_visible()
    training.start("Mine", epochs=150)

    # The untrained network is there before TensorFlow is, and the loss moves while it trains.
    expect(training.machine).to_have_attribute("data-step", "0")
    expect(page.get_by_text("Starting TensorFlow")).to_be_visible(timeout=LONG)
    training.wait_for_step(100)
    expect(page.get_by_text(re.compile(r"Epoch \d+\.\d of 150"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"Loss \d+\.\d nats = reconstruction"))).to_be_visible()

    # Another page, and back: it went on.
    before = training.step
    page.get_by_role("link", name="Explore").click()
    page.wait_for_selector('[data-testid="latent-map"][data-ready="true"]')
    training.come_back().wait_for_step(before)

    training.press("Cancel")
    expect(page.get_by_text(re.compile(r"Cancelled at epoch \S+ of 150"))).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    stopped = training.step
    (run,) = [run for run in runs_in(runs)[0] if run.record.title == "Mine"]
    assert run.record.status == "cancelled"
    assert run.tensors()

    training.press("Resume")
    training.wait_for_step(stopped)
    page.get_by_role("link", name="About").click()  # it trains faster while no browser draws in software
    wait_until(lambda: Job.of(run).step > 0.9 * run.record.steps)
    training.come_back()
    expect(page.get_by_text("The included models were scored on other digits")).to_be_visible(timeout=LONG)
    assert int(training.machine.get_attribute("data-frames") or 0) >= 20

    training.press("Open in the explorer")
    page.wait_for_selector('[data-testid="latent-map"][data-ready="true"]')
    expect(page).to_have_url(re.compile(rf"run={run.id}"))
    assert len([other for other in runs_in(runs)[0] if other.record.title == "Mine"]) == 1  # resumed, not begun anew

    training.come_back()
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
        first = TrainPage(context.new_page(), address).open()
        first.start("First", epochs=1000)
        first.wait_for_step(0)
        with browser.new_context(**STILL) as another:
            second = TrainPage(another.new_page(), address).open()
            second.wait_for_step(0)  # the first visitor's training is there to be watched
            second.start("Second", epochs=3)
            expect(second.page.get_by_text("place 1 in the queue")).to_be_visible()
    with running_app(runs, tmp_path / "log", VAE_MNIST="") as (address, _), browser.new_context(**STILL) as context:
        training = TrainPage(context.new_page(), address).open()
        page = training.page
        expect(page.get_by_text("place 1 in the queue")).to_be_visible()  # the newest run is shown
        training.watch("First")
        training.wait_for_step(0)
        training.wait_for_step(training.step)
        training.press("Cancel")
        expect(page.get_by_text("Cancelled at epoch")).to_be_visible()
        training.watch("Second")
        expect(page.get_by_text("The included models were scored on other digits")).to_be_visible(timeout=LONG)
    statuses = {run.record.title: run.record.status for run in runs_in(runs)[0]}
    assert statuses == {"First": "cancelled", "Second": "done"}
