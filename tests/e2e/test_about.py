"""The course on the page About: what it shows is what NumPy computes, and no step asks the server."""

from collections.abc import Iterator

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser import Tab, pixels
from tests.explorer import decoded
from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.likelihood.elbo import kl_nats, negative_elbo, reconstruction_nats
from vae_core.networks.network import Network
from vae_core.runs.catalog import open_run

READY = '[data-testid="course"][data-ready="true"]'


@pytest.fixture(scope="module")
def tab(browser: Browser, address: str) -> Iterator[Tab]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as window:
        tab = Tab(window.new_page(), address)
        tab.page.goto(f"{address}/about")
        tab.page.wait_for_selector(READY)
        tab.settle()
        yield tab


@pytest.fixture
def page(tab: Tab) -> Iterator[Page]:
    """The page. Nothing may ask the server, or leave an error."""
    sent = tab.messages_sent
    yield tab.page
    assert tab.messages_sent == sent
    assert not tab.errors


def numbers(page: Page, name: str) -> list[float]:
    """Those that a part of the page says."""
    text = page.get_by_test_id(f"course-{name}").inner_text().replace("\u2212", "-")
    return [float(word.strip("(),")) for word in text.replace(" nats", "").split()]


def shown_digit(page: Page) -> int:
    return int(page.get_by_test_id("course").get_attribute("data-digit") or -1)


def moved_mean(page: Page) -> np.ndarray:
    """Where the visitor has put the mean, with all its decimals."""
    return np.array(page.evaluate("async () => (await document.querySelector('.course').view).loss.mean"))


