"""An installed Chromium or Chrome, driven by Playwright, and what a visitor does with the latent map."""

import base64
import contextlib
import io
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

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


class PlotAxes:
    """One of a page's Plotly plots: where its axes lie, and what it shows.

    Plotly has no public way to ask for either, so its internals are read here, and nowhere else in the tests. Pixels
    are the window's, as a mouse takes them.
    """

    _SHOWN = "plot._fullData.map(trace => trace.visible === true)"
    _RANGES = "[...xaxis.range, ...yaxis.range]"
    _TEXT_COLOUR = "font.color"

    def __init__(self, page: Page, selector: str = ".js-plotly-plot", index: int = 0):
        """index: which of the plots that the selector finds, as a list counts."""
        self.page, self.selector, self.index = page, selector, index

    @property
    def drawn(self) -> bool:
        """Whether there is such a plot."""
        return self._ask("true") is True

    @property
    def shown(self) -> list[bool]:
        """Of each trace, whether it is drawn, and not only named in the legend."""
        return self._ask(self._SHOWN)

    @property
    def ranges(self) -> list[float]:
        """What the axes span: the lowest and the highest x, the lowest and the highest y."""
        return self._ask(self._RANGES)

    @property
    def text_colour(self) -> str:
        return self._ask(self._TEXT_COLOUR)

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """The rectangle between the axes: its left, top, width and height."""
        left, top, width, height = self._ask("[left, top, xaxis._length, yaxis._length]")
        return left, top, width, height

    def to_pixel(self, point: Iterable[float]) -> tuple[float, float]:
        """Where a point of the plot lies."""
        x, y = self._ask("[left + xaxis.l2p(asked[0]), top + yaxis.l2p(asked[1])]", [float(value) for value in point])
        return x, y

    def to_point(self, x: float, y: float) -> tuple[float, float]:
        """The point of the plot that lies at a pixel."""
        horizontal, vertical = self._ask("[xaxis.p2l(asked[0] - left), yaxis.p2l(asked[1] - top)]", [x, y])
        return horizontal, vertical

    def wait_until_shown(self, shown: Sequence[bool]) -> None:
        """Wait until just these traces are drawn."""
        self._wait(f"JSON.stringify({self._SHOWN}) === JSON.stringify(asked)", list(shown))

    def wait_until_ranges_differ(self, ranges: Sequence[float]) -> None:
        self._wait(f"JSON.stringify({self._RANGES}) !== JSON.stringify(asked)", list(ranges))

    def wait_until_text_is(self, colour: str) -> None:
        self._wait(f"{self._TEXT_COLOUR} === asked", colour)

    def wait_until_drawn(self) -> None:
        self._wait("true", None)

    def _ask(self, answer: str, asked: Any = None) -> Any:
        return self.page.evaluate(self._script(answer), asked)

    def _wait(self, condition: str, asked: Any) -> None:
        self.page.wait_for_function(self._script(condition), arg=asked)

    def _script(self, answer: str) -> str:
        """answer: an expression in JavaScript. Where there is no such plot, it is null instead."""
        return f"""asked => {{
            const plot = [...document.querySelectorAll({json.dumps(self.selector)})].at({self.index})
            if (!plot?._fullLayout) return null
            const {{ xaxis, yaxis, font }} = plot._fullLayout
            const box = plot.getBoundingClientRect()
            const [left, top] = [box.left + xaxis._offset, box.top + yaxis._offset]
            return {answer}
        }}"""


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

    def __init__(self, page: Page, address: str):
        super().__init__(page, address)
        self.axes = PlotAxes(page, ".latent-map .js-plotly-plot")

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
        return pixels(self.page, canvas)
