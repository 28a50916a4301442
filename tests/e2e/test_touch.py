"""Fingers on the map: one decodes, a tap pins, two move and zoom, and a swipe scrolls the page."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, CDPSession, expect

from tests.explorer import Explorer

Place = tuple[float, float]


class Fingers:
    """What a person does with their fingers, as the browser gets it from a screen."""

    def __init__(self, explorer: Explorer, session: CDPSession):
        self.explorer, self.session = explorer, session

    def _send(self, kind: str, *places: Place) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def down(self, *places: Place) -> None:
        self._send("touchStart", *places)

    def move(self, start: list[Place], end: list[Place], steps: int = 10) -> None:
        for share in np.linspace(0, 1, steps + 1)[1:]:
            self._send(
                "touchMove",
                *[
                    tuple(np.add(np.multiply(1 - share, a), np.multiply(share, b)).tolist())
                    for a, b in zip(start, end, strict=True)
                ],
            )
            self.explorer.page.wait_for_timeout(20)

    def up(self) -> None:
        self._send("touchEnd")
        self.explorer.page.wait_for_timeout(100)


@pytest.fixture(scope="module")
def phone(browser: Browser, address: str) -> Iterator[Explorer]:
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as context:
        yield Explorer(context.new_page(), address)


@pytest.fixture
def fingers(phone: Explorer) -> Fingers:
    phone.open()
    phone.page.evaluate("document.querySelector('.lm-map').scrollIntoView({ block: 'center' })")
    phone.page.wait_for_timeout(300)
    return Fingers(phone, phone.page.context.new_cdp_session(phone.page))


def place(explorer: Explorer, z: Place) -> Place:
    """Where z is on the screen, without scrolling."""
    x, y = explorer.axes.to_pixel(z)
    return float(x), float(y)


def test_a_tap_pins_and_the_digit_is_in_sight(fingers: Fingers) -> None:
    explorer = fingers.explorer
    at = place(explorer, (1.0, 1.0))
    fingers.down(at)
    fingers.up()
    assert explorer.z == pytest.approx((1.0, 1.0), abs=0.03)
    expect(explorer.page.get_by_test_id("decoded")).to_be_in_viewport(ratio=1)


def test_one_finger_that_begins_sideways_decodes_wherever_it_goes(fingers: Fingers) -> None:
    explorer = fingers.explorer
    ranges = explorer.axes.ranges
    start, end = place(explorer, (-1.0, 0.0)), place(explorer, (1.0, 0.5))
    fingers.down(start)
    explorer.page.wait_for_function("document.querySelector('.latent-map').dataset.hoverZ")
    assert explorer.hover_z == pytest.approx((-1.0, 0.0), abs=0.03)
    corner = place(explorer, (1.0, 0.0))
    fingers.move([start], [corner])
    fingers.move([corner], [end])
    assert explorer.hover_z == pytest.approx((1.0, 0.5), abs=0.05)
    fingers.up()
    assert explorer.axes.ranges == ranges  # the map stays
    assert explorer.z == explorer.start  # and nothing was pinned


def test_two_fingers_zoom_and_what_lies_under_them_stays_there(fingers: Fingers) -> None:
    explorer = fingers.explorer
    scrolled = explorer.page.evaluate("document.querySelector('.stMain').scrollTop")
    left, right = place(explorer, (-0.5, 0.0)), place(explorer, (0.5, 0.0))
    wider = [(left[0] - 40, left[1] + 20), (right[0] + 40, right[1] + 20)]
    fingers.down(left, right)
    fingers.move([left, right], wider)
    fingers.up()
    assert place(explorer, (-0.5, 0.0)) == pytest.approx(wider[0], abs=3)
    assert place(explorer, (0.5, 0.0)) == pytest.approx(wider[1], abs=3)
    assert explorer.z == explorer.start
    assert explorer.page.evaluate("document.querySelector('.stMain').scrollTop") == scrolled


@pytest.mark.parametrize("start", [(0.0, 0.0), (0.0, 1.5)])
def test_a_swipe_that_begins_on_the_map_scrolls_the_page(fingers: Fingers, start: Place) -> None:
    explorer = fingers.explorer
    ranges, at = explorer.axes.ranges, place(explorer, start)
    before = explorer.page.evaluate("document.querySelector('.stMain').scrollTop")
    fingers.down(at)
    fingers.move([at], [(at[0] + 4, at[1] - 200)])
    fingers.up()
    explorer.page.wait_for_timeout(300)
    assert explorer.page.evaluate("document.querySelector('.stMain').scrollTop") > before + 100
    assert explorer.axes.ranges == ranges
    assert explorer.z == explorer.start
    expect(explorer.page.get_by_test_id("decoded")).to_be_in_viewport(ratio=1)
    assert not explorer.errors


def test_the_navigation_closes_where_its_arrow_is_and_every_order_is_in_sight(phone: Explorer) -> None:
    page = phone.page
    page.goto(f"{phone.address}/about")
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()  # fails where something lies over it
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Report").click()
    orders = page.locator(".st-key-hard-digits-order button")
    orders.first.wait_for(timeout=60_000)
    phone.settle()
    assert orders.count() == 4
    for i in range(4):
        box = orders.nth(i).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390, "cut at the screen's side"
