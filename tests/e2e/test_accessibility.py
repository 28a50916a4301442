"""Who does not see, or uses no mouse: axe-core finds nothing to complain of, and keys reach and tell everything."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser import Tab
from tests.explorer import Explorer, written

THEMES: list[Literal["light", "dark"]] = ["light", "dark"]
PAGES = {
    "explore": ("/?run=deep&layer=regions", '[data-testid="latent-map"][data-ready="true"]'),
    "train": ("/train", "text=Start training"),
    "report": ("/report?run=deep", "text=Confusion"),
    "report on a GAN": ("/report?run=gan-collapsed", "text=What its discriminator makes of them"),
    "compare with a GAN": ("/compare?left=deep&right=gan", "text=Settings that are the same"),
    "compare": ("/compare", '[data-testid="comparison"][data-ready="true"]'),
    "a GAN beside a VAE": ("/gan?view=beside&vae=seed&digit=7", "text=/\\d+ more scores/"),
    "about": ("/about", '[data-testid="course"][data-ready="true"]'),
}


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(window: BrowserContext, address: str, name: str) -> None:
    path, there = PAGES[name]
    with window.new_page() as page:
        page.goto(address + path)
        page.locator(there).first.wait_for()
        Tab(page, address).settle()
        page.wait_for_function("!document.querySelector('[data-stale=true]')")
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(700)  # what was pale until then has its full colour
            found = Axe().run(page).response["violations"]
            assert [(theme, one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []


def test_a_point_that_is_moved_by_keys_is_told(explorer: Explorer) -> None:
    explorer.rest()
    explorer.root.focus()
    live = explorer.page.locator(".latent-map .lm-live")
    explorer.page.keyboard.press("ArrowRight")
    start = explorer.start
    moved = f"z1 {written(start[0] + 0.05)}, z2 {written(start[1])}"
    expect(live).to_contain_text(f"{moved}, pinned: the nearest digit is a")
    explorer.page.keyboard.press("3")
    expect(live).to_have_text("Class 3 is hidden.")
    explorer.page.keyboard.press("3")
    expect(live).to_have_text("Class 3 is shown.")
    explorer.page.keyboard.press("Escape")
    expect(live).to_contain_text(
        f"z1 {written(start[0])}, z2 {written(start[1])}, at the start: the nearest digit is a"
    )
    explorer.page.wait_for_url(lambda url: "z1=" not in url)
    explorer.settle()


def test_tiles_are_reached_by_keys_alone(explorer: Explorer) -> None:
    explorer.rest()
    page = explorer.page
    page.locator(".lm-lattice").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".latent-map .lm-mosaic")).to_be_focused()
    live = page.locator(".latent-map .lm-live")
    page.keyboard.press("ArrowUp")  # the tile in the middle
    assert explorer.hover_z == pytest.approx((0, 0), abs=1e-4)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    node = explorer.hover_z
    assert node
    assert node[0] == pytest.approx(node[1])
    assert node[0] > 0.1
    expect(live).to_contain_text("at the pointer: the nearest digit is a")
    for _ in range(20):
        page.keyboard.press("ArrowLeft")  # no farther than the edge
    edge = explorer.hover_z
    assert edge
    assert edge[0] < -1.6
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "z1=" in url)
    explorer.settle()
    assert explorer.z == pytest.approx(edge, abs=1e-4)
    expect(page.locator(".latent-map .lm-mosaic")).to_be_focused()
    page.keyboard.press("Tab")  # away: the pinned point is shown again
    page.wait_for_function("document.querySelector('.latent-map').dataset.hoverZ === ''")
    explorer.unpin()
    assert explorer.same_map


def test_tiles_of_compared_models_are_reached_by_keys_alone(browser: Browser, address: str) -> None:
    with browser.new_page() as page:
        page.goto(f"{address}/compare")
        maps = page.get_by_test_id("comparison")
        expect(maps).to_have_attribute("data-ready", "true")
        page.locator('[data-side="left"] .lm-mosaic').focus()
        page.keyboard.press("ArrowLeft")
        expect(maps.locator(".lm-live")).to_contain_text("at the pointer.")
        digit = maps.get_attribute("data-digit")
        page.keyboard.press("Enter")
        expect(maps).to_have_attribute("data-pinned", digit or "nothing")
        page.wait_for_url(lambda url: f"digit={digit}" in url)
