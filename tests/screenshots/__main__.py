"""python -m tests.screenshots: take the README's pictures of the running app, into this folder."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import SOFTWARE_WEBGL, Explorer, launched
from tests.server import running_app

HERE = Path(__file__).parent
WIDE = {"width": 1360, "height": 1010}
NARROW = {"width": 420, "height": 900}


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder) / "runs", Path(folder) / "log") as (address, _),
        sync_playwright() as playwright,
        launched(playwright, *SOFTWARE_WEBGL) as browser,
    ):
        for scheme in ("light", "dark"):
            explore(browser, address, scheme, WIDE, HERE / f"explore-{scheme}.png")
        explore(browser, address, "dark", NARROW, HERE / "explore-narrow.png")
        layer(browser, address, HERE / "layer-light.png")
        train(browser, address, HERE / "train-light.png")
        time_machine(browser, address, HERE / "time-machine-dark.png")
        report(browser, address, HERE / "report-light.png")
        compare(browser, address, HERE / "compare-dark.png")


def explore(browser: Browser, address: str, scheme: str, size: dict[str, int], path: Path) -> None:
    """The explorer with a point pinned, the pointer elsewhere, and the lattice shown."""
    with browser.new_context(viewport=size, color_scheme=scheme) as context:  # type: ignore[arg-type]
        explorer = Explorer(context.new_page(), address).open("?run=deep&z1=0.9&z2=-0.75")
        explorer.page.get_by_text("Lattice", exact=True).click()
        if size is WIDE:
            explorer.hover((1.6, -0.9))
        explorer.page.wait_for_timeout(500)  # the pictures below fade in
        explorer.page.screenshot(path=path)


def layer(browser: Browser, address: str, path: Path) -> None:
    """The explorer's map over the decoder's magnification."""
    with browser.new_context(viewport=WIDE, color_scheme="light") as context:  # type: ignore[arg-type]
        explorer = Explorer(context.new_page(), address).open("?run=deep&z1=0.9&z2=-0.75")
        explorer.page.get_by_text("Magnification", exact=True).click()
        explorer.page.get_by_test_id("layer-legend").wait_for(timeout=60_000)
        explorer.page.wait_for_timeout(2_000)
        explorer.page.locator('[data-testid="latent-map"]').screenshot(path=path)


def train(browser: Browser, address: str, path: Path) -> None:
    """A training of the recipe fast, just finished."""
    with browser.new_context(viewport=WIDE, color_scheme="light") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(address)
        page.get_by_role("link", name="Train").click()
        page.wait_for_selector('[data-testid="time-machine"][data-ready="true"]')
        page.get_by_role("button", name="Start training").click()
        page.get_by_text("Better than the post's 50 epochs").wait_for(timeout=120_000)
        page.get_by_test_id("time-machine").hover()
        page.wait_for_timeout(2_000)  # the points arrive
        page.screenshot(path=path)


def time_machine(browser: Browser, address: str, path: Path) -> None:
    """The shipped run on its way, with the path of a digit."""
    with browser.new_context(viewport=WIDE, color_scheme="dark") as context:  # type: ignore[arg-type]
        page = context.new_page()
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
    with browser.new_context(viewport=WIDE, color_scheme="light") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{address}/report?run=deep")
        page.get_by_role("heading", name="Hard digits").wait_for(timeout=60_000)
        page.wait_for_timeout(2_000)  # figures are drawn one by one
        page.screenshot(path=path)


def compare(browser: Browser, address: str, path: Path) -> None:
    """The least and the largest beta, linked by a digit."""
    with browser.new_context(viewport=WIDE, color_scheme="dark") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{address}/compare?left=beta-0-25&right=beta-4&digit=1234")
        page.wait_for_selector('[data-testid="comparison"][data-ready="true"]')
        page.wait_for_timeout(2_000)
        page.screenshot(path=path)


if __name__ == "__main__":
    main()
