"""The two steps as a visitor presses and reads them."""

import numpy as np
from playwright.sync_api import Locator, Page

READY = '[data-testid="gan-steps"][data-ready="true"]'
KEYS = {"discriminator": "Discriminator step", "generator": "Generator step"}


def root(page: Page) -> Locator:
    return page.get_by_test_id("gan-steps")


def slider(page: Page) -> Locator:
    return page.get_by_test_id("two-steps-slider")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def cards(page: Page, kind: str) -> list[str]:
    return page.locator(f'[data-cards="{kind}"] li').all_inner_texts()


def pictures(page: Page, kind: str) -> np.ndarray:
    """(8, 28, 28): what the cards' canvases show."""
    found = page.locator(f'[data-cards="{kind}"] canvas').evaluate_all(
        """canvases => canvases.map((canvas) =>
            [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0))"""
    )
    return np.array(found, np.uint8).reshape(8, 28, 28)


def number(page: Page, name: str) -> float:
    text = page.get_by_test_id(f"two-steps-{name}").inner_text()
    return float(text.replace("\u2212", "-").replace(" nats", ""))
