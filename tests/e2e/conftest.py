"""A running app, a browser and a tab with the explorer for all tests of this folder; none may leave an error there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from tests.browser import PATIENCE, SOFTWARE_WEBGL, find_browser, launched
from tests.explorer import Explorer
from tests.server import running_app
from vae_core.data.sources import load_digits_of
from vae_core.latent.latent_map import LatentMap
from vae_core.networks.network import Network
from vae_core.runs.catalog import open_run
from vae_core.ui.session.explore import DEFAULT_RUN


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("app")
    with running_app(folder / "runs", folder / "log") as (address, _):
        yield address


@pytest.fixture(scope="session")
def require_browser() -> None:
    if not find_browser():
        if os.environ.get("VAE_REQUIRE_BROWSER") == "1":
            pytest.fail("No Chromium or Chrome is installed, and VAE_REQUIRE_BROWSER is 1.")
        pytest.skip("No Chromium or Chrome is installed.")


@pytest.fixture(scope="session")
def playwright(require_browser: None) -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright, *SOFTWARE_WEBGL) as browser:
        yield browser


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """What it has fetched for one tab it need not fetch for the next."""
    with browser.new_context(viewport={"width": 1100, "height": 900}) as window:
        yield window


@pytest.fixture(scope="session")
def tab(window: BrowserContext, address: str) -> Iterator[Explorer]:
    with window.new_page() as page:
        yield Explorer(page, address)


@pytest.fixture
def explorer(tab: Explorer) -> Iterator[Explorer]:
    tab.errors.clear()
    yield tab
    assert not tab.errors


@pytest.fixture(scope="session")
def network() -> Network:
    """The explorer's default run."""
    return open_run(DEFAULT_RUN).network()


@pytest.fixture(scope="session")
def latent_map(network: Network) -> LatentMap:
    """Its map of the digits at hand."""
    digits = load_digits_of("mnist")
    return LatentMap.embed(network, digits.test_images, digits.test_labels)
