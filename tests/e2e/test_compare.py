"""Two runs side by side under a real pointer, on the bundled sample: the shipped one, and one with random weights."""

import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Position, expect

from tests.browser import assert_stacked, pixels
from tests.e2e.comparison import LINK, Comparison
from tests.server import running_app
from tests.unit.builders import make_run
from vae_core.data.digits import Digits, class_text
from vae_core.data.images import to_images
from vae_core.latent.latent_map import LatentMap
from vae_core.latent.manifold import lattice
from vae_core.networks.network import Network
from vae_core.runs.catalog import open_run
from vae_core.runs.run import Run

PIN = 7


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """By side, as LINK has them."""
    return {"left": open_run("seed"), "right": make_run(tmp_path_factory.mktemp("runs"))}


@pytest.fixture(scope="module")
def networks(runs: dict[str, Run]) -> dict[str, Network]:
    return {side: run.network() for side, run in runs.items()}


@pytest.fixture(scope="module")
def maps(networks: dict[str, Network], sample: Digits) -> dict[str, LatentMap]:
    return {side: LatentMap.embed(of, sample.test_images, sample.test_labels) for side, of in networks.items()}


@pytest.fixture(scope="module")
def compare_address(runs: dict[str, Run], sample: Digits, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("app") / "log"
    with running_app(runs["right"].directory.parent, log, VAE_MNIST="") as (address, _):
        yield address


@pytest.fixture
def comparison(window: BrowserContext, compare_address: str) -> Iterator[Comparison]:
    with window.new_page() as tab:
        comparison = Comparison(tab, compare_address)
        yield comparison
        assert not comparison.errors


def drawn(network: Network, mean: np.ndarray) -> np.ndarray:
    return to_images(network.decoder.decode(mean[None]).reshape(1, -1))[0].astype(int)


@pytest.fixture
def assert_shows(
    comparison: Comparison, sample: Digits, networks: dict[str, Network], maps: dict[str, LatentMap]
) -> Callable[..., None]:
    """Checks that a test digit is shown, and both models' pictures of it, each within a grey level."""

    def check(index: int, swapped: bool = False) -> None:
        assert (pixels(comparison.page, "linked-original") == sample.test_images[index]).all()
        for side, model in zip(("left", "right"), ("right", "left") if swapped else ("left", "right"), strict=True):
            shown = pixels(comparison.page, f"{side}-decoded")
            assert shown.shape == (28, 28)
            assert abs(shown - drawn(networks[model], maps[model].means[index])).max() <= 1

    return check


def test_a_digit_pointed_at_is_marked_and_drawn_on_both_sides_without_the_server(
    comparison: Comparison, sample: Digits, maps: dict[str, LatentMap], assert_shows: Callable[..., None]
) -> None:
    comparison.open()
    assert comparison.digit is None
    sent = comparison.messages_sent
    for side, other in (("left", "right"), ("right", "left")):
        for index in (0, 123):
            found = comparison.hover(side, maps[side].means[index])
            nearest = int(maps[side].nearest(found, 1)[0][0])
            assert comparison.digit == nearest
            assert_shows(nearest)
            comparison.page.evaluate("new Promise(requestAnimationFrame)")
            assert comparison.marked(other) == pytest.approx(
                comparison.axes(other).to_pixel(maps[other].means[nearest]), abs=1
            )
    label = sample.test_labels[nearest]
    for canvas in ("left-decoded", "right-decoded", "linked-original"):
        expect(comparison.page.get_by_test_id(canvas)).to_have_attribute("role", "img")
        name = re.compile(f"test digit {nearest}, {class_text(int(label))}", re.IGNORECASE)
        expect(comparison.page.get_by_test_id(canvas)).to_have_attribute("aria-label", name)
    comparison.leave()
    assert comparison.digit is None
    assert comparison.messages_sent == sent


def test_a_click_pins_the_link_carries_it_and_a_second_click_unpins(
    comparison: Comparison, maps: dict[str, LatentMap], assert_shows: Callable[..., None]
) -> None:
    page = comparison.open().page
    comparison.hover("left", maps["left"].means[PIN])
    index = comparison.digit
    assert index is not None
    comparison.click()
    page.wait_for_url(re.compile(rf"left=seed&right=small&digit={index}$"))
    assert comparison.pinned == index
    comparison.hover("right", np.array([0, 0]))
    assert comparison.pinned == index
    comparison.leave()
    assert comparison.digit == index

    page.reload()
    comparison.ready()
    assert (comparison.digit, comparison.pinned) == (index, index)
    assert_shows(index)
    comparison.hover("left", maps["left"].means[PIN])
    comparison.click()
    page.wait_for_url(re.compile(r"left=seed&right=small$"))
    assert comparison.pinned is None
    assert comparison.same_maps


def test_swapped_sides_keep_the_digit(comparison: Comparison, assert_shows: Callable[..., None]) -> None:
    page = comparison.open(f"{LINK}&digit={PIN}").page
    page.get_by_role("button", name="Swap").click()
    page.wait_for_url(re.compile(rf"left=small&right=seed&digit={PIN}$"))
    expect(page.locator(".cp-map-left .cp-title")).to_have_text("A small run")
    comparison.ready()
    assert comparison.pinned == PIN
    assert_shows(PIN, swapped=True)
    expect(page.get_by_test_id("right-manifold")).to_have_attribute("aria-label", re.compile("The blog post's recipe"))
    assert not page.get_by_text("is not used").count()


def test_a_tile_stands_for_the_nearest_digit(
    comparison: Comparison,
    networks: dict[str, Network],
    maps: dict[str, LatentMap],
    assert_shows: Callable[..., None],
) -> None:
    page = comparison.open().page
    nodes, manifold = lattice(), page.get_by_test_id("right-manifold")
    box = manifold.bounding_box()
    assert box
    tile: Position = {"x": 12.5 / 15 * box["width"], "y": 2.5 / 15 * box["height"]}  # column 12, row 2 from the top
    manifold.hover(position=tile)
    nearest = int(maps["right"].nearest((nodes[12], nodes[12]), 1)[0][0])
    assert comparison.digit == nearest
    assert_shows(nearest)
    page.evaluate("new Promise(requestAnimationFrame)")
    columns = [abs(nodes - value).argmin() for value in maps["left"].means[nearest]]
    for side, (column, row) in {"right": (12, 2), "left": (columns[0], 14 - columns[1])}.items():
        mark = page.locator(f"[data-side={side}] .lm-marks .lm-pointer")
        assert [mark.get_attribute("x"), mark.get_attribute("y")] == [str(column), str(row)]
    mosaic = pixels(page, "right-manifold").astype(int)
    assert mosaic.shape == (420, 420)
    node = np.array([nodes[12], nodes[12]], np.float32)
    assert abs(mosaic[56:84, 336:364] - drawn(networks["right"], node)).max() <= 1


def test_keys_step_through_digits_and_hide_classes_on_both_sides(comparison: Comparison, sample: Digits) -> None:
    page = comparison.open().page
    labels = sample.test_labels
    comparison.root.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert comparison.pinned == 1
    page.keyboard.press("ArrowLeft")
    assert comparison.pinned == 0
    page.keyboard.press("ArrowDown")
    of_class = np.flatnonzero(labels == labels[0])
    assert comparison.pinned == of_class[1]
    page.keyboard.press("ArrowUp")
    assert comparison.pinned == 0
    page.wait_for_url(re.compile(r"digit=0$"))
    page.keyboard.press("3")
    for side in ("left", "right"):
        comparison.axes(side).wait_until_shown([label != 3 for label in range(10)])
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"right=small$"))
    assert comparison.pinned is None
    assert comparison.same_maps


