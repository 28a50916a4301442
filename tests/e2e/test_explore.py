"""The explorer under a real pointer. Each test ends with what must not have happened."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.explorer import Explorer, around, decoded, written
from vae_core.data.sources import load_digits_of
from vae_core.latent.latent_map import LatentMap
from vae_core.networks.network import Network
from vae_core.ui.session.explore import DEFAULT_RUN

EMPTY = (-2.5, 3.0)
"""A place of the shipped run's map without a digit near."""


def test_map_appears(explorer: Explorer, latent_map: LatentMap) -> None:
    explorer.rest()
    traces = explorer.page.evaluate(
        "document.querySelector('.js-plotly-plot').data.map(({name, type, x}) => [name, type, x.length])"
    )
    counts = np.bincount(latent_map.labels, minlength=10)
    assert traces == [[str(label), "scattergl", counts[label]] for label in range(10)]
    assert explorer.z == explorer.start
    for canvas in ("decoded", "original", "manifold"):
        expect(explorer.page.get_by_test_id(canvas)).to_have_attribute("role", "img")
        expect(explorer.page.get_by_test_id(canvas)).to_have_attribute("aria-label", re.compile(r"\w+ .*\d"))


def test_hover_decodes_without_the_server(explorer: Explorer, network: Network, latent_map: LatentMap) -> None:
    explorer.rest()
    digits = load_digits_of("mnist")
    at_rest = explorer.pixels("decoded")
    sent = explorer.messages_sent
    for z in [(1.0, -1.0), (-2.0, -0.5), EMPTY]:
        explorer.hover(z)
        found = explorer.hover_z
        assert found
        assert found == pytest.approx(z, abs=0.02)
        assert abs(explorer.pixels("decoded") - decoded(network, found)).max() <= 1
        nearest = latent_map.nearest(found, 1)[0][0]
        assert (explorer.pixels("original") == digits.test_images[nearest]).all()
        expect(explorer.page.locator(".lm-label")).to_have_text(f"Nearest real digit: a {digits.test_labels[nearest]}")
    explorer.leave()
    assert explorer.hover_z is None
    assert (explorer.pixels("decoded") == at_rest).all()
    assert explorer.messages_sent == sent


@pytest.mark.mnist
def test_map_of_mnist_has_all_of_its_test_digits(explorer: Explorer, network: Network, latent_map: LatentMap) -> None:
    assert len(latent_map.labels) == 10_000
    test_map_appears(explorer, latent_map)
    test_hover_decodes_without_the_server(explorer, network, latent_map)


@pytest.mark.parametrize("place", [EMPTY, (-2.0, -0.5)], ids=["empty space", "a digit"])
def test_click_pins_exactly_there(explorer: Explorer, network: Network, place: tuple[float, float]) -> None:
    explorer.rest()
    clicked = explorer.click(place)
    explorer.page.wait_for_url(re.compile(r"z1="))
    explorer.settle()
    assert explorer.z == pytest.approx(clicked, abs=1e-4)
    explorer.leave()
    assert abs(explorer.pixels("decoded") - decoded(network, explorer.z)).max() <= 1
    expect(explorer.page.get_by_text(around(explorer.z))).to_be_visible()
    expect(explorer.page.get_by_label("z1", exact=True)).to_have_value(written(explorer.z[0]))
    assert explorer.same_map


def test_drag_moves_the_map_and_pins_nothing(explorer: Explorer) -> None:
    explorer.rest()
    x, y = explorer.position((0.0, 0.0))
    explorer.page.mouse.move(x, y)
    explorer.page.mouse.down()
    explorer.page.mouse.move(x + 60, y - 40, steps=5)
    explorer.page.mouse.up()
    assert explorer.position((0.0, 0.0)) == pytest.approx((x + 60, y - 40), abs=2)
    assert explorer.z == explorer.start
    moved = explorer.position((0.0, 0.0))
    explorer.click((1.0, 1.0))
    explorer.page.wait_for_url(re.compile(r"z1="))
    explorer.settle()
    assert explorer.position((0.0, 0.0)) == moved  # a server run keeps the zoom
    assert explorer.same_map


