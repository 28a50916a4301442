"""The explorer, and what a visitor does with its map."""

from typing import Self

import numpy as np
from playwright.sync_api import Locator, Page

from tests.browser import PlotAxes, Tab, pixels
from vae_core.data.images import to_images
from vae_core.latent.points import as_points
from vae_core.networks.network import Network


class Explorer(Tab):
    """The explorer in one browser tab, as a visitor uses it."""

    _at_rest: list | None = None
    """What `_state` was when `rest` opened it."""

    def __init__(self, page: Page, address: str):
        super().__init__(page, address)
        page.emulate_media(reduced_motion="reduce")  # no pointer glides by itself
        self.axes = PlotAxes(page, ".latent-map .js-plotly-plot")

    def open(self, query: str = "") -> Self:
        self.page.goto(f"{self.address}/{query}")
        return self.ready()

    def rest(self) -> Self:
        """The explorer as it opens without a query. It is not opened again where nothing but a pinned point is left of
        what was done, which saves seconds."""
        if self._state():
            self.leave()
            if "z1=" in self.page.url:
                self.unpin()
        if not self._at_rest or self._state() != self._at_rest:
            self.open()
            self._at_rest = self._state()
        return self

    def _state(self) -> list | None:
        """What a visitor may have changed; None where there is no map."""
        if not self.axes.drawn:
            return None
        others = self.page.evaluate(
            """() => [
                location.href,
                document.querySelector('.latent-map .js-plotly-plot').marked,
                document.querySelector('.latent-map').dataset.z,
                document.querySelector('[data-testid=manifold]').width,
                document.querySelector('.lm-dots')?.getAttribute('d') ?? '',
            ]"""
        )
        return [*others, self.axes.ranges, self.axes.shown, self.axes.text_colour]

    def ready(self) -> Self:
        """Wait until the map is drawn and no script runs, and mark the map, so that a new one would be noticed."""
        self.page.wait_for_selector('[data-testid="latent-map"][data-ready="true"]')
        self.settle()
        self.page.evaluate("document.querySelector('.js-plotly-plot').marked = true")
        return self

    @property
    def root(self) -> Locator:
        return self.page.get_by_test_id("latent-map")

    @property
    def same_map(self) -> bool:
        """Whether the map is still the one that `ready` marked."""
        return self.page.evaluate("document.querySelector('.js-plotly-plot').marked === true")

    @property
    def z(self) -> tuple[float, float]:
        return self._pair("data-z")

    @property
    def start(self) -> tuple[float, float]:
        """The point that is shown while none is pinned."""
        return self._pair("data-start")

    @property
    def hover_z(self) -> tuple[float, float] | None:
        return self._pair("data-hover-z") if self.root.get_attribute("data-hover-z") else None

    def _pair(self, attribute: str) -> tuple[float, float]:
        z1, z2 = (self.root.get_attribute(attribute) or "").split(",")
        return float(z1), float(z2)

    def position(self, z: tuple[float, float]) -> tuple[int, int]:
        """The whole pixel of the page that is nearest to z on the map."""
        self.root.scroll_into_view_if_needed()
        x, y = self.axes.to_pixel(z)
        return round(x), round(y)

    def point_at(self, x: int, y: int) -> tuple[float, float]:
        """The latent point of a pixel of the page, by the plot's axes."""
        return self.axes.to_point(x, y)

    def hover(self, z: tuple[float, float]) -> tuple[float, float]:
        """Move the pointer to z. Returns the point of the pixel where it rests."""
        x, y = self.position(z)
        self.page.mouse.move(x - 3, y - 3)
        self.page.mouse.move(x, y)
        return self.point_at(x, y)

    def click(self, z: tuple[float, float]) -> tuple[float, float]:
        """Click the map at z. Returns the point of the clicked pixel."""
        found = self.hover(z)
        self.page.mouse.down()
        self.page.mouse.up()
        return found

    def leave(self) -> None:
        self.page.mouse.move(2, 2)

    def unpin(self) -> None:
        """With the key for it. Waits until the link says so."""
        self.root.focus()
        self.page.keyboard.press("Escape")
        self.page.wait_for_url(lambda url: "z1=" not in url)
        self.settle()

    def pixels(self, canvas: str) -> np.ndarray:
        """What a canvas shows: (height, width) uint8."""
        return pixels(self.page, canvas)


def written(value: float) -> str:
    """A coordinate as the page writes it."""
    return f"{value:.2f}".replace("-", "\u2212")


def around(z: tuple[float, float]) -> str:
    """What stands above what the page says of a point."""
    return f"Around z1 {written(z[0])}, z2 {written(z[1])}"


def decoded(network: Network, z: tuple[float, float]) -> np.ndarray:
    """The picture that NumPy decodes at z: (28, 28) of whole grey levels."""
    return to_images(network.decoder.decode(as_points(np.array(z))))[0].astype(int)
