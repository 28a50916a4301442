"""An installed Chromium or Chrome, driven by Playwright, and what a visitor does with the latent map."""

import base64
import contextlib
import io
import re
import shutil
from collections.abc import Iterator

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A processor stands in for the graphics card where WebGL draws. Debian's Chromium would have it draw the whole page so,
# which is four times the work.
SOFTWARE_WEBGL = (
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-rasterization",
    "--disable-gpu-compositing",
)
NO_WEBGL = ("--disable-gpu", "--disable-3d-apis")
PATIENCE = 20_000
"""Milliseconds to wait for what should happen: a busy machine is slow, not wrong."""


def find_browser() -> str | None:
    """The path of an installed browser, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextlib.contextmanager
def launched(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """A browser of its own; flags: SOFTWARE_WEBGL or NO_WEBGL."""
    browser = playwright.chromium.launch(executable_path=find_browser(), args=[*FLAGS, *flags])
    try:
        yield browser
    finally:
        browser.close()


def pixels(page: Page, canvas: str) -> np.ndarray:
    """What a canvas shows: (height, width) uint8. Asserts that it is grey and opaque."""
    # As a PNG: to hand over 700,000 numbers one by one takes seconds.
    address = page.get_by_test_id(canvas).evaluate("canvas => canvas.toDataURL()")
    rgba = np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGBA"))
    assert (rgba[..., 0] == rgba[..., 1]).all()
    assert (rgba[..., 0] == rgba[..., 2]).all()
    assert (rgba[..., 3] == 255).all()
    return rgba[..., 0]


class Tab:
    """One browser tab on the app: the errors that it shows, and how many messages it sends to the server."""

    def __init__(self, page: Page, address: str):
        self.page, self.address = page, address
        self.errors: list[str] = []
        self.messages_sent = 0
        page.set_default_timeout(PATIENCE)
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("websocket", lambda socket: socket.on("framesent", lambda _: self._count()))

    def _listen(self, message: ConsoleMessage) -> None:
        # Streamlit looks for its server below a page's own address first.
        if message.type == "error" and not re.search(r"/\w+/_stcore/", message.location["url"]):
            self.errors.append(message.text)

    def _count(self) -> None:
        self.messages_sent += 1

    def settle(self) -> None:
        """Wait until no script runs."""
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


class Explorer(Tab):
    """The explorer in one browser tab, as a visitor uses it."""

    _at_rest: list | None = None
    """What `_state` was when `rest` opened it."""

    def open(self, query: str = "") -> "Explorer":
        self.page.goto(f"{self.address}/{query}")
        return self.ready()

    def rest(self) -> "Explorer":
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
        return self.page.evaluate(
            """() => {
                const plot = document.querySelector('.latent-map .js-plotly-plot')
                if (!plot) return null
                const { xaxis, yaxis, font } = plot._fullLayout
                return [
                    location.href, plot.marked, plot.closest('.latent-map').dataset.z, xaxis.range, yaxis.range,
                    plot._fullData.map(trace => trace.visible), font.color,
                    document.querySelector('[data-testid=manifold]').width,
                    document.querySelector('.lm-dots')?.getAttribute('d') ?? '',
                ]
            }"""
        )

    def ready(self) -> "Explorer":
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
    def hover_z(self) -> tuple[float, float] | None:
        return self._pair("data-hover-z") if self.root.get_attribute("data-hover-z") else None

    def _pair(self, attribute: str) -> tuple[float, float]:
        z1, z2 = (self.root.get_attribute(attribute) or "").split(",")
        return float(z1), float(z2)

    def position(self, z: tuple[float, float]) -> tuple[int, int]:
        """The whole pixel of the page that is nearest to z on the map."""
        self.root.scroll_into_view_if_needed()
        x, y = self.page.evaluate(
            """([z1, z2]) => {
                const plot = document.querySelector('.js-plotly-plot'), box = plot.getBoundingClientRect()
                const { xaxis, yaxis } = plot._fullLayout
                return [box.left + xaxis._offset + xaxis.l2p(z1), box.top + yaxis._offset + yaxis.l2p(z2)]
            }""",
            list(z),
        )
        return round(x), round(y)

    def point_at(self, x: int, y: int) -> tuple[float, float]:
        """The latent point of a pixel of the page, by the plot's axes."""
        z1, z2 = self.page.evaluate(
            """([x, y]) => {
                const plot = document.querySelector('.js-plotly-plot'), box = plot.getBoundingClientRect()
                const { xaxis, yaxis } = plot._fullLayout
                return [xaxis.p2l(x - box.left - xaxis._offset), yaxis.p2l(y - box.top - yaxis._offset)]
            }""",
            [x, y],
        )
        return z1, z2

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
        return pixels(self.page, canvas)
