"""Every page, one after the other as a visitor goes: with MNIST, and with nothing but the bundled digits."""

import pytest
from playwright.sync_api import expect

from tests.explorer import Explorer
from vae_core.data.digits import Digits

PAGES = {
    "Train": '[data-testid="time-machine"][data-ready="true"]',
    "Report": "text=Confusion",
    "Compare": '[data-testid="comparison"][data-ready="true"]',
    "GAN": '[data-testid="gan-steps"][data-ready="true"]',
    "About": '[data-testid="course"][data-ready="true"]',
    "Explore": '[data-testid="latent-map"][data-ready="true"]',
}


def walk(explorer: Explorer, named: str) -> None:
    page = explorer.rest().page
    for name, there in PAGES.items():
        page.get_by_role("link", name=name, exact=True).click()
        page.locator(there).first.wait_for()
        explorer.settle()
        if name != "GAN":  # its recording is of the bundled digits, which it says, with MNIST too
            expect(page.get_by_text(named).first).to_be_visible()
        assert page.get_by_test_id("stException").count() == 0
        assert page.locator('[data-testid="stAlertContentError"]').count() == 0


def test_with_the_bundled_digits(explorer: Explorer, digits: Digits) -> None:
    if digits.are_mnist:
        pytest.skip("$VAE_MNIST is set")
    walk(explorer, "bundled sample of MNIST")


@pytest.mark.mnist
def test_with_mnist(explorer: Explorer) -> None:
    walk(explorer, "MNIST")
    assert explorer.page.get_by_text("bundled sample").count() == 0
