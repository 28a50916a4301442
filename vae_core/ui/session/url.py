"""The page's URL: what a link asks for, followed once, and what the URL says from then on."""

import math
import time
from collections.abc import Mapping

import streamlit as st

LINK, OUTDATED, FOLLOWED = "link", "outdated links", "link was followed"


_OUTDATED_SECONDS = 1.0
"""A browser that sends a link which we replaced less than so long ago has not heard of the newer one yet. Later it
means it: the visitor went back in the browser's history, which undoes a move."""


def parse_digit(text: str, digits: int) -> tuple[int | None, tuple[str, ...]]:
    """The test digit, of so many, that a link names; or None, and the notice that it deserves. Never raises."""
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < digits:
        return int(text), ()
    expected = f"expected a number from 0 to {digits - 1}; found {text[:40]!r}"
    return None, (f"The link's digit is not used: {expected}.",)


def asked_anew(*keys: str) -> dict[str, str]:
    """What the URL says under these keys, if it is news; else nothing."""
    state = st.session_state
    asked = {key: st.query_params[key] for key in keys if key in st.query_params}
    replaced = state[OUTDATED].get(_text(asked), -math.inf)
    if not asked or asked == state[LINK] or time.monotonic() - replaced < _OUTDATED_SECONDS:
        return {}  # another page was visited, or it was followed already, or it is old
    state[LINK], state[FOLLOWED] = asked, True
    return asked


def write(link: dict[str, str]) -> None:
    """Let the URL say this and no more."""
    state, now = st.session_state, time.monotonic()
    recent = {text: at for text, at in state[OUTDATED].items() if now - at < _OUTDATED_SECONDS}
    # An answer that was still under way when the visitor went back puts its own link over the one that was asked for.
    overwritten = state.pop(FOLLOWED, False) and recent
    if link != state[LINK]:
        recent |= {_text(state[LINK] or {}): now}
    state[LINK], state[OUTDATED] = link, recent
    if overwritten or dict(st.query_params) != link:
        st.query_params.from_dict(link)


def _text(link: Mapping[str, str]) -> str:
    return "&".join(f"{key}={value}" for key, value in sorted(link.items()))
