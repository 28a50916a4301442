"""Environment variables, each read with its type and in its usual spellings.

Blanks around a value do not count, nor does one pair of quotes: some shells keep them. An empty variable is not set.
"""

import os

from vae_core.errors import SettingError

_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")


def text(name: str) -> str | None:
    """The value of a variable; None if it is not set."""
    value = os.environ.get(name, "").strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1].strip()
    return value or None


def flag(name: str) -> bool:
    """Whether a variable is 1, true, yes or on, in any case; False if it is not set. Raises SettingError."""
    value = (text(name) or "0").lower()
    if value not in _YES + _NO:
        raise SettingError(f"${name}: expected 1 or 0, found {value!r}.")
    return value in _YES


def whole_number(name: str, default: int) -> int:
    """The whole number, 0 or more, that a variable is; `default` if it is not set. Raises SettingError."""
    value = text(name) or str(default)
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise SettingError(f"${name}: expected a whole number, found {value[:40]!r}.")
    return int(value)
