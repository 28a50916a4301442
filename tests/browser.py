"""An installed Chromium or Chrome, driven by Playwright: its tabs, what canvases show, and where plots lie."""

import base64
import contextlib
import io
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--max-active-webgl-contexts=10",  # sixteen unless told: what leaks some is found sooner
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
    """What a canvas shows: (height, width) uint8. Waits for a real digit's picture, which comes when it is asked for;
    asserts that it is grey and opaque."""
    page.wait_for_function(
        """name => document.querySelector(`canvas[data-testid="${name}"]`)
            .getContext("2d").getImageData(0, 0, 1, 1).data[3] === 255""",
        arg=canvas,
    )
    # As a PNG: to hand over 700,000 numbers one by one takes seconds.
    address = page.get_by_test_id(canvas).evaluate("canvas => canvas.toDataURL()")
    rgba = np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGBA"))
    assert (rgba[..., 0] == rgba[..., 1]).all()
    assert (rgba[..., 0] == rgba[..., 2]).all()
    assert (rgba[..., 3] == 255).all()
    return rgba[..., 0]


def assert_stacked(page: Page, *panes: str) -> None:
    """Each of the panes, by its selector, lies below the one before it, and none reaches beyond the window's sides."""
    boxes = [page.locator(pane).bounding_box() for pane in panes]
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(set(tops))
    assert len(tops) == len(panes)
    assert page.viewport_size
    width = page.viewport_size["width"]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)


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

    def enter(self, link: str, query: str = "") -> None:
        """Visit a page by way of the lightest one. A first visit straight to its address logs errors of Streamlit's."""
        self.page.goto(f"{self.address}/about{query}")
        self.follow(link)

    def follow(self, link: str) -> None:
        """From the lightest page to another, by its link."""
        expect(self.page.get_by_role("heading", name="How it works")).to_be_visible()
        self.page.get_by_role("link", name=link).click()

    def leave_and_come_back(self, link: str) -> list[str]:
        """To the lightest page and back. Returns what the browser says of too many WebGL contexts."""
        said: list[str] = []

        def listen(message: ConsoleMessage) -> None:
            if "WebGL contexts" in message.text:
                said.append(message.text)

        self.page.on("console", listen)
        self.page.get_by_role("link", name="About").click()
        self.follow(link)
        self.ready()
        self.page.remove_listener("console", listen)
        return said

    def ready(self) -> Self:
        """Wait until what is on the page can be used."""
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until no script runs."""
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
