"""Directories: where the user's runs and caches are kept, and the runs that travel with the repository.

SHIPPED and `cache_directory` are read through this module everywhere, so that a test can move them in one place.
"""

import os
from pathlib import Path

import platformdirs

SHIPPED = Path(__file__).parents[1] / "pretrained"
"""The runs that travel with the repository."""

_APP = "vae-latent-explorer"


def runs_directory() -> Path:
    """Where the user's own runs are: $VAE_RUNS, else a folder in the user's data directory. It may not exist yet."""
    if named := os.environ.get("VAE_RUNS"):
        return expand_user(named)
    return platformdirs.user_data_path(_APP, appauthor=False) / "runs"


def cache_directory() -> Path:
    """Where downloads and parsed samples are kept: the user's cache folder for this app."""
    return platformdirs.user_cache_path(_APP, appauthor=False)


def expand_user(name: str) -> Path:
    """The path with its leading ~ replaced; left as it is where there is no such home, which `Path` would not allow."""
    return Path(os.path.expanduser(name))  # noqa: PTH111
