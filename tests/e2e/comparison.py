"""The Compare page, and what a visitor does with its maps."""

from typing import Self

import numpy as np
from playwright.sync_api import Locator

from tests.browser import PlotAxes, Tab

LINK = "?left=seed&right=small"
"""To the shipped run beside one with random weights."""


class Comparison(Tab):
    """The page in one tab, as a visitor uses it."""

    def open(self, query: str = LINK) -> Self:
        self.page.goto(f"{self.address}/compare{query}")
        return self.ready()

    def ready(self) -> Self:
        self.page.wait_for_selector('[data-testid="comparison"][data-ready="true"]')
        self.settle()
        self.page.evaluate(
            "document.querySelectorAll('.comparison .js-plotly-plot').forEach(plot => plot.marked = true)"
        )
        return self

    @property
    def same_maps(self) -> bool:
        """Whether both maps are still the ones that `ready` marked."""
        return self.page.evaluate(
            "[...document.querySelectorAll('.comparison .js-plotly-plot')].filter(plot => plot.marked).length === 2"
        )

    @property
    def root(self) -> Locator:
        return self.page.get_by_test_id("comparison")

    @property
    def digit(self) -> int | None:
        text = self.root.get_attribute("data-digit")
        return int(text) if text else None

    @property
    def pinned(self) -> int | None:
        text = self.root.get_attribute("data-pinned")
        return int(text) if text else None

    def axes(self, side: str) -> PlotAxes:
        """Those of a side's map."""
        return PlotAxes(self.page, f"[data-side={side}] .js-plotly-plot")

    def hover(self, side: str, z: np.ndarray) -> tuple[float, float]:
        """Move the pointer to z on a side's map. Returns the point of the pixel where it rests."""
        x, y = (round(value) for value in self.axes(side).to_pixel(z))
        self.page.mouse.move(x - 3, y - 3)
        self.page.mouse.move(x, y)
        return self.axes(side).to_point(x, y)

    def click(self) -> None:
        self.page.mouse.down()
        self.page.mouse.up()

    def leave(self) -> None:
        self.page.mouse.move(2, 2)

    def marked(self, side: str) -> tuple[float, float]:
        """The pixel of the page where a side's map marks the linked digit."""
        box = self.page.locator(f"[data-side={side}] .lm-nearest").bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
