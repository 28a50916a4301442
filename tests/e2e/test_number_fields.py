"""The explorer's fields for z1 and z2, under a visitor's fingers."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.explorer import Explorer, around, written


def z1(explorer: Explorer) -> Locator:
    return explorer.page.get_by_label("z1", exact=True)


@pytest.fixture
def pinned(explorer: Explorer) -> Explorer:
    """The explorer with (1, 2) pinned. It is opened once: from where a test has left the point, it is pinned anew."""
    if "z2=2.0000" not in explorer.page.url or explorer.z[1] != 2 or not explorer.same_map:
        return explorer.open("?z1=1&z2=2")
    if explorer.z != (1, 2):
        z1(explorer).fill("1")
        z1(explorer).press("Enter")
        explorer.page.wait_for_url(re.compile("z1=1.0000&z2=2.0000"))
    explorer.settle()
    return explorer


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1.5", 1.5),
        ("-1,25", -1.25),
        ("\u22120.5", -0.5),  # the minus that the page itself writes
        (" 0.123456 ", 0.1235),
        ("99", 10),
        ("-0.00001", 0),
    ],
)
def test_number_is_pinned(pinned: Explorer, typed: str, found: float) -> None:
    z1(pinned).fill(typed)
    z1(pinned).press("Enter")
    expect(z1(pinned)).to_have_value(written(found))
    assert pinned.z == (found, 2)
    pinned.page.wait_for_url(re.compile(rf"z1={found:.4f}&z2=2\.0000"))
    expect(pinned.page.get_by_text(around((found, 2)))).to_be_visible()
    assert pinned.same_map


@pytest.mark.parametrize("typed", ["", "-", "one", "1.5;2", "1e400", "NaN"])
def test_what_is_no_number_keeps_the_point(pinned: Explorer, typed: str) -> None:
    sent = pinned.messages_sent
    z1(pinned).fill(typed)
    z1(pinned).press("Enter")
    expect(z1(pinned)).to_have_value("1.00")
    assert pinned.z == (1, 2)
    assert pinned.messages_sent == sent


def test_arrow_keys_step_and_escape_forgets_what_was_typed(pinned: Explorer) -> None:
    for key in ("ArrowUp", "ArrowUp", "Shift+ArrowDown"):
        z1(pinned).press(key)
    assert pinned.z == (0.85, 2)
    z1(pinned).fill("7")  # hides no class
    z1(pinned).press("Escape")
    expect(z1(pinned)).to_have_value("0.85")
    pinned.page.wait_for_url(re.compile("z1=0.8500"))
    pinned.settle()
    assert pinned.axes.shown == 10 * [True]


def test_typed_point_is_shown_though_the_pointer_rests_on_the_map(pinned: Explorer) -> None:
    pinned.hover((-1.0, -1.0))
    z1(pinned).fill("0.5")
    z1(pinned).press("Enter")
    expect(pinned.page.locator(".latent-map .lm-state")).to_have_text("pinned")
    assert pinned.hover_z is None
    pinned.leave()


def test_what_is_being_typed_is_left_alone(pinned: Explorer) -> None:
    z1(pinned).fill("3")
    pinned.hover((0.5, 0.5))
    expect(z1(pinned)).to_have_value("3")
    pinned.click((-1.0, 0.5))  # which is meant, and not the 3
    pinned.page.wait_for_url(re.compile(rf"z1={pinned.z[0]:.4f}&z2={pinned.z[1]:.4f}"))
    pinned.settle()
    assert pinned.z == pytest.approx((-1.0, 0.5), abs=0.02)
    expect(z1(pinned)).to_have_value(written(pinned.z[0]))
