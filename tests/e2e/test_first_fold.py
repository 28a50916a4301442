"""What a newcomer sees before anything is done: map, digit and manifold in one view, and a pointer that shows how."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.explorer import Explorer

SIZES = [(1280, 720), (1024, 768), (1440, 900)]


@pytest.fixture
def page(browser: Browser):
    with browser.new_context() as context:
        yield context.new_page()


def test_map_digit_and_all_of_the_manifold_are_in_view(page: Page, address: str) -> None:
    """With the bundled sample as well as with MNIST: what is said of the digits takes one line."""
    Explorer(page, address).open()
    expect(page.locator(".lm-hint")).to_be_visible()
    expect(page.locator(".latent-map .lm-state")).to_have_text("at the start")  # where motion is not wanted
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(1000)  # the map is drawn in its new size
        for selector in (".lm-plot", '[data-testid="decoded"]', '[data-testid="original"]', '[data-testid="manifold"]'):
            box = page.locator(selector).first.bounding_box()
            assert box
            assert box["y"] >= 60, "below the names of the pages"
            assert box["y"] + box["height"] <= height, (selector, width, height)
            assert box["x"] + box["width"] <= width, (selector, width, height)
        for label in ("Random point", "Random digit", "Reset", "Save", "Lattice"):
            box = page.get_by_role("button", name=label, exact=True).bounding_box()
            assert box
            assert box["y"] + box["height"] <= 110, "one slim toolbar"
        names = page.locator(".lm-names text:not([hidden])")
        boxes = [names.nth(i).bounding_box() for i in range(names.count())]
        for i, one in enumerate(boxes):
            for other in boxes[:i]:
                assert one
                assert other
                apart = abs(one["x"] - other["x"]), abs(one["y"] - other["y"])
                assert max(apart) >= 9, "names of classes lie side by side"


def test_on_a_phone_the_decoded_digit_is_above_the_map(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as context:
        explorer = Explorer(context.new_page(), address).open()
        for selector in ('[data-testid="decoded"]', ".lm-hint", ".lm-plot"):
            box = explorer.page.locator(selector).bounding_box()
            assert box
            assert box["y"] + min(box["height"], 200) <= 844, selector


def test_a_pointer_glides_by_itself_until_the_visitor_moves_and_never_again(page: Page, address: str) -> None:
    explorer = Explorer(page, address)
    page.emulate_media(reduced_motion="no-preference")
    explorer.open()
    hint, glider, state = (page.locator(f".latent-map {part}") for part in (".lm-hint", ".lm-glider", ".lm-state"))
    expect(hint).to_contain_text("the model draws what lies there")
    expect(state).to_have_text("moving by itself")
    expect(glider).to_be_visible()
    seen, places = set(), set()
    for _ in range(20):
        seen.add(explorer.pixels("decoded").tobytes())
        places.add(explorer.hover_z)
        page.wait_for_timeout(100)
    assert len(seen) > 5, "the decoded digit follows"
    assert len(places) > 5, "as it would a visitor's pointer"
    assert explorer.z == explorer.start
    assert "z1=" not in page.url
    explorer.hover((1.0, 1.0))
    expect(hint).to_be_hidden()
    expect(glider).to_be_hidden()
    explorer.leave()
    expect(state).to_have_text("at the start")
    explorer.open()
    expect(hint).to_be_visible()
    page.wait_for_timeout(3500)
    expect(state).to_have_text("at the start")
    expect(glider).to_be_hidden()


def test_boxes_stand_where_the_page_will_be_until_it_is_there(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        skeleton = page.locator(".skeleton")
        skeleton.wait_for(state="attached")
        expect(skeleton).to_be_hidden()
        expect(page.get_by_test_id("latent-map")).to_be_visible()


def test_no_pointer_glides_where_a_point_is_held(page: Page, address: str) -> None:
    explorer = Explorer(page, address)
    page.emulate_media(reduced_motion="no-preference")
    explorer.open("?z1=1&z2=1")
    page.wait_for_timeout(3500)
    expect(page.locator(".latent-map .lm-state")).to_have_text("pinned")


def test_a_posterior_that_is_smaller_than_a_mark_is_shown_magnified(explorer: Explorer) -> None:
    page = explorer.rest().page
    radius = "Math.max(...['rx', 'ry'].map((r) => Number(document.querySelector('.lm-posterior').getAttribute(r))))"
    inset = page.locator(".lm-inset")
    small, magnified, factor = page.evaluate(
        f"""[{radius}, Number(document.querySelector('.lm-inset ellipse').getAttribute('rx')) /
            Number(document.querySelector('.lm-posterior').getAttribute('rx')),
            Number(document.querySelector('.lm-inset text').textContent.replace(/[^0-9.]/g, ''))]"""
    )
    assert small < 7
    expect(inset).to_be_visible()
    assert magnified == pytest.approx(factor)
    explorer.hover(explorer.start)
    for _ in range(30):
        page.mouse.wheel(0, -400)
        page.wait_for_timeout(50)
    explorer.settle()
    page.wait_for_function(f"{radius} >= 7")
    expect(inset).to_be_hidden()
    explorer.leave()
