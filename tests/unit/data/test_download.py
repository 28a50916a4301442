"""MNIST's download, against a server on this machine that behaves and misbehaves."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests

from tests.unit.data.file_server import (
    GOOD,
    GOOD_SHA256,
    Answer,
    Server,
    begin_the_rest,
    hangs,
    hangs_up,
    never_ends,
    not_found,
    sends,
    sends_once_asked_by,
    sends_the_rest,
    serving,
    stalls,
    trickles,
)
from tests.unit.inspection import listing
from tests.unit.storage.full_disk import refuse
from vae_core.data import download
from vae_core.data.download import download_mnist
from vae_core.errors import ComputationFailed, DataError


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv("VAE_OFFLINE")
    with serving(not_found) as server:
        yield server


def test_a_download_is_kept_and_found_again(tmp_path: Path, server: Server):
    server.answer = sends(GOOD)
    for _ in range(2):
        path = download_mnist(tmp_path / "cache", server.url, GOOD_SHA256)
        assert path == tmp_path / "cache" / "mnist.npz"
        assert path.read_bytes() == GOOD
    assert server.requests == ["/mnist.npz"]
    assert listing(tmp_path / "cache") == ["mnist.npz"]


def test_a_damaged_file_in_the_cache_is_fetched_anew(tmp_path: Path, server: Server):
    (tmp_path / "mnist.npz").write_bytes(GOOD[:100])
    server.answer = sends(GOOD)
    assert download_mnist(tmp_path, server.url, GOOD_SHA256).read_bytes() == GOOD
    assert listing(tmp_path) == ["mnist.npz"]


FAILURES: dict[str, tuple[Answer, str]] = {
    "another file": (sends(GOOD + b"x"), "hash"),
    "an empty file": (sends(b""), "hash"),
    "404": (not_found, "404"),
    "hangs without answering": (hangs, "no answer within"),
    "never ends": (never_ends, "more than 1,000,000 bytes received"),
}
BREAKS: dict[str, tuple[Answer, str]] = {
    "trickles a byte at a time": (trickles, "not finished after 0.3 s"),
    "stalls midway": (stalls, "timed out"),
    "hangs up midway": (hangs_up, "100 bytes received"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failed_download_says_why_and_leaves_nothing(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, case: str
):
    server.answer, words = FAILURES[case]
    monkeypatch.setattr(download, "_MAX_BYTES", 1_000_000)
    seconds = 10.0 if case == "never ends" else 0.3
    with pytest.raises(DataError) as caught:
        download_mnist(tmp_path, server.url, GOOD_SHA256, seconds)
    assert server.url in str(caught.value)
    assert words in str(caught.value)
    assert listing(tmp_path) == []


@pytest.mark.parametrize("case", BREAKS)
def test_a_download_that_breaks_off_goes_on_from_there_at_the_next_start(tmp_path: Path, server: Server, case: str):
    server.answer, words = BREAKS[case]
    with pytest.raises(DataError, match="broke off") as caught:
        download_mnist(tmp_path, server.url, GOOD_SHA256, 0.3)
    assert server.url in str(caught.value)
    assert words in str(caught.value)
    assert listing(tmp_path) == ["mnist.npz.part"]
    received = (tmp_path / "mnist.npz.part").read_bytes()
    if case == "trickles a byte at a time":
        received = GOOD[: len(received)]  # it sent the right number of bytes
        (tmp_path / "mnist.npz.part").write_bytes(received)
    assert GOOD.startswith(received)
    assert received
    server.answer = sends_the_rest
    assert download_mnist(tmp_path, server.url, GOOD_SHA256).read_bytes() == GOOD
    assert server.ranges == [None, f"bytes={len(received)}-"]
    assert listing(tmp_path) == ["mnist.npz"]


def test_it_tells_how_far_it_is_and_goes_on_from_where_it_was_cancelled(tmp_path: Path, server: Server):
    server.answer, shares = sends(GOOD), []

    def cancel(share: float) -> None:
        shares.append(share)
        raise ComputationFailed("You cancelled it.")

    with pytest.raises(ComputationFailed, match="You cancelled it"):
        download_mnist(tmp_path, server.url, GOOD_SHA256, on_progress=cancel)
    assert listing(tmp_path) == ["mnist.npz.part"]
    server.answer = sends_the_rest
    download_mnist(tmp_path, server.url, GOOD_SHA256, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] == 1
    assert (tmp_path / "mnist.npz").read_bytes() == GOOD


def test_a_slow_line_succeeds_in_the_end(tmp_path: Path, server: Server):
    def slow(handler: BaseHTTPRequestHandler) -> None:
        start = begin_the_rest(handler)
        for first in range(start, len(GOOD), 1000):
            handler.wfile.write(GOOD[first : first + 1000])
            if handler.server.over.wait(0.05):  # pyright: ignore[reportAttributeAccessIssue]
                return

    server.answer = slow
    for start in range(1, 21):  # noqa: B007
        with contextlib.suppress(DataError):
            assert download_mnist(tmp_path, server.url, GOOD_SHA256, 0.15).read_bytes() == GOOD
            break
    assert 2 <= start < 20
    assert listing(tmp_path) == ["mnist.npz"]


@pytest.mark.parametrize("answer", ["ignores ranges", "has no such range"])
def test_where_it_cannot_go_on_it_begins_anew(tmp_path: Path, server: Server, answer: str):
    def no_such_range(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers["Range"]:
            handler.send_error(416)
        else:
            sends(GOOD)(handler)

    (tmp_path / "mnist.npz.part").write_bytes(GOOD[:5000])
    server.answer = sends(GOOD) if answer == "ignores ranges" else no_such_range
    assert download_mnist(tmp_path, server.url, GOOD_SHA256).read_bytes() == GOOD
    assert listing(tmp_path) == ["mnist.npz"]


def test_a_part_of_another_file_is_found_out_and_not_kept(tmp_path: Path, server: Server):
    (tmp_path / "mnist.npz.part").write_bytes(b"x" * 5000)
    server.answer = sends_the_rest
    with pytest.raises(DataError, match="hash"):
        download_mnist(tmp_path, server.url, GOOD_SHA256)
    assert listing(tmp_path) == []
    assert download_mnist(tmp_path, server.url, GOOD_SHA256).read_bytes() == GOOD


def test_a_proxy_that_wants_a_password_is_told(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", server.url.removesuffix("/mnist.npz"))
    server.status = 407
    with pytest.raises(DataError, match=r"wants a password.*HTTPS_PROXY"):
        download_mnist(tmp_path, "https://example.invalid/mnist.npz", GOOD_SHA256)
    server.status = 403
    with pytest.raises(DataError, match="proxy refuses the connection"):
        download_mnist(tmp_path, "https://example.invalid/mnist.npz", GOOD_SHA256)


def test_a_certificate_that_is_refused_is_told(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(DataError, match="no secure connection"):
        download_mnist(tmp_path, server.url.replace("http:", "https:"), GOOD_SHA256, 2.0)

    def refused(*_: object, **__: object) -> None:
        raise requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate in chain")

    monkeypatch.setattr(requests, "get", refused)
    with pytest.raises(DataError, match=r"certificate was refused.*REQUESTS_CA_BUNDLE"):
        download_mnist(tmp_path, server.url, GOOD_SHA256)


def test_a_refused_connection_says_so_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("VAE_OFFLINE")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        with pytest.raises(DataError, match="no connection"):
            download_mnist(tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}/mnist.npz", GOOD_SHA256)
    assert listing(tmp_path) == []


@pytest.mark.parametrize("below", ["", "cache"], ids=["a file in its place", "a file in place of its parent"])
def test_a_cache_folder_that_cannot_be_written_is_named(tmp_path: Path, server: Server, below: str):
    server.answer = sends(GOOD)
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / below
    with pytest.raises(DataError) as caught:
        download_mnist(folder, server.url, GOOD_SHA256)
    assert str(folder) in str(caught.value)
    assert listing(tmp_path) == ["file"]


def test_a_cache_folder_without_permission_is_named(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pooch.utils.tempfile.NamedTemporaryFile", refuse)
    with pytest.raises(DataError, match=f"the cache folder {tmp_path} cannot be written"):
        download_mnist(tmp_path, server.url, GOOD_SHA256)


def test_downloads_at_once_do_not_disturb_each_other(tmp_path: Path, server: Server):
    server.answer = sends_once_asked_by(4)
    with ThreadPoolExecutor(4) as pool:
        paths = set(pool.map(lambda _: download_mnist(tmp_path, server.url, GOOD_SHA256), range(4)))
    assert len(server.requests) == 4
    assert [path.read_bytes() for path in paths] == [GOOD]
    assert listing(tmp_path) == ["mnist.npz"]


def test_processes_downloading_at_once_do_not_disturb_each_other(tmp_path: Path, server: Server):
    server.answer = sends_once_asked_by(2)
    code = "import sys; from pathlib import Path; from vae_core.data.download import download_mnist\n"
    code += "print(download_mnist(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))"
    command = [sys.executable, "-c", code, str(tmp_path), server.url, GOOD_SHA256]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    workers = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert {worker.communicate(timeout=30)[0].strip() for worker in workers} == {str(tmp_path / "mnist.npz")}
    assert (tmp_path / "mnist.npz").read_bytes() == GOOD
    assert listing(tmp_path) == ["mnist.npz"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1", "VAE_OFFLINE is set, so nothing is downloaded"),
        ("true", "VAE_OFFLINE is set, so nothing is downloaded"),
        ("maybe", "VAE_OFFLINE: expected 1 or 0, found 'maybe'"),
    ],
)
def test_offline_downloads_nothing_but_uses_what_is_there(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, text: str, message: str
):
    monkeypatch.setenv("VAE_OFFLINE", text)
    with pytest.raises(DataError, match=message):
        download_mnist(tmp_path, server.url, GOOD_SHA256)
    assert server.requests == []
    assert listing(tmp_path) == []
    (tmp_path / "mnist.npz").write_bytes(GOOD)
    assert download_mnist(tmp_path, server.url, GOOD_SHA256) == tmp_path / "mnist.npz"