def losses(network: Network, image: np.ndarray, mean: np.ndarray, std: np.ndarray) -> tuple[float, float]:
    """Reconstruction, averaged by NumPy's own Gauss-Hermite rule, and KL. mean, std: (2,)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(3)
    noise = np.stack(np.meshgrid(nodes, nodes, indexing="ij"), axis=-1).reshape(-1, 2)
    z = (mean + std * noise).astype(np.float32)
    each = reconstruction_nats(to_pixels(image), network.decoder.logits(z))
    kl = kl_nats(mean[None], 2 * np.log(std[None]))[0]
    return float(each @ np.outer(weights, weights).ravel() / weights.sum() ** 2), float(kl)


def assert_bars(page: Page, expected: tuple[float, float]) -> None:
    shown = numbers(page, "reconstruction") + numbers(page, "kl") + numbers(page, "sum")
    assert shown == pytest.approx([*expected, sum(expected)], abs=0.06)


def test_moving_the_mean_moves_the_bars_to_what_numpy_computes(page: Page, network: Network, digits: Digits) -> None:
    image = digits.test_images[shown_digit(page)]
    means, log_vars = network.encoder.encode(to_pixels(image))
    mean, std = means[0].astype(float), np.exp(0.5 * log_vars[0].astype(float))
    assert numbers(page, "mean") == pytest.approx(mean, abs=6e-4)
    assert numbers(page, "std") == pytest.approx(std, abs=6e-4)
    answer = losses(network, image, mean, std)
    assert_bars(page, answer)
    assert sum(answer) == pytest.approx(negative_elbo(network, image[None], samples=500).total[0], abs=0.5)
    verdict = page.get_by_test_id("course-verdict")
    expect(verdict).to_have_text("This is the encoder's answer.")

    handle = page.locator(".course-handle")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    width = page.locator('[data-bar="sum"] i').evaluate("bar => bar.clientWidth")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 60, steps=3)
    page.mouse.up()
    expect(verdict).to_contain_text("nats higher")
    moved = moved_mean(page)
    assert moved[0] > mean[0] + 0.5
    assert moved[1] > mean[1] + 0.5
    assert_bars(page, losses(network, image, moved, std))
    assert page.locator('[data-bar="sum"] i').evaluate("bar => bar.clientWidth") > width
    assert abs(pixels(page, "course-moved").astype(int) - decoded(network, tuple(moved))).max() <= 1

    page.keyboard.press("ArrowLeft")  # the handle has the focus
    expect(page.locator(".course .lm-live")).to_contain_text("Mean (")
    assert moved_mean(page) == pytest.approx(moved - [0.05, 0])
    page.locator('[data-slider="width"]').focus()
    page.keyboard.press("End")
    expect(page.locator('[data-slider="width"] + output')).to_have_text("\u00d7 32")
    assert_bars(page, losses(network, image, moved - [0.05, 0], 32 * std))
    page.get_by_role("button", name="Back to the encoder").click()
    expect(verdict).to_have_text("This is the encoder's answer.")
    assert_bars(page, answer)


def test_samples_are_drawn_decoded_and_cleared_with_another_digit(page: Page, network: Network) -> None:
    page.get_by_role("button", name="Draw a sample").click()
    mean, std, noise, z = (np.array(numbers(page, name)) for name in ("mean", "std", "noise", "z"))
    assert z == pytest.approx(mean + std * noise, abs=0.004)  # of rounded numbers
    exact = page.evaluate("async () => (await document.querySelector('.course').view).sample.samples.latest.z")
    assert z == pytest.approx(np.array(exact), abs=6e-4)
    assert abs(pixels(page, "course-decoded").astype(int) - decoded(network, tuple(exact))).max() <= 1
    page.get_by_role("button", name="Draw 20").click()
    expect(page.locator(".course-sample .lm-note")).to_contain_text("21 samples")
    before = shown_digit(page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_test_id("course")).to_have_attribute("data-digit", str(before + 1))
    expect(page.locator(".course-sample .lm-note")).to_contain_text("0 samples")
    expect(page.locator(".course .lm-live")).to_contain_text(f"test digit {before + 1}")


def test_each_beta_shows_what_its_model_makes_of_the_same_digit(page: Page, digits: Digits) -> None:
    page.locator(".course-beta").scroll_into_view_if_needed()
    page.wait_for_selector('.course-beta[data-ready="true"]')
    image = digits.test_images[shown_digit(page)]
    for beta, run in (("0.25", "beta-0-25"), ("4", "beta-4")):
        page.get_by_role("radio", name=f"beta {beta}", exact=True).check()
        network = open_run(run).network()
        means, log_vars = network.encoder.encode(to_pixels(image))
        reconstruction, kl = losses(network, image, means[0].astype(float), np.exp(0.5 * log_vars[0].astype(float)))
        text = page.get_by_test_id("course-beta-digit").inner_text()
        words = text.replace(",", "").split()
        assert float(words[words.index("reconstruction") + 1]) == pytest.approx(reconstruction, abs=0.06)
        assert float(words[words.index("KL") + 1]) == pytest.approx(kl, abs=0.06)
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []


def test_a_finger_drags_the_handle_and_beside_it_scrolls_the_page(browser: Browser, address: str) -> None:
    """And models that do not arrive are told where they are missing."""
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as window:
        page = window.new_page()
        for file in ("plotly-*", f"decoder-*{open_run('beta-4').decoder().digest}*"):  # Plotly.js only takes time here
            page.route(f"**/{file}", lambda route: route.abort())
        page.goto(f"{address}/about")
        page.wait_for_selector(READY)
        assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
        page.evaluate("document.querySelector('.course-loss .course-map').scrollIntoView({ block: 'center' })")
        page.wait_for_timeout(300)
        session = window.new_cdp_session(page)
        box = page.locator(".course-handle").bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

        def swipe(x: float, y: float, right: float, down: float) -> float:
            """Returns how far the page is scrolled after it."""
            for share in range(11):
                point = {"x": x + share * right / 10, "y": y + share * down / 10}
                kind = "touchMove" if share else "touchStart"
                session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
                page.wait_for_timeout(16)
            session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            page.wait_for_timeout(200)
            return page.evaluate("document.querySelector('.stMain').scrollTop")

        scrolled, before = page.evaluate("document.querySelector('.stMain').scrollTop"), moved_mean(page)
        assert swipe(x, y, 30, -60) == scrolled
        after = moved_mean(page)
        assert after[0] > before[0] + 0.3
        assert after[1] > before[1] + 0.5
        assert swipe(x - 90, y, 0, -150) > scrolled + 80
        assert moved_mean(page) == pytest.approx(after)
        page.locator(".course-beta").scroll_into_view_if_needed()
        expect(page.get_by_test_id("course-beta-all")).to_contain_text("could not be loaded")
