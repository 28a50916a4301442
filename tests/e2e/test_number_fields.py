"""The explorer's fields for z1 and z2, under a visitor's fingers."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.explorer import Explorer


def z1(explorer: Explorer) -> Locator:
    return explorer.page.get_by_label("z1", exact=True)


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
def test_number_is_pinned(explorer: Explorer, typed: str, found: float) -> None:
    page = explorer.open("?z1=1&z2=2").page
    z1(explorer).fill(typed)
    z1(explorer).press("Enter")
    expect(z1(explorer)).to_have_value(f"{found:.4f}")
    assert explorer.z == (found, 2)
    page.wait_for_url(re.compile(rf"z1={found:.4f}&z2=2\.0000"))
    expect(page.get_by_text(f"Around z = ({found:.4f}, 2.0000)")).to_be_visible()
    assert explorer.same_map


@pytest.mark.parametrize("typed", ["", "-", "one", "1.5;2", "1e400", "NaN"])
def test_what_is_no_number_keeps_the_point(explorer: Explorer, typed: str) -> None:
    explorer.open("?z1=1&z2=2")
    sent = explorer.messages_sent
    z1(explorer).fill(typed)
    z1(explorer).press("Enter")
    expect(z1(explorer)).to_have_value("1.0000")
    assert explorer.z == (1, 2)
    assert explorer.messages_sent == sent


def test_arrow_keys_step_and_escape_forgets_what_was_typed(explorer: Explorer) -> None:
    explorer.open("?z1=1&z2=2")
    for key in ("ArrowUp", "ArrowUp", "Shift+ArrowDown"):
        z1(explorer).press(key)
    assert explorer.z == (0.85, 2)
    z1(explorer).fill("7")  # hides no class
    z1(explorer).press("Escape")
    expect(z1(explorer)).to_have_value("0.8500")
    explorer.page.wait_for_url(re.compile("z1=0.8500"))
    explorer.settle()
    assert explorer.axes.shown == 10 * [True]


def test_typed_point_is_shown_though_the_pointer_rests_on_the_map(explorer: Explorer) -> None:
    explorer.open("?z1=1&z2=2")
    explorer.hover((-1.0, -1.0))
    z1(explorer).fill("0.5")
    z1(explorer).press("Enter")
    expect(explorer.page.locator(".latent-map .lm-state")).to_have_text("pinned")
    assert explorer.hover_z is None
    explorer.leave()


def test_what_is_being_typed_is_left_alone(explorer: Explorer) -> None:
    explorer.open("?z1=1&z2=2")
    z1(explorer).fill("3")
    explorer.hover((0.5, 0.5))
    expect(z1(explorer)).to_have_value("3")
    explorer.click((-1.0, 0.5))  # which is meant, and not the 3
    explorer.page.wait_for_url(re.compile(rf"z1={explorer.z[0]:.4f}&z2={explorer.z[1]:.4f}"))
    explorer.settle()
    assert explorer.z == pytest.approx((-1.0, 0.5), abs=0.02)
    expect(z1(explorer)).to_have_value(f"{explorer.z[0]:.4f}")
