"""MNIST's download: with a hash, a deadline, and nothing half-written.

A module of its own, because `requests` and `pooch` cost a tenth of a second to import, and few starts need them.
"""

import logging
import os
import time
from pathlib import Path

import pooch
import requests

from vae_core.errors import DataError, one_line

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""The file that keras.datasets.mnist uses; both values stand in Keras's own source."""

_SECONDS = 60.0
_SILENCE_SECONDS = 5.0
_MAX_BYTES = 64 * 1024 * 1024

pooch.get_logger().setLevel(logging.WARNING)


def download_mnist(folder: Path, url: str = MNIST_URL, sha256: str = MNIST_SHA256, seconds: float = _SECONDS) -> Path:
    """Fetch MNIST into `folder`, or find it there. Returns the file's path.

    pooch downloads aside, checks the hash and renames, so that two processes may do this at once.
    Raises DataError if the whole takes longer than `seconds`, is refused, has another hash, or cannot be written.
    """
    deadline = time.monotonic() + seconds

    def fetch(address: str, target: str, _: object) -> None:
        if os.environ.get("VAE_OFFLINE") == "1":
            raise DataError("$VAE_OFFLINE is 1, so nothing is downloaded.")
        # Not pooch's own downloader: its time-out starts anew with every byte, so that a slow trickle never ends.
        with requests.get(address, stream=True, timeout=min(_SILENCE_SECONDS, seconds)) as response:
            response.raise_for_status()
            received = 0
            with Path(target).open("wb") as file:
                while chunk := response.raw.read1(65_536):
                    received += file.write(chunk)
                    if time.monotonic() > deadline:
                        raise TimeoutError(f"not finished after {seconds:g} s, {received:,} bytes received")
                    if received > _MAX_BYTES:
                        raise OSError(f"more than {_MAX_BYTES:,} bytes received")

    try:
        # pooch's type for a downloader asks for more than pooch ever passes.
        return Path(pooch.retrieve(url, sha256, "mnist.npz", folder, downloader=fetch))  # pyright: ignore[reportArgumentType]
    except DataError:
        raise
    except requests.RequestException as error:
        raise DataError(f"the download from {url} failed ({_reason(error)}).") from error
    except PermissionError as error:
        raise DataError(f"the cache folder {folder} cannot be written ({one_line(error)}).") from error
    except (OSError, ValueError) as error:
        raise DataError(f"the download from {url} to {folder} failed ({one_line(error)}).") from error
    except Exception as error:  # urllib3's own errors reach us unwrapped, for they are raised by the raw stream
        raise DataError(f"the download from {url} broke off ({one_line(error)}).") from error


def _reason(error: requests.RequestException) -> str:
    """requests nests its causes; the person needs the kind: no connection, a time-out, a status."""
    if isinstance(error, requests.Timeout):
        return f"no answer within {_SILENCE_SECONDS:g} s"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return one_line(error)
