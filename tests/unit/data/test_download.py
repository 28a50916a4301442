"""MNIST's download, against a server on this machine that behaves and misbehaves."""

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.unit.inspection import listing
from tests.unit.storage.full_disk import refuse
from vae_core.data import download
from vae_core.data.download import download_mnist
from vae_core.errors import DataError


class Server(ThreadingHTTPServer):
    """Answers each GET with `answer`; `over` is set when the test has ended."""

    answer: Callable[[BaseHTTPRequestHandler], None]
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[str] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/mnist.npz"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        with contextlib.suppress(ConnectionError):
            self.server.answer(self)

    def log_message(self, format: str, *args: object) -> None:
        pass


def sends(content: bytes, claimed: int | None = None) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(claimed or len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv("VAE_OFFLINE")
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


GOOD = bytes(range(256)) * 40
GOOD_SHA256 = hashlib.sha256(GOOD).hexdigest()


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


def not_found(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(404)


def hangs(handler: BaseHTTPRequestHandler) -> None:
    assert isinstance(handler.server, Server)
    handler.server.over.wait(10)


def trickles(handler: BaseHTTPRequestHandler) -> None:
    assert isinstance(handler.server, Server)
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.over.wait(0.02):
        handler.wfile.write(b"x")


def stalls(handler: BaseHTTPRequestHandler) -> None:
    sends(GOOD[:100], claimed=len(GOOD))(handler)
    hangs(handler)


def never_ends(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(bytes(65_536))


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    sends(GOOD[:100], claimed=len(GOOD))(handler)


FAILURES: dict[str, tuple[Callable[[BaseHTTPRequestHandler], None], str]] = {
    "another file": (sends(GOOD + b"x"), "hash"),
    "an empty file": (sends(b""), "hash"),
    "404": (not_found, "404"),
    "hangs without answering": (hangs, "no answer within"),
    "trickles a byte at a time": (trickles, "not finished after 0.3 s"),
    "stalls midway": (stalls, "timed out"),
    "never ends": (never_ends, "more than 1,000,000 bytes received"),
    "hangs up midway": (hangs_up, "broke off"),
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


def sends_once_asked_by(count: int) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answers nobody before so many have asked."""
    all_asked = threading.Barrier(count, timeout=30)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        all_asked.wait()
        sends(GOOD)(handler)

    return answer


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
