"""The Train page, and what a visitor does with it."""

import contextlib
from collections.abc import Iterator
from typing import Any, Self

from playwright.sync_api import Browser, Locator, expect

from tests.browser import Tab

LONG = 60_000
"""Milliseconds that a worker may take to get going: TensorFlow is imported, on a busy machine."""

STILL: Any = {"reduced_motion": "reduce"}
"""A visitor who wants no animations, which a browser that draws in software takes from the training's processor."""


class TrainPage(Tab):
    """The page in one tab, as a visitor uses it."""

    def open(self) -> Self:
        self.enter("Train")
        return self.ready()

    def come_back(self) -> Self:
        """From another page, by its link."""
        self.page.get_by_role("link", name="Train").click()
        return self.ready()

    def ready(self) -> Self:
        expect(self.page.get_by_role("heading", name="Train a model")).to_be_visible()
        return super().ready()

    def start(self, title: str, epochs: int) -> None:
        """Start a training of the recipe `custom`."""
        self.page.get_by_text("custom", exact=True).click()
        for label, value in (("Epochs", str(epochs)), ("Title", title)):
            field = self.page.get_by_label(label, exact=True)
            field.fill(value)
            field.press("Enter")
            self.settle()
        self.press("Start training")

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button).click()

    def watch(self, title: str) -> None:
        """Choose the run that is watched."""
        self.page.get_by_label("Run", exact=True).click()
        self.page.get_by_role("option", name=title).click()

    @property
    def machine(self) -> Locator:
        return self.page.get_by_test_id("time-machine")

    @property
    def step(self) -> int:
        """The step of the snapshot that is shown."""
        return int(self.machine.get_attribute("data-step") or -1)

    def wait_for_step(self, beyond: int) -> None:
        self.page.wait_for_function(
            "step => Number(document.querySelector('[data-testid=time-machine]')?.dataset.step || -1) > step",
            arg=beyond,
            timeout=LONG,
        )


@contextlib.contextmanager
def train_page(browser: Browser, address: str, **options: Any) -> Iterator[TrainPage]:
    """The page in a window of its own, which may leave no error. options: Playwright's, for the window."""
    with browser.new_context(viewport={"width": 1440, "height": 1200}, **options) as window:
        page = TrainPage(window.new_page(), address).open()
        yield page
        assert not page.errors
