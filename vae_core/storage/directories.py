"""The folders of the app: the user's runs, the cache, and the runs that are part of the repository.

Other modules read `directories.SHIPPED` and call `directories.cache_directory()` instead of importing the names, so
that a test can replace them here.
"""

import functools
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from vae_core.storage import environment

_log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parents[1] / "pretrained"
"""The runs that are part of the repository."""

JUDGE = SHIPPED / "judge.safetensors"
"""The classifier that scores what models draw: see `networks/judge`."""

RECORDING = SHIPPED / "two-steps.safetensors.gz"
"""The first steps of a GAN's training, one by one: see `runs/recording`."""

_APP = "vae-latent-explorer"


def runs_directory() -> Path:
    """The user's runs: $VAE_RUNS, else a folder in the user's data directory. It may not exist yet."""
    if named := environment.text("VAE_RUNS"):
        return expand_user(named)
    return _of_user(platformdirs.user_data_path) / "runs"


def cache_directory() -> Path:
    """Downloads and the parsed sample: this app's folder in the user's cache directory. It may not exist yet."""
    return _of_user(platformdirs.user_cache_path)


def _of_user(find: Callable[..., Path]) -> Path:
    """The app's folder in one of the user's; for a user without a home directory, one in the system's temporary folder.

    find: one of platformdirs' functions.
    """
    try:
        return find(_APP, appauthor=False)
    except RuntimeError:
        folder = Path(tempfile.gettempdir()) / f"{_APP}-{os.getuid()}"
        _warn_of(folder)
        return folder


@functools.cache
def _warn_of(folder: Path) -> None:
    """Said once in a process."""
    _log.warning("There is no home directory: files are kept in %s, which the system may empty. Set HOME.", folder)


def expand_user(name: str) -> Path:
    """The path with a leading ~ replaced by the home directory, or unchanged if there is none.

    `Path.expanduser` would raise an error then.
    """
    return Path(os.path.expanduser(name))  # noqa: PTH111
