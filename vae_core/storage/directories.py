"""The folders of the app: the user's runs, the cache, and the runs that are part of the repository.

Other modules read `directories.SHIPPED` and call `directories.cache_directory()` instead of importing the names, so
that a test can replace them here.
"""

import os
from pathlib import Path

import platformdirs

from vae_core.storage import environment

SHIPPED = Path(__file__).parents[1] / "pretrained"
"""The runs that are part of the repository."""

_APP = "vae-latent-explorer"


def runs_directory() -> Path:
    """The user's runs: $VAE_RUNS, else a folder in the user's data directory. It may not exist yet."""
    if named := environment.text("VAE_RUNS"):
        return expand_user(named)
    return platformdirs.user_data_path(_APP, appauthor=False) / "runs"


def cache_directory() -> Path:
    """Downloads and the parsed sample: this app's folder in the user's cache directory. It may not exist yet."""
    return platformdirs.user_cache_path(_APP, appauthor=False)


def expand_user(name: str) -> Path:
    """The path with a leading ~ replaced by the home directory, or unchanged if there is none.

    `Path.expanduser` would raise an error then.
    """
    return Path(os.path.expanduser(name))  # noqa: PTH111
