"""A GAN's steps one by one: the size of their recording, when its first one is drawn, how long a live one takes."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

from tests.benchmarks.measurement import Measurement
from tests.server import running_app
from vae_core.jobs.stepping import Stepping
from vae_core.runs.recording import NETWORKS, read_recording
from vae_core.storage import directories

VISITS = 3
STEPS = 40
ABOUT = '[data-testid="course"][data-ready="true"]'
READY = '[data-testid="gan-steps"][data-ready="true"]'


def measure(browser: Browser, folder: Path) -> Iterator[Measurement]:
    yield Measurement(
        f"the recording of {len(read_recording().steps)} single steps of a GAN, in the repository",
        directories.RECORDING.stat().st_size / 1e6,
        "MB",
        "1.5 MB",
        "the weights of `seed` there",
        (directories.SHIPPED / "seed" / "network.safetensors").stat().st_size / 1e6,
    )
    with running_app(folder / "runs", folder / "log") as (address, _):
        visit(browser, address)  # makes the files that the browser fetches
        visits = [visit(browser, address) for _ in range(VISITS)]
    shown, back = (float(np.median(column)) for column in zip(*visits, strict=True))
    yield Measurement(
        f"link to a GAN's first step drawn, fresh browser profile, median of {VISITS}",
        shown,
        "s",
        "",
        "link back to the page About, which the browser has seen",
        back,
    )
    times = live()
    yield Measurement(
        f"a live step, p95 of {STEPS}",
        float(np.percentile(times, 95)),
        "ms",
        "200 ms",
        "median",
        float(np.median(times)),
    )


def visit(browser: Browser, address: str) -> tuple[float, float]:
    """Seconds from a click on the page's link until the first step is drawn, and from one on the page About's."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/about")
        page.wait_for_selector(ABOUT)
        times = []
        for link, there in (("GAN", READY), ("About", ABOUT)):
            began = time.perf_counter()
            page.get_by_role("link", name=link, exact=True).click()
            page.wait_for_selector(there)
            times.append(time.perf_counter() - began)
        return times[0], times[1]


def live() -> list[float]:
    """Milliseconds that each of STEPS steps takes, from the request to the answer, both networks in turn."""
    training = Stepping()
    try:
        while not training.wait(1.0):
            pass
        times = []
        for i in range(STEPS):
            began = time.perf_counter()
            training.take(NETWORKS[i % 2])
            times.append(1000 * (time.perf_counter() - began))
        return times
    finally:
        training.end()
