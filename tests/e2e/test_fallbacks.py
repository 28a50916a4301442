"""What a visitor sees when something is missing: WebGL, the map's script, MNIST, the router."""

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Playwright, Route, expect

from tests.browser import NO_WEBGL, assert_stacked, launched
from tests.explorer import Explorer, decoded
from tests.server import ROOT, running_app
from vae_core.data.digits import Digits
from vae_core.runs.catalog import open_run
from vae_core.ui.session.explore import DEFAULT_RUN


@pytest.fixture(scope="module")
def without_webgl(
    playwright: Playwright, sample: Digits, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Explorer]:
    """On more test digits than are drawn without WebGL: the sample's 4,000 training digits."""
    folder = tmp_path_factory.mktemp("app")
    many, labels = sample.train_images, sample.train_labels
    np.savez(folder / "mnist.npz", x_train=many, y_train=labels, x_test=many, y_test=labels)
    with (
        running_app(folder / "runs", folder / "log", VAE_MNIST=str(folder / "mnist.npz")) as (address, _),
        launched(playwright, *NO_WEBGL) as browser,
    ):
        yield Explorer(browser.new_page(), address).open()


def test_map_without_webgl_is_smaller_says_so_and_lives(without_webgl: Explorer) -> None:
    page = without_webgl.page
    types, points = page.evaluate(
        """(() => {
            const { data } = document.querySelector('.js-plotly-plot')
            return [data.map(trace => trace.type), data.reduce((sum, trace) => sum + trace.x.length, 0)]
        })()"""
    )
    assert set(types) == {"scatter"}
    assert points <= 2000
    expect(page.locator(".lm-map .lm-note").last).to_contain_text(
        re.compile(rf"WebGL is missing.*{points} of 4000 digits")
    )
    clicked = without_webgl.click((1.0, 1.0))
    assert without_webgl.z == pytest.approx(clicked, abs=1e-4)
    assert not without_webgl.errors


LOSE = """async () => {
    for (const canvas of document.querySelectorAll('.lm-plotly canvas.gl-canvas'))
        canvas.getContext('webgl').getExtension('WEBGL_lose_context').loseContext()
}"""
MARK = "document.querySelectorAll('.lm-plotly canvas.gl-canvas').forEach((canvas) => (canvas.marked = true))"
NEW = "[...document.querySelectorAll('.lm-plotly canvas.gl-canvas')].some((canvas) => !canvas.marked)"


