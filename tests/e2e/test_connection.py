"""The explorer behind a connection so slow that a visitor does much before the server's answer to any of it arrives."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, WebSocketRoute, expect

from tests.browser import Explorer
from vae_core.ui.session import DEFAULT_RUN


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


def pinned_last(explorer: Explorer, z: tuple[float, float]) -> None:
    """Wait until the server's answer to the last move is shown; nothing older may have taken it back."""
    text = f"Around z = ({z[0]:.4f}, {z[1]:.4f})"
    expect(explorer.page.get_by_text(text)).to_be_visible()
    explorer.page.wait_for_url(re.compile(rf"run={DEFAULT_RUN}&z1={z[0]:.4f}&z2={z[1]:.4f}$"))
    explorer.settle()
    expect(explorer.page.get_by_text(text)).to_be_visible()
    assert explorer.z == z
    for label, value in zip(("z1", "z2"), z, strict=True):
        expect(explorer.page.get_by_label(label, exact=True)).to_have_value(f"{value:.4f}")
    assert explorer.same_map


def test_clicks_before_the_first_answer_end_at_the_last(slow: tuple[Explorer, Line]) -> None:
    explorer, line = slow
    for z in ((1.0, 1.0), (-0.5, 0.25), (0.75, -1.25)):
        explorer.click(z)
        explorer.page.wait_for_timeout(400)  # the server has drawn its answer, which is held back
    line.deliver()
    pinned_last(explorer, explorer.z)


def test_held_arrow_key_ends_where_it_was_released(slow: tuple[Explorer, Line]) -> None:
    explorer, line = slow
    explorer.root.focus()
    for _ in range(10):
        explorer.page.keyboard.press("ArrowRight")
        explorer.page.wait_for_timeout(100)
    line.deliver()
    assert explorer.z == pytest.approx((0.5, 0.0), abs=1e-9)
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
