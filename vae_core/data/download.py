"""The download of MNIST: its hash is checked, its time is limited, and the file appears complete or not at all.

It is tried once at each start of the app; where it fails, the next source is taken (see sources.py).

This is a separate module because importing `requests` and `pooch` takes a tenth of a second, and most starts of the app
do not download.
"""

import logging
import time
from pathlib import Path

import pooch
import requests

from vae_core.errors import DataError, SettingError, one_line
from vae_core.storage import environment

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""The file that keras.datasets.mnist downloads; URL and hash are those in Keras's source."""

_SECONDS = 60.0
_SILENCE_SECONDS = 5.0  # the longest wait for a connection, or for the next bytes
_MAX_BYTES = 64 * 1024 * 1024

pooch.get_logger().setLevel(logging.WARNING)


def download_mnist(folder: Path, url: str = MNIST_URL, sha256: str = MNIST_SHA256, seconds: float = _SECONDS) -> Path:
    """Download MNIST into `folder`, unless it is there already. Returns the file's path.

    pooch downloads to a temporary file, checks the hash and renames, so that two processes can do this
    at the same time.
    Raises DataError if the download takes longer than `seconds`, fails, has another hash, or cannot be written.
    """
    deadline = time.monotonic() + seconds

    def fetch(address: str, target: str, _: object) -> None:
        if environment.flag("VAE_OFFLINE"):
            raise DataError("$VAE_OFFLINE is set, so nothing is downloaded.")
        # Not pooch's own downloader: its time-out restarts with every byte, so a very slow download would never end.
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
        # pooch annotates its downloader with more parameters than it passes.
        return Path(pooch.retrieve(url, sha256, "mnist.npz", folder, downloader=fetch))  # pyright: ignore[reportArgumentType]
    except DataError:
        raise
    except SettingError as error:
        raise DataError(f"{error} Until that is corrected, nothing is downloaded.") from error
    except requests.RequestException as error:
        raise DataError(f"the download from {url} failed ({_reason(error)}).") from error
    except PermissionError as error:
        raise DataError(f"the cache folder {folder} cannot be written ({one_line(error)}).") from error
    except (OSError, ValueError) as error:
        raise DataError(f"the download from {url} to {folder} failed ({one_line(error)}).") from error
    except Exception as error:  # reading the raw stream raises urllib3's errors, which requests does not wrap
        raise DataError(f"the download from {url} broke off ({one_line(error)}).") from error


def _reason(error: requests.RequestException) -> str:
    """Why a request failed, without requests' long nested message: a time-out, no connection, or an HTTP status."""
    if isinstance(error, requests.Timeout):
        return f"no answer within {_SILENCE_SECONDS:g} s"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return one_line(error)
