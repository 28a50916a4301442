"""The download of MNIST: its hash is checked, it can be cancelled, and the file appears complete or not at all.

What was received before it broke off or was cancelled is kept, and the next attempt goes on from there: so a slow line
succeeds in the end.

This is a separate module because importing `requests` and `pooch` takes a tenth of a second, and most starts of the app
do not download.
"""

import contextlib
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pooch
import requests
import urllib3

from vae_core.data.digits import MNIST_SHA256, MNIST_URL
from vae_core.data.offline import check_online
from vae_core.errors import DataError, VaeError, one_line

OnProgress = Callable[[float], None]
"""Called with the share that is received, from 0 to 1."""

_USUAL_BYTES = 11_490_434  # where a server does not say how many come
_PART = "mnist.npz.part"  # what an earlier attempt received
_SECONDS = 60.0
_SILENCE_SECONDS = 5.0  # the longest wait for a connection, or for the next bytes
_MAX_BYTES = 64 * 1024 * 1024

pooch.get_logger().setLevel(logging.WARNING)


def download_mnist(
    folder: Path,
    url: str = MNIST_URL,
    sha256: str = MNIST_SHA256,
    seconds: float = _SECONDS,
    on_progress: OnProgress = lambda share: None,
) -> Path:
    """Download MNIST into `folder`, unless it is there already. Returns the file's path.

    pooch downloads to a temporary file, checks the hash and renames, so that two processes can do this
    at the same time. If on_progress raises an exception, the download ends with it.
    Raises DataError if the download takes longer than `seconds`, fails, has another hash, or cannot be written.
    """
    deadline = time.monotonic() + seconds

    def fetch(address: str, target: str, _: object) -> None:
        check_online()
        part = folder / _PART
        with contextlib.suppress(OSError):  # if two processes try, one of them has it
            part.replace(target)
        try:
            _receive(address, Path(target), deadline, seconds, on_progress)
        except (_Broken, VaeError):  # a VaeError cancels it
            if Path(target).stat().st_size:
                Path(target).replace(part)
            raise

    try:
        # pooch annotates its downloader with more parameters than it passes.
        return Path(pooch.retrieve(url, sha256, "mnist.npz", folder, downloader=fetch))  # pyright: ignore[reportArgumentType]
    except _Broken as error:
        raise DataError(f"the download from {url} broke off ({error}). The next attempt goes on from there.") from error
    except requests.RequestException as error:
        raise DataError(f"the download from {url} failed ({_reason(error)}).") from error
    except PermissionError as error:
        raise DataError(f"the cache folder {folder} cannot be written ({one_line(error)}).") from error
    except (OSError, ValueError) as error:
        raise DataError(f"the download from {url} to {folder} failed ({one_line(error)}).") from error


class _Broken(Exception):
    """A download that ended before its end, of which a part was received."""


def _receive(url: str, target: Path, deadline: float, seconds: float, on_progress: OnProgress) -> None:
    """Download to `target`, from the end of what is there already. Raises _Broken, and whatever requests raises."""
    # Not pooch's own downloader: its time-out restarts with every byte, so a very slow download would never end.
    before = target.stat().st_size
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={before}-"} if before else {})
    with requests.get(url, stream=True, timeout=min(_SILENCE_SECONDS, seconds), headers=headers) as response:
        if before and response.status_code == requests.codes.requested_range_not_satisfiable:
            target.write_bytes(b"")
            _receive(url, target, deadline, seconds, on_progress)
            return
        response.raise_for_status()
        goes_on = response.status_code == requests.codes.partial_content
        received = before if goes_on else 0
        length = response.headers.get("Content-Length", "")
        total = received + int(length) if length.isdecimal() else _USUAL_BYTES
        with target.open("ab" if goes_on else "wb") as file:
            try:
                while chunk := response.raw.read1(65_536):
                    received += file.write(chunk)
                    on_progress(min(1.0, received / max(1, total)))
                    if time.monotonic() > deadline:
                        raise _Broken(f"not finished after {seconds:g} s, {received:,} bytes received")
                    if received > _MAX_BYTES:
                        raise OSError(f"more than {_MAX_BYTES:,} bytes received")
            except urllib3.exceptions.HTTPError as error:
                raise _Broken(f"{one_line(error)}; {received:,} bytes received") from error


def _reason(error: requests.RequestException) -> str:
    """Why a request failed, and what to do, without requests' long nested message."""
    if isinstance(error, requests.Timeout):
        return f"no answer within {_SILENCE_SECONDS:g} s"
    if isinstance(error, requests.exceptions.SSLError):
        if "CERTIFICATE" not in str(error):
            return "no secure connection"
        return "the server's certificate was refused; if your network has its own, let $REQUESTS_CA_BUNDLE name it"
    if isinstance(error, requests.exceptions.ProxyError):
        return (
            "the proxy wants a password: set $HTTPS_PROXY to http://user:password@host:port"
            if "407" in str(error)
            else "the proxy refuses the connection; $HTTPS_PROXY says which one is used"
        )
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return one_line(error)
