"""Whether something may be downloaded: not where $VAE_OFFLINE is 1."""

from vae_core.errors import DataError, SettingError
from vae_core.storage import environment


def online() -> bool:
    """Whether a download may be tried."""
    try:
        check_online()
    except DataError:
        return False
    return True


def check_online() -> None:
    """Raises DataError where $VAE_OFFLINE forbids a download, or is not understood."""
    try:
        offline = environment.flag("VAE_OFFLINE")
    except SettingError as error:
        raise DataError(f"{error} Until that is corrected, nothing is downloaded.") from error
    if offline:
        raise DataError("$VAE_OFFLINE is set, so nothing is downloaded.")
