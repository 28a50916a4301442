"""A GAN that is trained live, a step at a time: in any order, by one visitor after the other, and anew once killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import Tab
from tests.e2e.train_page import LONG, STILL
from tests.e2e.two_steps import KEYS, READY, number, pictures, press, root
from tests.server import running_app


@pytest.fixture
def live(browser: Browser, tmp_path: Path) -> Iterator[tuple[Tab, int]]:
    """A tab on an app of its own, which shows the bundled digits; and that app's process."""
    with (
        running_app(tmp_path / "runs", tmp_path / "log", VAE_MNIST="") as (address, app),
        browser.new_context(viewport={"width": 1280, "height": 720}, **STILL) as window,
    ):
        tab = Tab(window.new_page(), address)
        tab.enter("GAN")
        tab.page.wait_for_selector(READY)
        yield tab, app.pid


def test_live_the_networks_learn_in_any_order_and_a_second_visitor_is_told_to_wait(live: tuple[Tab, int]) -> None:
    tab, app = live
    page, note = tab.page, tab.page.get_by_test_id("two-steps-note")
    press(page, "Live training")
    expect(note).to_contain_text("TensorFlow is starting")
    expect(note).to_contain_text("trained now on 4,000 training digits", timeout=LONG)
    seen = []
    for i, network in enumerate(("generator", "generator", "discriminator"), start=1):
        press(page, KEYS[network])
        expect(root(page)).to_have_attribute("data-step", str(i))
        expect(root(page)).to_have_attribute("data-kind", network)
        seen.append((number(page, "error-before"), number(page, "error-after")))
    assert len(set(seen)) == 3
    assert pictures(page, "real").max() > 200
    with page.context.new_page() as second:
        second.goto(page.url)
        second.wait_for_selector(READY)
        press(second, "Live training")
        expect(second.get_by_test_id("two-steps-note")).to_contain_text("Others are training step by step")
    press(page, "Back")
    expect(root(page)).to_have_attribute("data-step", "2")
    assert (number(page, "error-before"), number(page, "error-after")) == seen[1]
    press(page, "Recording")
    expect(page.get_by_test_id("two-steps-moment")).to_contain_text("of 600")
    assert not tab.errors
    press(page, "Live training")
    (worker,) = children(app)
    os.kill(worker, signal.SIGKILL)
    press(page, "Discriminator step")
    expect(note).to_contain_text("was killed")
    press(page, "Start live training")
    expect(note).to_contain_text("TensorFlow is starting")


def children(process: int) -> list[int]:
    """The processes that this one has started and that live."""
    lists = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for path in lists for child in path.read_text().split()]
