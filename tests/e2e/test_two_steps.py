"""The two steps of a GAN's training: the numbers are those of the recording, it plays and pauses."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser import Tab
from tests.e2e.train_page import STILL
from tests.e2e.two_steps import KEYS, READY, cards, number, pictures, press, root, slider
from vae_core.data.digits import Digits
from vae_core.runs.recording import Steps, read_recording


@pytest.fixture(scope="module")
def steps() -> Steps:
    return read_recording().steps


@pytest.fixture(scope="module")
def tab(browser: Browser, address: str) -> Iterator[Tab]:
    with browser.new_context(viewport={"width": 1280, "height": 720}, **STILL) as window:
        tab = Tab(window.new_page(), address)
        tab.enter("GAN")
        tab.page.wait_for_selector(READY)
        tab.settle()
        yield tab


@pytest.fixture
def page(tab: Tab) -> Iterator[Page]:
    """The recording at its start. Nothing may leave an error."""
    slider(tab.page).fill("0")
    expect(root(tab.page)).to_have_attribute("data-step", "0")
    yield tab.page
    assert not tab.errors


def percents(verdicts: np.ndarray) -> list[str]:
    """verdicts: (2, 8), before and after."""
    return [f"{100 * before:.0f} \u2192 {100 * after:.0f} %" for before, after in verdicts.T.astype(float)]


def assert_alike(found: list[str], expected: list[str]) -> None:
    """Percents that are the same, but for how a half is rounded."""
    shown, wanted = ([[int(n) for n in re.findall(r"\d+", text)] for text in texts] for texts in (found, expected))
    np.testing.assert_allclose(shown, wanted, atol=1)


def test_a_link_leads_to_the_step_and_going_back_undoes_one(tab: Tab, page: Page) -> None:
    slider(page).fill("117")
    expect(page).to_have_url(re.compile(r"view=steps&step=117$"))
    sent = tab.messages_sent
    for position in range(118, 200):
        slider(page).fill(str(position))
    expect(page).to_have_url(re.compile(r"step=199$"))
    # Of one rest, or of a few where a busy machine lets more than half a second pass between two steps.
    assert sent < tab.messages_sent < sent + 20, "the server hears of where a visitor rests, not of all 82 steps"
    page.wait_for_timeout(1100)  # sooner, the server takes the older link for one that was under way
    page.go_back()
    expect(root(page)).to_have_attribute("data-step", "117")
    page.reload()
    page.wait_for_selector(READY)
    expect(root(page)).to_have_attribute("data-step", "117")
    expect(page.get_by_test_id("two-steps-moment")).to_contain_text("Step 117 of 600")


def test_ten_single_steps_show_the_numbers_of_the_recording(page: Page, steps: Steps, sample: Digits) -> None:
    expect(page.get_by_test_id("two-steps-sentence")).to_contain_text("Neither network has learned anything yet")
    for i in range(10):
        network = "generator" if steps.trained[i] else "discriminator"
        frozen = "discriminator" if steps.trained[i] else "generator"
        press(page, KEYS[network])
        expect(root(page)).to_have_attribute("data-step", str(i + 1))
        expect(root(page)).to_have_attribute("data-kind", network)
        before, after = steps.error[i].astype(float)
        losses = [float(root(page).get_attribute(f"data-loss-{when}") or "nan") for when in ("before", "after")]
        assert losses == [pytest.approx(before), pytest.approx(after)]
        assert number(page, "error-before") == pytest.approx(before, abs=6e-4)
        assert number(page, "error-after") == pytest.approx(after, abs=6e-4)
        assert number(page, "error-change") == pytest.approx(after - before, abs=6e-4)
        assert number(page, f"gradient-{network}") == pytest.approx(steps.gradient[i], rel=6e-3)
        expect(page.get_by_test_id(f"two-steps-gradient-{frozen}")).to_have_text("frozen")
        letter, other = ("G", "D") if steps.trained[i] else ("D", "G")
        expect(page.locator(f'[data-node="{letter}"] .ts-state')).to_have_text("learned")
        expect(page.locator(f'[data-node="{other}"] .ts-state')).to_have_text("\u2744 frozen")
        assert_alike(cards(page, "real"), percents(steps.verdicts[i, :, :8]))
        assert_alike(cards(page, "drawn"), percents(steps.verdicts[i, :, 8:]))
        np.testing.assert_array_equal(pictures(page, "real"), sample.train_images[steps.rows[i]])
        np.testing.assert_array_equal(pictures(page, "drawn"), steps.drawn[i, 1])
        word = "rose" if after > before else "fell"
        said = f"its error {word} from {number(page, 'error-before'):.3f} to {number(page, 'error-after'):.3f} nats"
        expect(page.get_by_test_id("two-steps-sentence")).to_contain_text(said)
    press(page, "Back")
    expect(root(page)).to_have_attribute("data-step", "9")
    assert number(page, "error-after") == pytest.approx(float(steps.error[8, 1]), abs=6e-4)


def test_it_plays_and_pauses_by_button_and_by_key_and_steps_by_arrows(page: Page) -> None:
    press(page, "Play")
    page.wait_for_function("Number(document.querySelector('.two-steps').dataset.step) >= 3")
    press(page, "Pause")
    expect(root(page)).to_have_attribute("data-phase", "")
    position = root(page).get_attribute("data-step")
    page.wait_for_timeout(1500)
    expect(root(page)).to_have_attribute("data-step", position or "")
    root(page).focus()
    page.keyboard.press("Space")
    expect(root(page)).to_have_attribute("data-playing", "true")
    page.keyboard.press("Space")
    expect(root(page)).to_have_attribute("data-playing", "false")
    expect(root(page)).to_have_attribute("data-phase", "")
    position = int(root(page).get_attribute("data-step") or 0)
    page.keyboard.press("ArrowLeft")
    expect(root(page)).to_have_attribute("data-step", str(position - 1))
    page.keyboard.press("ArrowRight")
    expect(root(page)).to_have_attribute("data-step", str(position))
    expect(page.locator(".two-steps .lm-live")).to_contain_text(f"Step {position} of 600")


def test_a_generator_step_out_of_turn_takes_the_discriminators_first_and_both_take_two(page: Page) -> None:
    press(page, "Generator step")
    expect(root(page)).to_have_attribute("data-step", "2")
    press(page, "Both")
    expect(root(page)).to_have_attribute("data-step", "4")
    slider(page).fill("600")
    expect(root(page)).to_have_attribute("data-step", "600")
    press(page, "Both")
    expect(root(page)).to_have_attribute("data-step", "600")


def test_in_slow_motion_the_error_flows_back_through_the_frozen_network(page: Page) -> None:
    press(page, "Discriminator step")
    expect(root(page)).to_have_attribute("data-step", "1")
    press(page, "Slow motion")
    press(page, "Generator step")
    sentence = page.get_by_test_id("two-steps-sentence")
    expect(root(page)).to_have_attribute("data-phase", "2")
    expect(sentence).to_contain_text("it judges, but does not learn")
    expect(page.get_by_test_id("two-steps-error-after")).to_have_text("\u2013")
    expect(page.locator('[data-arrow="drawn-D"]')).to_have_class("ts-lit")
    expect(root(page)).to_have_attribute("data-phase", "3")
    expect(sentence).to_contain_text("flows back through D, which only passes it on, to G")
    for arrow in ("D-error", "drawn-D", "G-drawn"):
        expect(page.locator(f'[data-arrow="{arrow}"]')).to_have_class("ts-back")
    expect(page.locator('[data-arrow="real-D"]')).not_to_have_class("ts-back")
    expect(page.locator('[data-node="D"]')).to_have_class(re.compile("ts-frozen"))
    assert page.locator(".ts-dots circle").count() == 0, "nothing moves for whoever wants no motion"
    press(page, "Slow motion")
    expect(root(page)).to_have_attribute("data-step", "2")


def test_all_of_it_is_in_the_first_fold_and_axe_finds_nothing(page: Page) -> None:
    for part in (".ts-diagram", ".ts-buttons", ".ts-numbers", ".ts-gradients"):
        box = page.locator(part).bounding_box()
        assert box
        assert box["y"] + box["height"] <= 720, part
        assert box["x"] + box["width"] <= 1280, part
    press(page, "Discriminator step")
    expect(root(page)).to_have_attribute("data-step", "1")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(700)  # what was pale until then has its full colour
        found = Axe().run(page).response["violations"]
        assert [(theme, one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []


def test_on_a_phone_nothing_reaches_beyond_the_side_and_dots_flow(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as window:
        page = window.new_page()
        page.goto(f"{address}/gan")
        page.wait_for_selector(READY)
        assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
        press(page, "Slow motion")
        press(page, "Discriminator step")
        page.wait_for_function("document.querySelectorAll('.ts-dots circle').length > 3")


def test_what_does_not_arrive_is_told_and_fetched_by_the_next_press(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 1024, "height": 768}, **STILL) as window:
        page = window.new_page()
        page.route("**/two-steps-*-0.safetensors.gz", lambda route: route.abort())
        page.goto(f"{address}/gan")
        message = page.locator(".two-steps [data-message]")
        expect(message).to_contain_text("could not be loaded")
        page.unroute("**/two-steps-*-0.safetensors.gz")
        press(page, "Discriminator step")
        expect(root(page)).to_have_attribute("data-step", "1")
        expect(message).to_be_hidden()
