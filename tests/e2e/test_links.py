"""The explorer's links: they lead to a point and follow it, also back in the browser's history."""

import re

import pytest
from playwright.sync_api import expect

from tests.explorer import Explorer, around
from vae_core.ui.session.explore import DEFAULT_RUN


def test_link_goes_both_ways(explorer: Explorer) -> None:
    explorer.open(f"?run={DEFAULT_RUN}&z1=1.25&z2=-0.5")
    assert explorer.z == (1.25, -0.5)
    clicked = explorer.click((0.5, 0.75))
    explorer.page.wait_for_url(re.compile(rf"run={DEFAULT_RUN}&z1={clicked[0]:.4f}&z2={clicked[1]:.4f}"))
    explorer.page.reload()
    explorer.ready()
    assert explorer.z == pytest.approx(clicked, abs=1e-4)
    assert not explorer.page.get_by_text("is not used").count()


def test_what_a_link_pinned_is_unpinned_with_one_key(explorer: Explorer) -> None:
    explorer.open(f"?run={DEFAULT_RUN}&z1=1&z2=1")
    explorer.unpin()
    assert explorer.page.url.endswith(f"?run={DEFAULT_RUN}")
    assert explorer.z == explorer.start
    assert explorer.same_map


def test_going_back_undoes_a_move(explorer: Explorer) -> None:
    page = explorer.rest().page
    for z in ((1.0, 1.0), (0.5, -1.0)):
        before = explorer.z
        explorer.click(z)
        page.wait_for_url(re.compile(rf"z1={explorer.z[0]:.4f}"))
        explorer.settle()
    page.wait_for_timeout(1100)  # sooner, the server takes the older link for one that was under way
    page.go_back()
    page.wait_for_function(f"document.querySelector('.latent-map').dataset.z === '{before[0]:.4f},{before[1]:.4f}'")
    expect(page.get_by_text(around(before))).to_be_visible()
    assert explorer.same_map


def test_a_link_keeps_the_zoom_and_the_hidden_classes(explorer: Explorer) -> None:
    page = explorer.open(f"?run={DEFAULT_RUN}").page
    whole = explorer.axes.ranges
    explorer.hover((1.0, 1.0))
    page.mouse.wheel(0, -300)
    page.wait_for_url(re.compile(r"view=[-\d._]+$"))
    zoomed = explorer.axes.ranges
    assert zoomed[1] - zoomed[0] < 0.95 * (whole[1] - whole[0])
    pixel = (zoomed[1] - zoomed[0]) / explorer.axes.frame[2]
    page.locator(".lm-classes button").nth(3).click()
    page.wait_for_url(re.compile(r"hidden=3$"))
    expect(page.get_by_text("include the classes hidden on the map: 3.")).to_be_visible()
    assert explorer.same_map
    page.reload()
    explorer.ready()
    assert explorer.axes.ranges == pytest.approx(zoomed, abs=pixel)
    assert explorer.axes.shown == [label != 3 for label in range(10)]
    page.wait_for_timeout(1100)  # sooner, the server takes the older link for one that was under way
    page.go_back()
    explorer.axes.wait_until_shown(10 * [True])
    page.get_by_role("button", name="Reset", exact=True).click()
    page.wait_for_url(re.compile(rf"run={DEFAULT_RUN}$"))
    explorer.settle()
    assert explorer.axes.ranges == pytest.approx(whole)
    assert explorer.same_map


@pytest.mark.parametrize(
    "query",
    [
        "?z1=0&z2=<script>alert(1)</script>",
        "?run=nothing-like-it&z1=1&z2=[x](javascript:alert(1))",
        "?view=1_0_x_<script>alert(1)</script>&hidden=[x](javascript:alert(1))",
    ],
)
def test_hostile_link_gives_a_notice_and_the_default(explorer: Explorer, query: str) -> None:
    explorer.open(query)
    assert explorer.z == explorer.start
    notices = explorer.page.get_by_test_id("stAlert").filter(has_text="is not used")
    expect(notices.first).to_be_visible()
    expect(explorer.page.get_by_test_id("stException")).to_have_count(0)
    explorer.page.get_by_role("button", name="Reset", exact=True).click()
    expect(notices).to_have_count(0)
    assert explorer.same_map
