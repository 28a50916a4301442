"""The explorer behind a slow connection, where a visitor does much before any of it is answered, or a broken one."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, WebSocketRoute, expect

from tests.explorer import Explorer, around, written
from tests.server import running_app
from vae_core.ui.session.explore import DEFAULT_RUN


class Line:
    """The server's answers to one tab, which it holds back while it is `slow`."""

    def __init__(self, explorer: Explorer):
        self.slow = False
        self._held: list[str | bytes] = []
        explorer.page.route_web_socket(re.compile("_stcore/stream"), self._join)

    def _join(self, page: WebSocketRoute) -> None:
        self._page = page
        page.connect_to_server().on_message(self._answer)

    def _answer(self, message: str | bytes) -> None:
        if self.slow:
            self._held.append(message)
        else:
            self._page.send(message)

    def deliver(self) -> None:
        """All that was held back, in order, and from now on at once."""
        self.slow = False
        for message in self._held:
            self._page.send(message)
        self._held.clear()


@pytest.fixture
def slow(window: BrowserContext, address: str) -> Iterator[tuple[Explorer, Line]]:
    with window.new_page() as page:
        explorer = Explorer(page, address)
        line = Line(explorer)
        explorer.open()
        line.slow = True
        yield explorer, line
        assert not explorer.errors


def pinned_last(explorer: Explorer, z: tuple[float, float], run: str = DEFAULT_RUN) -> None:
    """Wait until the server's answer to the last move is shown; nothing older may have taken it back."""
    text = around(z)
    expect(explorer.page.get_by_text(text)).to_be_visible()
    explorer.page.wait_for_url(re.compile(rf"run={run}&z1={z[0]:.4f}&z2={z[1]:.4f}$"))
    explorer.settle()
    expect(explorer.page.get_by_text(text)).to_be_visible()
    assert explorer.z == z
    for label, value in zip(("z1", "z2"), z, strict=True):
        expect(explorer.page.get_by_label(label, exact=True)).to_have_value(written(value))
    assert explorer.same_map


def test_clicks_before_the_first_answer_end_at_the_last(slow: tuple[Explorer, Line]) -> None:
    explorer, line = slow
    for z in ((1.0, 1.0), (-0.5, 0.25), (0.75, -1.25)):
        explorer.click(z)
        explorer.page.wait_for_timeout(400)  # the server has drawn its answer, which is held back
    line.deliver()
    pinned_last(explorer, explorer.z)


def test_clicks_faster_than_the_server_all_end_at_the_last(explorer: Explorer) -> None:
    page = explorer.rest().page
    for i in range(12):
        explorer.click((1.5 * np.sin(i), 1.5 * np.cos(2.1 * i)))
    last = explorer.z
    expect(page.get_by_text(around(last))).to_be_visible()
    page.wait_for_url(re.compile(rf"z1={last[0]:.4f}&z2={last[1]:.4f}"))
    explorer.settle()
    assert explorer.z == last  # no older answer took the point back
    expect(page.get_by_label("z1", exact=True)).to_have_value(written(last[0]))


def test_held_arrow_key_ends_where_it_was_released(slow: tuple[Explorer, Line]) -> None:
    explorer, line = slow
    explorer.root.focus()
    for _ in range(10):
        explorer.page.keyboard.press("ArrowRight")
        explorer.page.wait_for_timeout(100)
    line.deliver()
    assert explorer.z == pytest.approx((explorer.start[0] + 0.5, explorer.start[1]), abs=1e-9)
    pinned_last(explorer, explorer.z)


def test_click_before_the_answer_to_a_button_does_not_part_map_and_page(slow: tuple[Explorer, Line]) -> None:
    explorer, line = slow
    explorer.page.get_by_role("button", name="Random digit").click()
    explorer.page.wait_for_timeout(400)
    explorer.click((-3.0, 3.0))
    written = explorer.root.get_attribute("data-z")
    explorer.page.wait_for_timeout(400)
    line.deliver()
    explorer.page.wait_for_function("z => document.querySelector('.latent-map').dataset.z !== z", arg=written)
    pinned_last(explorer, explorer.z)


def test_going_back_before_an_answer_leaves_the_link_of_what_is_shown(slow: tuple[Explorer, Line]) -> None:
    explorer, line = slow
    line.deliver()
    for z in ((1.0, 1.0), (0.5, -1.0)):
        before = explorer.z
        explorer.click(z)
        explorer.page.wait_for_url(re.compile(rf"z1={explorer.z[0]:.4f}"))
        explorer.settle()
    explorer.page.wait_for_timeout(1100)  # sooner, the server takes the older link for one that was under way
    line.slow = True
    explorer.click((-1.0, 0.5))
    explorer.page.wait_for_timeout(300)
    explorer.page.go_back()
    explorer.page.wait_for_timeout(600)
    line.deliver()
    explorer.page.wait_for_function(
        "z => document.querySelector('.latent-map').dataset.z === z", arg=f"{before[0]:.4f},{before[1]:.4f}"
    )
    pinned_last(explorer, before)


def test_server_that_was_started_again_goes_on(browser: Browser, tmp_path: Path) -> None:
    """Map and page then agree, and what the visitor does is answered."""
    link = "?run=seed&z1=1&z2=1"
    with browser.new_context() as context:
        page = context.new_page()
        with running_app(tmp_path / "runs", tmp_path / "log") as (address, _):
            explorer = Explorer(page, address).open(link)
        explorer.click((-0.5, 0.25))  # nobody hears of it
        with running_app(tmp_path / "runs", tmp_path / "log", port=int(address.rpartition(":")[2])):
            page.wait_for_function("document.querySelector('.latent-map').dataset.z === '1.0000,1.0000'")
            explorer.settle()
            explorer.click((0.5, 0.5))
            pinned_last(explorer, explorer.z, "seed")
            page.get_by_role("button", name="Reset", exact=True).click()
            page.wait_for_url(re.compile(r"\?run=seed$"))