def test_legend_toggles_and_isolates(explorer: Explorer) -> None:
    explorer.rest()
    entry = explorer.page.locator(".lm-classes button").nth(1)
    entry.click()
    explorer.axes.wait_until_shown([label != 1 for label in range(10)])
    explorer.hover((-2.5, -1.0))  # among the ones, which are hidden now
    expect(explorer.page.locator(".lm-label")).to_have_text(re.compile("Nearest real digit: a [^1]"))
    entry.click()
    explorer.axes.wait_until_shown(10 * [True])
    for isolated in ([label == 1 for label in range(10)], 10 * [True]):
        entry.dblclick()
        explorer.axes.wait_until_shown(isolated)
    assert explorer.same_map


def test_arrow_keys_go_on_from_a_click(explorer: Explorer) -> None:
    page = explorer.rest().page
    explorer.click((1.0, 1.0))
    z = explorer.z
    page.keyboard.press("ArrowRight")
    assert explorer.z == pytest.approx((z[0] + 0.05, z[1]), abs=1e-9)
    page.wait_for_url(re.compile(rf"z1={explorer.z[0]:.4f}"))
    explorer.settle()


def test_keyboard(explorer: Explorer) -> None:
    explorer.rest()
    explorer.root.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp", "ArrowDown", "ArrowLeft"):
        explorer.page.keyboard.press(key)
    z1, z2 = explorer.start[0] + 0.05, explorer.start[1] + 0.20
    assert explorer.z == pytest.approx((z1, z2), abs=1e-9)
    explorer.page.wait_for_url(re.compile(rf"z1={z1:.4f}&z2={z2:.4f}"))
    explorer.page.keyboard.press("7")
    explorer.axes.wait_until_shown([label != 7 for label in range(10)])
    explorer.page.keyboard.press("7")
    explorer.axes.wait_until_shown(10 * [True])
    explorer.unpin()
    assert explorer.page.url.endswith(f"?run={DEFAULT_RUN}")
    assert explorer.z == explorer.start
    assert explorer.same_map


def test_controls_move_the_point(explorer: Explorer, latent_map: LatentMap) -> None:
    page = explorer.rest().page
    page.get_by_label("z1", exact=True).fill("1.5")
    page.get_by_label("z1", exact=True).press("Enter")
    page.wait_for_url(re.compile(rf"z1=1\.5000&z2={explorer.start[1]:.4f}"))
    assert explorer.z == (1.5, explorer.start[1])
    page.get_by_role("button", name="Random digit").click()
    page.wait_for_function("document.querySelector('.latent-map').dataset.z.slice(0, 7) !== '1.5000,'")
    assert latent_map.nearest(explorer.z, 1)[1][0] < 1e-3
    page.get_by_role("button", name="Reset", exact=True).click()
    page.wait_for_url(re.compile(rf"run={DEFAULT_RUN}$"))
    page.wait_for_function("({ dataset }) => dataset.z === dataset.start", arg=explorer.root.element_handle())
    assert explorer.same_map


def test_theme_keeps_the_zoom(explorer: Explorer) -> None:
    page = explorer.rest().page
    explorer.hover((1.0, 1.0))
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(500)  # the wheel's zoom ends by itself
    zoomed = explorer.axes.ranges
    page.emulate_media(color_scheme="dark")
    explorer.axes.wait_until_text_is("#e6eaf0")
    assert explorer.axes.ranges == pytest.approx(zoomed)
    assert explorer.same_map
    page.emulate_media(color_scheme="light")


def test_leaving_and_coming_back_keeps_the_point_and_leaks_no_webgl(explorer: Explorer) -> None:
    explorer.open("?z1=1&z2=1")
    for _ in range(3):  # three contexts each time; this browser allows ten
        assert not explorer.leave_and_come_back("Explore")
        assert explorer.z == (1, 1)
