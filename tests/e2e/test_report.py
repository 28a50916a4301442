"""The Report page under a real pointer."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser import PlotAxes
from tests.explorer import Explorer
from vae_core.data.digits import class_text
from vae_core.data.sources import load_digits_of
from vae_core.latent.latent_map import LatentMap
from vae_core.runs.catalog import open_run

RUN = "seed"
"""Where MNIST is not at hand, its report is measured while these tests wait: that of a larger network takes longer."""


@pytest.fixture(scope="module")
def means() -> np.ndarray:
    digits = load_digits_of("mnist")
    return LatentMap.embed(open_run(RUN).network(), digits.test_images, digits.test_labels).means


def to_report(explorer: Explorer) -> Page:
    explorer.enter("Report", f"?run={RUN}")
    page = explorer.page
    expect(page.get_by_text("Blue: the smallest regions")).to_be_visible(timeout=120_000)
    explorer.settle()
    return page


def hard_digits(page: Page) -> list[tuple[int, str]]:
    """The digits in the gallery: their numbers, and what they are said to be."""
    return page.locator(".st-key-hard-digits button").evaluate_all(
        "buttons => buttons.map((button) => [Number(button.value), button.querySelector('b').textContent])"
    )


def test_hard_digit_opens_the_explorer_where_it_lies(explorer: Explorer, means: np.ndarray) -> None:
    page = to_report(explorer)
    page.evaluate("window.same = true")
    index, _ = hard_digits(page)[1]
    link = page.locator(".st-key-hard-digits li").nth(1).get_by_role("link")
    query = f"?run={RUN}&z1={means[index][0]:.4f}&z2={means[index][1]:.4f}"
    assert link.get_attribute("href") == f"{explorer.address}/{query}"  # so another tab, or another person, gets there
    link.click()
    page.wait_for_selector('[data-testid="latent-map"][data-ready="true"]')
    assert explorer.z == pytest.approx(means[index], abs=1e-4)
    page.wait_for_url(f"{explorer.address}/{query}")
    assert page.evaluate("window.same")  # the page was not loaded anew, and so the session is still the same


def test_class_and_order_change_the_gallery(explorer: Explorer) -> None:
    page = to_report(explorer)
    before = hard_digits(page)
    titles = "[...document.querySelectorAll('.st-key-hard-digits b')].map(({ textContent }) => textContent)"
    page.locator(".st-key-hard-digits-class").get_by_text("3", exact=True).click()
    page.wait_for_function(f"{titles}.every((text) => text.startsWith('a 3'))")
    assert len(hard_digits(page)) == 16
    page.get_by_text("Taken for another", exact=True).click()
    page.wait_for_function(f"{titles}.every((text) => text.startsWith('a 3 among '))")
    assert not {index for index, _ in before} & {index for index, _ in hard_digits(page)}


def test_a_cell_of_the_confusion_shows_its_digits(explorer: Explorer) -> None:
    page = to_report(explorer)
    confusion = PlotAxes(page, ".st-key-confusion .js-plotly-plot")
    confusion.wait_until_drawn()
    page.locator(".st-key-confusion").scroll_into_view_if_needed()
    page.mouse.click(*confusion.to_pixel((3, 5)))  # row 5, column 3: categories count from 0
    titles = "[...document.querySelectorAll('.st-key-hard-digits b')].map(({ textContent }) => textContent)"
    page.wait_for_function(f"{titles}.length && {titles}.every((text) => text === 'a 5 among 3s')")
    page.get_by_role("button", name="Only those among 3s: show all again").click()
    page.wait_for_function(f"!{titles}.every((text) => text === 'a 5 among 3s')")


def test_chosen_digit_changes_the_posterior_alone(explorer: Explorer) -> None:
    page = to_report(explorer)
    posterior = PlotAxes(page, index=-1)
    posterior.wait_until_drawn()
    page.evaluate("document.querySelector('table.classes').marked = true")
    field = page.get_by_label("Test digit", exact=True)
    for place in (1, 2):
        before = posterior.ranges
        index, _ = hard_digits(page)[place]
        card = page.locator(".st-key-hard-digits button").nth(place)
        card.click()
        posterior.wait_until_ranges_differ(before)
        expect(field).to_have_value(str(index))
        expect(card).to_have_attribute("aria-pressed", "true")
        page.wait_for_url(re.compile(rf"run={RUN}&digit={index}$"))
    field.fill("5")
    field.press("Enter")
    page.wait_for_url(re.compile(r"digit=5$"))
    expect(page.locator(".st-key-chosen b")).to_have_text(
        re.compile(class_text(int(load_digits_of("mnist").test_labels[5])))
    )
    explorer.settle()
    assert page.evaluate("document.querySelector('table.classes').marked")