def test_leaving_and_coming_back_leaks_no_webgl(comparison: Comparison) -> None:
    comparison.open(f"{LINK}&digit={PIN}")
    for _ in range(2):  # six contexts each time; this browser allows ten
        assert not comparison.leave_and_come_back("Compare")
    assert comparison.pinned == PIN


def test_a_narrow_screen_stacks_the_panes(comparison: Comparison) -> None:
    comparison.page.set_viewport_size({"width": 390, "height": 844})
    comparison.open()
    panes = (".cp-map-left", ".cp-digit", ".cp-map-right", ".cp-manifold-left", ".cp-manifold-right")
    assert_stacked(comparison.page, *panes)


def test_both_maps_have_the_same_axes_unless_each_is_to_have_its_own(comparison: Comparison) -> None:
    comparison.open()
    left, right = comparison.axes("left"), comparison.axes("right")
    same = left.ranges
    assert right.ranges == pytest.approx(same, abs=1e-6)
    for side, axes in (("left", left), ("right", right)):  # a circle holds 95 % of the prior
        box = comparison.page.locator(f"[data-side={side}] .lm-overlay ellipse.lm-box").bounding_box()
        assert box
        ends = axes.to_pixel((-2.4477, 0))[0], axes.to_pixel((2.4477, 0))[0]
        assert (box["x"], box["x"] + box["width"]) == pytest.approx(ends, abs=2)
    comparison.page.get_by_text("Same axes on both maps").click()
    right.wait_until_ranges_differ(same)
    own = right.ranges
    assert left.ranges != pytest.approx(own, abs=0.1)
    comparison.page.get_by_text("Same axes on both maps").click()
    right.wait_until_ranges_differ(own)
    assert right.ranges == pytest.approx(same, abs=1e-6)
    assert comparison.same_maps
