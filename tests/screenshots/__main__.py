"""python -m tests.screenshots: take the README's pictures of the running app, one of them moving, into this folder."""

import contextlib
import io
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser import SOFTWARE_WEBGL, launched
from tests.explorer import Explorer
from tests.server import running_app

HERE = Path(__file__).parent
WIDE: ViewportSize = {"width": 1360, "height": 1010}
SHORT: ViewportSize = {"width": 1360, "height": 740}
NARROW: ViewportSize = {"width": 420, "height": 900}
WALK: ViewportSize = {"width": 1180, "height": 700}
WALK_STOPS = [(-0.2, 3.0), (1.6, 0.4), (0.6, -0.8), (0.4, -2.2), (-1.5, -1.8), (-1.8, 0.6), (-0.6, 1.0)]
WALK_STEPS, WALK_MS = 12, 90  # frames between two stops, and how long each is shown
POINTER = """() => {
    const svg = '<svg width="16" height="22"><path d="M1 1V18L5 14L8 20L10 19L8 13H13z" stroke="#fff"/></svg>'
    const style = 'position: fixed; top: 0; left: 0; z-index: 9999999; pointer-events: none'
    document.body.insertAdjacentHTML('beforeend', `<div id="pointer" style="${style}">${svg}</div>`)
}"""
POINT = "?run=deep&z1=0.9&z2=-0.75"
"""Of the explorer's link: the best model, and a point between its digits."""


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder) / "runs", Path(folder) / "log") as (address, _),
        sync_playwright() as playwright,
        launched(playwright, *SOFTWARE_WEBGL) as browser,
    ):
        walk(browser, address, HERE / "walk.gif")
        explore(browser, address, "light", WIDE, HERE / "explore-light.png")
        explore(browser, address, "dark", WIDE, HERE / "explore-dark.png")
        explore(browser, address, "dark", NARROW, HERE / "explore-narrow.png")
        layer(browser, address, HERE / "layer-light.png")
        train(browser, address, HERE / "train-light.png")
        time_machine(browser, address, HERE / "time-machine-dark.png")
        report(browser, address, HERE / "report-light.png")
        compare(browser, address, HERE / "compare-dark.png")
        two_steps(browser, address, HERE / "two-steps-light.png")
        beside(browser, address, HERE / "beside-dark.png")


@contextlib.contextmanager
def tab(browser: Browser, scheme: Literal["light", "dark"], size: ViewportSize = WIDE) -> Iterator[Page]:
    """A tab in a window of its own."""
    with browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce") as window:
        yield window.new_page()


def explore(browser: Browser, address: str, scheme: Literal["light", "dark"], size: ViewportSize, path: Path) -> None:
    """The explorer with a point pinned, the pointer elsewhere, and the lattice shown."""
    with tab(browser, scheme, size) as page:
        explorer = Explorer(page, address).open(POINT)
        page.get_by_text("Nodes on the map").click()
        if size is WIDE:
            explorer.hover((1.6, -0.9))
        else:
            page.get_by_test_id("stMain").evaluate("(main) => main.scrollTo(0, 0)")
        page.wait_for_timeout(500)  # the pictures below fade in
        page.screenshot(path=path)


def walk(browser: Browser, address: str, path: Path) -> None:
    """A walk over the map, and the digits drawn on the way. The pointer, which no screenshot has, is put in."""
    with browser.new_context(viewport=WALK, color_scheme="light", reduced_motion="reduce") as window:
        explorer = Explorer(window.new_page(), address).open()
        explorer.page.evaluate(POINTER)
        frames = []
        for start, end in itertools.pairwise([*WALK_STOPS, WALK_STOPS[0]]):
            for share in np.linspace(0, 1, WALK_STEPS, endpoint=False):
                eased = share * share * (3 - 2 * share)
                z = start[0] + eased * (end[0] - start[0]), start[1] + eased * (end[1] - start[1])
                explorer.hover(z)
                explorer.page.evaluate("([x, y]) => pointer.style.translate = `${x}px ${y}px`", explorer.position(z))
                picture = Image.open(io.BytesIO(explorer.root.screenshot())).convert("RGB")
                frames.append(
                    picture.resize((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)
                )
        palette = frames[0].quantize(96)
        pictures = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
        pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=WALK_MS, loop=0, optimize=True)


