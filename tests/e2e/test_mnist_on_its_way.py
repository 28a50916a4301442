"""A first visit without MNIST: the bundled sample is shown at once, and MNIST comes in the background, on any line."""

import hashlib
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.explorer import Explorer
from tests.server import ROOT, running_app
from tests.unit.data.file_server import sends_slowly, serving

SIZE = 11_490_434
"""Bytes of MNIST's file."""


@contextmanager
def first_visit(folder: Path, url: str, browser: Browser, sha256: str = "") -> Iterator[Explorer]:
    """A new app without MNIST, which would fetch it from this address, with this hash; nothing else is patched."""
    folder.mkdir()
    of_file = f"digits.MNIST_URL, digits.MNIST_SHA256 = {url!r}, {sha256!r}"
    (folder / "sitecustomize.py").write_text(f"from vae_core.data import digits\n{of_file}\n")
    environment: dict[str, Any] = {
        "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
        "VAE_MNIST": "",
        "VAE_OFFLINE": "0",
        "KERAS_HOME": str(folder / "keras"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "LOCALAPPDATA": str(folder / "cache"),
        "HOME": str(folder),
    }
    with (
        running_app(folder / "runs", folder / "log", **environment) as (address, _),
        browser.new_context() as context,
    ):
        yield Explorer(context.new_page(), address)


def line_of(explorer: Explorer) -> Locator:
    return explorer.page.locator(".st-key-digits-on-show")


def assert_asks_no_more(explorer: Explorer) -> None:
    """Once the download has ended, the browser asks the server for nothing by itself; it asked once a second."""
    explorer.settle()
    explorer.page.wait_for_timeout(500)  # what was asked before
    sent = explorer.messages_sent
    explorer.page.wait_for_timeout(3000)
    assert explorer.messages_sent == sent


def test_a_slow_line_keeps_nobody_waiting_and_can_be_cancelled(browser: Browser, tmp_path: Path) -> None:
    with (
        serving(sends_slowly(bytes(SIZE), rate=125_000)) as server,  # 1 Mbit/s
        first_visit(tmp_path / "app", server.url, browser) as explorer,
    ):
        line = line_of(explorer.open())
        assert explorer.axes.drawn
        expect(line).to_contain_text("5,000 digits of the bundled sample")
        expect(line).to_contain_text(re.compile(r"Fetching all of MNIST: \d+% of 11 MB"))
        expect(line).to_contain_text(re.compile(r"MNIST: [2-9]% of"))
        explorer.click((1.0, 1.0))
        explorer.page.wait_for_url(re.compile("z1="))
        line.get_by_role("button", name="Cancel").click()
        offered = line.get_by_role("button", name="Show all of MNIST")
        offered.wait_for()
        assert_asks_no_more(explorer)
        offered.click()
        body = explorer.page.get_by_test_id("stPopoverBody")
        expect(body).to_contain_text("you cancelled the download")
        expect(body).to_contain_text("curl")
        body.get_by_role("button", name="Fetch it").click()
        expect(line).to_contain_text(re.compile(r"Fetching all of MNIST: [2-9]% of 11 MB"))
        assert [bool(asked) for asked in server.ranges] == [False, True], "it goes on from where it was"
        assert explorer.same_map
        assert not explorer.errors


def test_where_there_is_no_connection_it_says_so_and_what_to_do(browser: Browser, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and nobody listens
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/mnist.npz"
        with first_visit(tmp_path / "app", url, browser) as explorer:
            line = line_of(explorer.open())
            line.get_by_role("button", name="Show all of MNIST").click()
            body = explorer.page.get_by_test_id("stPopoverBody")
            expect(body).to_contain_text("no connection")
            expect(body.get_by_role("link", name="the file")).to_have_attribute("href", url)
            expect(body).to_contain_text(str(tmp_path / "app" / "keras"))
            np.savez(tmp_path / "other.npz", x=np.zeros(3))
            body.locator("input[type=file]").set_input_files(tmp_path / "other.npz")
            expect(body).to_contain_text("lacks the array x_train")
            assert_asks_no_more(explorer)
            assert not explorer.errors


@pytest.mark.mnist
def test_once_mnist_is_there_a_button_shows_it(browser: Browser, tmp_path: Path) -> None:
    content = Path(os.environ["VAE_MNIST"]).read_bytes()
    with (
        serving(sends_slowly(content, rate=5e6)) as server,
        first_visit(tmp_path / "app", server.url, browser, hashlib.sha256(content).hexdigest()) as explorer,
    ):
        line = line_of(explorer.open())
        shown = line.get_by_role("button", name="MNIST is here")
        shown.wait_for()
        assert_asks_no_more(explorer)
        expect(line).to_contain_text("5,000 digits of the bundled sample")  # nothing changes by itself
        assert explorer.same_map
        shown.click()
        expect(line).to_contain_text("MNIST test set, 10,000 digits")
        expect(line).not_to_contain_text("MNIST is here")
        assert not explorer.errors


@pytest.mark.mnist
def test_a_file_that_is_dropped_is_shown(browser: Browser, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/mnist.npz"
        with first_visit(tmp_path / "app", url, browser) as explorer:
            line = line_of(explorer.open())
            line.get_by_role("button", name="Show all of MNIST").click()
            body = explorer.page.get_by_test_id("stPopoverBody")
            body.locator("input[type=file]").set_input_files(os.environ["VAE_MNIST"])
            expect(line).to_contain_text("MNIST test set, 10,000 digits")
            assert not explorer.errors
