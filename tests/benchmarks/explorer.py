"""Start, hover and click, measured on the running app in a real browser."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from tests.benchmarks.measurement import Measurement
from tests.explorer import Explorer
from tests.server import running_app
from vae_core.data.sources import load_digits_of
from vae_core.latent.points import as_points
from vae_core.runs.catalog import open_run

STARTS = 3
MOVES = 2000
CLICKS = 60


def measure(browser: Browser, folder: Path) -> Iterator[Measurement]:
    """From the start of the process to a click."""
    load_digits_of("mnist")  # warms the disk, and parses the sample where there is no MNIST
    starts = [start(browser, folder) for _ in range(STARTS)]
    empty = [start_empty(browser, folder) for _ in range(STARTS)]
    seconds, resident = (float(np.median(column)) for column in zip(*starts, strict=True))
    yield Measurement(
        f"process start to a hoverable map, fresh browser profile, median of {STARTS}",
        seconds,
        "s",
        "2.2 x the empty page",
        "an empty Streamlit page",
        float(np.median([row[0] for row in empty])),
    )
    yield Measurement(
        "the app's resident memory then (TensorFlow not loaded)",
        resident,
        "MB",
        "at most 300 MB",
        "an empty Streamlit app",
        float(np.median([row[1] for row in empty])),
    )
    with running_app(folder / "runs", folder / "log") as (address, _), browser.new_context() as context:
        explorer = Explorer(context.new_page(), address).open()
        clicks = click(explorer)
        moves = {name: hover(explorer.open(f"?run={name}")) for name in ("seed", "deep")}
    with running_app(folder / "runs", folder / "log", script=EMPTY) as (address, _), browser.new_context() as context:
        presses = press(context.new_page(), address)
    for name, most in (("seed", 4), ("deep", 8)):
        yield Measurement(
            f"pointer move to decoded pixels in the browser, `{name}`, p99 of {MOVES:,}",
            float(np.percentile(moves[name], 99)),
            "ms",
            f"{most} ms",
            "NumPy's decode of one point, p99",
            float(np.percentile(numpy_decodes(name), 99)),
        )
    yield Measurement(
        f"click to the server's answer shown, {len(load_digits_of('mnist').test_images):,} digits, p95 of {CLICKS}",
        float(np.percentile(clicks, 95)),
        "ms",
        "150 ms",
        "a button of an empty Streamlit app, p95",
        float(np.percentile(presses, 95)),
    )


EMPTY = "tests/benchmarks/empty_app.py"


def start(browser: Browser, folder: Path) -> tuple[float, float]:
    """Seconds from the process's start until the pointer decodes, and the process's resident megabytes then."""
    began = time.perf_counter()
    with running_app(folder / "runs", folder / "log") as (address, process), browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        area = page.locator(".latent-map .nsewdrag")
        area.wait_for(state="attached")
        while not page.get_by_test_id("latent-map").get_attribute("data-hover-z"):
            if box := area.bounding_box():
                page.mouse.move(box["x"] + box["width"] * random.uniform(0.4, 0.6), box["y"] + box["height"] / 2)
        seconds = time.perf_counter() - began
        assert "tensorflow" not in Path(f"/proc/{process.pid}/maps").read_text()
        return seconds, resident_megabytes(process.pid)


def start_empty(browser: Browser, folder: Path) -> tuple[float, float]:
    began = time.perf_counter()
    with (
        running_app(folder / "runs", folder / "log", script=EMPTY) as (address, process),
        browser.new_context() as context,
    ):
        page = context.new_page()
        page.goto(address)
        page.get_by_text("Pressed 0").wait_for()
        return time.perf_counter() - began, resident_megabytes(process.pid)


def resident_megabytes(pid: int) -> float:
    """Linux only, as the whole benchmark of memory is."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def hover(explorer: Explorer) -> list[float]:
    """Milliseconds that each of MOVES pointer moves takes until the canvas holds the decoded pixels.

    The moves are events of the page's own, whose handlers are synchronous: all of their work is timed, and no more.
    """
    return explorer.page.evaluate(
        """([moves, [left, top, width, height]]) => {
            const area = document.querySelector('.js-plotly-plot .nsewdrag')
            const canvas = document.querySelector('[data-testid="decoded"]').getContext('2d')
            const times = []
            for (let i = 0; i < moves; i++) {
                const clientX = left + width * (0.5 + 0.45 * Math.sin(i * 0.37))
                const clientY = top + height * (0.5 + 0.45 * Math.cos(i * 0.61))
                const began = performance.now()
                area.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY, bubbles: true }))
                times.push(performance.now() - began)
            }
            return times
        }""",
        [MOVES, explorer.axes.frame],
    )


def click(explorer: Explorer) -> list[float]:
    """Milliseconds from a click on the map until the panel below speaks of the new point."""
    return [
        explorer.page.evaluate(
            """([x, y]) => new Promise(resolve => {
                const area = document.querySelector('.js-plotly-plot .nsewdrag')
                const at = { clientX: x, clientY: y, bubbles: true, button: 0 }
                const began = performance.now()
                area.dispatchEvent(new PointerEvent('pointerdown', at))
                area.dispatchEvent(new PointerEvent('pointerup', at))
                const text = (z) => Number(z).toFixed(2).replace('-0.00', '0.00').replace('-', '\\u2212')
                const [z1, z2] = document.querySelector('.latent-map').dataset.z.split(',').map(text)
                const wanted = `Around z1 ${z1}, z2 ${z2}`
                const look = () => {
                    const found = [...document.querySelectorAll('strong')].some(node => node.textContent === wanted)
                    if (found) resolve(performance.now() - began)
                    else requestAnimationFrame(look)
                }
                look()
            })""",
            explorer.position((1.5 * np.sin(i), 1.5 * np.cos(2.1 * i))),
        )
        for i in range(CLICKS)
    ]


def press(page: Page, address: str) -> list[float]:
    """Milliseconds from a press of the empty app's button until its number shows."""
    page.goto(address)
    page.get_by_text("Pressed 0").wait_for()
    page.get_by_test_id("stButton").get_by_role("button").wait_for()
    return [
        page.evaluate(
            """wanted => new Promise(resolve => {
                const began = performance.now()
                document.querySelector('[data-testid="stButton"] button').click()
                const look = () => {
                    if (document.body.innerText.includes(wanted)) resolve(performance.now() - began)
                    else requestAnimationFrame(look)
                }
                look()
            })""",
            f"Pressed {i + 1}",
        )
        for i in range(CLICKS)
    ]


def numpy_decodes(run: str) -> list[float]:
    network = open_run(run).network()
    times = []
    for z in np.random.default_rng(0).standard_normal((MOVES, 2)):
        began = time.perf_counter()
        network.decoder.decode(as_points(z))
        times.append(1000 * (time.perf_counter() - began))
    return times