def layer(browser: Browser, address: str, path: Path) -> None:
    """The explorer's map over the decoder's magnification."""
    with tab(browser, "light") as page:
        Explorer(page, address).open(POINT)
        page.get_by_text("Magnification", exact=True).click()
        page.get_by_test_id("layer-legend").wait_for(timeout=60_000)
        page.wait_for_timeout(2_000)
        page.locator('[data-testid="latent-map"]').screenshot(path=path)


def train(browser: Browser, address: str, path: Path) -> None:
    """A training of the recipe fast, just finished."""
    with tab(browser, "light") as page:
        page.goto(address)
        page.get_by_role("link", name="Train").click()
        page.wait_for_selector('[data-testid="time-machine"][data-ready="true"]')
        page.get_by_role("button", name="Start training").click()
        page.get_by_text("Better than the blog post's 50 epochs").wait_for(timeout=120_000)
        page.get_by_test_id("time-machine").hover()
        page.wait_for_timeout(2_000)  # the points arrive
        page.screenshot(path=path)


def time_machine(browser: Browser, address: str, path: Path) -> None:
    """The shipped run on its way, with the path of a digit."""
    with tab(browser, "dark") as page:
        page.goto(f"{address}/train?watch=seed")
        page.wait_for_selector('[data-testid="time-machine"][data-ready="true"]')
        page.get_by_test_id("time-slider").focus()
        for _ in range(9):
            page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(1_000)
        page.get_by_test_id("time-map").click(position={"x": 185, "y": 40})
        page.wait_for_timeout(500)
        page.screenshot(path=path)


def report(browser: Browser, address: str, path: Path) -> None:
    """The best model's scores."""
    with tab(browser, "light") as page:
        page.goto(f"{address}/report?run=deep")
        page.locator(".st-key-confusion .textpoint").first.wait_for(timeout=60_000)
        page.wait_for_timeout(2_000)  # figures are drawn one by one
        page.screenshot(path=path)


def compare(browser: Browser, address: str, path: Path) -> None:
    """The least and the largest beta, linked by a digit."""
    with tab(browser, "dark") as page:
        page.goto(f"{address}/compare?left=beta-0-25&right=beta-4&digit=1234")
        page.wait_for_selector('[data-testid="comparison"][data-ready="true"]')
        page.wait_for_timeout(2_000)
        page.screenshot(path=path)


def two_steps(browser: Browser, address: str, path: Path) -> None:
    """A generator's step, after some training."""
    with tab(browser, "light", SHORT) as page:
        page.goto(f"{address}/gan")
        page.wait_for_selector('[data-testid="gan-steps"][data-ready="true"]')
        page.get_by_test_id("two-steps-slider").fill("241")
        page.get_by_role("button", name="Generator step", exact=True).click()
        page.wait_for_selector('[data-testid="gan-steps"][data-step="242"]')
        page.wait_for_timeout(1_000)
        page.screenshot(path=path)


def beside(browser: Browser, address: str, path: Path) -> None:
    """A GAN and the best VAE at the same point."""
    with tab(browser, "dark", SHORT) as page:
        page.goto(f"{address}/gan?view=beside&z1=1.4&z2=0.6")
        page.wait_for_selector('[data-testid="decoder-maps"][data-ready="true"]')
        page.locator('[data-side="right"] .lm-names text').nth(8).wait_for(state="attached", timeout=60_000)
        page.wait_for_timeout(2_000)
        page.screenshot(path=path)


if __name__ == "__main__":
    main()
