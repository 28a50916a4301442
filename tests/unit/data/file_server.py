"""A server on this machine that sends a file as it should, slowly, in part, or not at all."""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]

GOOD = bytes(range(256)) * 40
_PIECE = 16_384  # bytes that a slow server sends at once
GOOD_SHA256 = hashlib.sha256(GOOD).hexdigest()


class Server(ThreadingHTTPServer):
    """Answers each GET with `answer`; `over` is set when the test has ended."""

    answer: Answer
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[str] = []
        self.ranges: list[str | None] = []
        self.status = 407
        """The answer to whoever takes it for a proxy."""
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/mnist.npz"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.server.ranges.append(self.headers["Range"])
        with contextlib.suppress(ConnectionError):
            self.server.answer(self)

    def do_CONNECT(self) -> None:
        self.send_error(self.server.status)

    def log_message(self, format: str, *args: object) -> None:
        pass


def sends(content: bytes, claimed: int | None = None) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(claimed or len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def begin_the_rest(handler: BaseHTTPRequestHandler, size: int = len(GOOD)) -> int:
    """Answers a range, which begins at the byte that is returned, or else promises all of the file, of this size."""
    asked = handler.headers["Range"]
    start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
    handler.send_response(206 if asked else 200)
    handler.send_header("Content-Length", str(size - start))
    handler.end_headers()
    return start


def sends_the_rest(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(GOOD[begin_the_rest(handler) :])


def sends_slowly(content: bytes, rate: float) -> Answer:
    """The rest, at so many bytes a second."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        assert isinstance(handler.server, Server)
        for first in range(begin_the_rest(handler, len(content)), len(content), _PIECE):
            if handler.server.over.wait(_PIECE / rate):
                return
            handler.wfile.write(content[first : first + _PIECE])

    return answer


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    """A server that answers so, until the test has ended."""
    with Server() as server:
        server.answer = answer
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


def sends_once_asked_by(count: int) -> Answer:
    """Answers nobody before so many have asked."""
    all_asked = threading.Barrier(count, timeout=30)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        all_asked.wait()
        sends(GOOD)(handler)

    return answer


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
