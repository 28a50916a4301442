"""A GAN beside a VAE under a real pointer: both draw the same point, which is held in both, and the link carries it."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import pixels
from vae_core.data.images import to_images
from vae_core.runs.catalog import open_run

MODELS = {"left": "gan", "right": "seed"}


@pytest.fixture
def page(window: BrowserContext, address: str) -> Iterator[Page]:
    with window.new_page() as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/gan?view=beside&run=gan&vae=seed&z1=0.5&z2=-0.5")
        expect(maps(page)).to_have_attribute("data-ready", "true")
        yield page
        assert not errors


def maps(page: Page) -> Locator:
    return page.get_by_test_id("decoder-maps")


def assert_drawn_by_both(page: Page, z: list[float]) -> None:
    """Each within a grey level of NumPy."""
    for side, run in MODELS.items():
        expected = open_run(run).decoder().decode(np.array([z], np.float32)).reshape(1, -1)
        assert abs(pixels(page, f"{side}-drawn") - to_images(expected)[0].astype(int)).max() <= 1


def held(page: Page) -> list[float]:
    return [float(value) for value in (maps(page).get_attribute("data-z") or "").split(",")]


def test_a_point_that_is_held_is_the_same_in_both_models(page: Page) -> None:
    assert held(page) == [0.5, -0.5]
    assert_drawn_by_both(page, [0.5, -0.5])
    for side in MODELS:  # the tile of one manifold, then of the other
        tile = page.get_by_test_id(f"{side}-manifold")
        box = tile.bounding_box()
        assert box
        share = 0.7 if side == "left" else 0.1
        tile.click(position={"x": share * box["width"], "y": 0.3 * box["height"]})
        page.mouse.move(5, 5)
        z = held(page)
        assert_drawn_by_both(page, z)
        expect(page).to_have_url(re.compile(rf"z1={re.escape(f'{z[0]:.4f}')}&z2={re.escape(f'{z[1]:.4f}')}"))
    maps(page).focus()
    page.keyboard.press("Shift+ArrowRight")
    assert held(page)[0] > z[0]
    assert_drawn_by_both(page, held(page))
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("z1="))


def test_the_judge_says_what_each_draws_once_the_layer_is_there(page: Page) -> None:
    for caption in maps(page).locator(".dm-judged").all():
        expect(caption).to_have_text(re.compile(r"^(an? \d, \d+\s%|no clear digit)"))
    names = maps(page).locator('[data-side="left"] .lm-names text:not([hidden])')
    assert len(set(names.all_text_contents())) >= 8  # `gan` draws every class
