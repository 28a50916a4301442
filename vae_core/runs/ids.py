"""Run ids: the name of a run's directory. An id is checked before any path is built from it."""

import re

_ID = re.compile(r"[a-z0-9-]{1,64}")
RULE = "expected 1 to 64 of a-z, 0-9 and '-'"


def is_id(text: str) -> bool:
    """Whether a run may have this id."""
    return _ID.fullmatch(text) is not None