def test_a_map_that_lost_webgl_is_drawn_again_as_it_was_and_in_the_end_without(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        explorer = Explorer(context.new_page(), address).open()
        page = explorer.page
        clicked = explorer.click((1.0, 1.0))
        page.mouse.wheel(0, -400)
        page.wait_for_timeout(500)
        ranges = explorer.axes.ranges
        for loss in (1, 2):
            page.evaluate(MARK)
            page.evaluate(LOSE)
            page.wait_for_function(NEW)
            assert explorer.axes.ranges == pytest.approx(np.array(ranges), abs=1e-6), loss
            types = page.evaluate("document.querySelector('.js-plotly-plot').data.map(({ type }) => type)")
            assert set(types) == {"scattergl"}
        drawn = page.evaluate("""() => new Promise((resolve) => requestAnimationFrame(() => {
            const gl = document.querySelector('.lm-plotly canvas.gl-canvas').getContext('webgl')
            resolve(gl.isContextLost())
        }))""")
        assert drawn is False
        assert explorer.z == pytest.approx(clicked, abs=1e-4)
        explorer.hover((0.5, 0.5))
        page.wait_for_function("document.querySelector('.latent-map').dataset.hoverZ")
        page.evaluate(LOSE)
        expect(page.locator(".lm-map .lm-note").last).to_contain_text("WebGL is missing")
        page.wait_for_function("document.querySelector('.js-plotly-plot').data.every(({ type }) => type === 'scatter')")
        assert explorer.axes.ranges == pytest.approx(np.array(ranges), abs=1e-6)
        again = explorer.click((0.5, 0.5))
        assert explorer.z == pytest.approx(again, abs=1e-4)


def test_a_checkout_that_cannot_be_written_is_served_from_the_memory(browser: Browser, tmp_path: Path) -> None:
    """A file stands where the folder static should be. Pages must work, and the console be silent."""
    checkout = tmp_path / "checkout"
    for name in ("app.py", "pages", "vae_core", ".streamlit"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, checkout / name)
    (checkout / "static").touch()
    with (
        running_app(tmp_path / "runs", tmp_path / "log", script=str(checkout / "app.py")) as (address, _),
        browser.new_context() as context,
    ):
        explorer = Explorer(context.new_page(), address).open()
        clicked = explorer.click((1.0, 1.0))
        assert explorer.z == pytest.approx(clicked, abs=1e-4)
        explorer.page.goto(f"{address}/compare")
        expect(explorer.page.locator(".js-plotly-plot")).not_to_have_count(0)
        assert not explorer.errors
    assert (tmp_path / "log").read_text().count("served from the memory") == 1


def test_files_that_a_proxy_unpacks_on_their_way_are_understood(browser: Browser, address: str) -> None:
    def unpack(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=gzip.decompress(answer.body()))

    with browser.new_context() as context:
        explorer = Explorer(context.new_page(), address)
        explorer.page.route("**/*.gz", unpack)
        clicked = explorer.open().click((1.0, 1.0))
        assert explorer.z == pytest.approx(clicked, abs=1e-4)
        assert not explorer.errors


def test_a_browser_that_is_too_old_is_told(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.add_init_script("delete window.DecompressionStream")
        page.goto(address)
        expect(page.locator(".lm-message")).to_contain_text("browser is too old")


@pytest.mark.parametrize("blocked", ["**/view.js", "**/plotly-*", "**/decoder-*"])
def test_what_cannot_be_loaded_is_a_plain_message(browser: Browser, address: str, blocked: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.route(blocked, lambda route: route.abort())
        page.goto(address)
        message = page.locator(".lm-message")
        expect(message).to_contain_text("could not be loaded")
        expect(message).to_contain_text("Reload the page")
        assert page.get_by_test_id("latent-map").get_attribute("data-ready") == "false"
        expect(page.get_by_text("The 8 nearest test digits")).to_be_visible()  # the rest of the page lives


def test_without_the_digits_pictures_the_map_lives(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        explorer = Explorer(context.new_page(), address)
        explorer.page.route("**/pictures-*", lambda route: route.abort())
        z = explorer.open().hover((1.0, 1.0))
        expect(explorer.page.get_by_text("Its picture could not be loaded")).to_be_visible()
        assert abs(explorer.pixels("decoded") - decoded(open_run(DEFAULT_RUN).network(), z)).max() <= 1
        explorer.page.unroute("**/pictures-*")
        explorer.hover((1.1, 1.1))
        assert explorer.pixels("original").any()
        expect(explorer.page.get_by_text("Its picture could not be loaded")).to_be_hidden()


def test_without_mnist_the_sample_is_shown_and_named(browser: Browser, tmp_path: Path) -> None:
    with (
        running_app(tmp_path / "runs", tmp_path / "log", VAE_MNIST="/nowhere/mnist.npz") as (address, _),
        browser.new_context() as context,
    ):
        explorer = Explorer(context.new_page(), address).open()
        line = explorer.page.locator(".st-key-digits-on-show")
        expect(explorer.page.get_by_test_id("stAlert")).to_contain_text("no file at /nowhere/mnist.npz")
        expect(line).to_contain_text("5,000 digits of the bundled sample of MNIST")
        expect(line).to_contain_text("this model never saw them")
        line.get_by_role("button", name="Show all of MNIST").click()
        expect(explorer.page.get_by_test_id("stPopoverBody")).to_contain_text("no file at /nowhere/mnist.npz")
        counts = explorer.page.evaluate("document.querySelector('.js-plotly-plot').data.map(({x}) => x.length)")
        assert counts == [500] * 10
        explorer.open("?run=seed")
        expect(line).to_contain_text("learned from these very digits")
        assert not explorer.errors


def test_first_visit_straight_to_a_page(browser: Browser, tmp_path: Path) -> None:
    with (
        running_app(tmp_path / "runs", tmp_path / "log") as (address, _),
        browser.new_context() as context,
    ):
        page = context.new_page()
        page.goto(f"{address}/about")
        page.get_by_role("heading", name="How it works").wait_for()
        expect(page.get_by_role("link", name="Explore", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name="app", exact=True)).to_have_count(0)


def test_dark_theme_reaches_the_map(browser: Browser, address: str) -> None:
    colours = []
    for scheme in ("light", "dark"):
        with browser.new_context(color_scheme=scheme) as context:
            explorer = Explorer(context.new_page(), address).open()
            background = explorer.page.evaluate("getComputedStyle(document.body).backgroundColor")
            colours.append([background, explorer.axes.text_colour])
    assert colours[0] != colours[1]
    assert colours[0][1] == "rgb(29, 37, 48)" or colours[0][1] == "#1d2530"
    assert colours[1][1] == "rgb(230, 234, 240)" or colours[1][1] == "#e6eaf0"


def test_narrow_screen_stacks_the_panes(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = Explorer(context.new_page(), address).open().page
        assert_stacked(page, ".lm-digit", ".lm-map", ".lm-manifold")
