"""The page's URL: what a link asks for, followed once, and what the URL says from then on."""

import math
import time
from collections.abc import Mapping

import streamlit as st

from vae_core.errors import RunError, RunNotFound
from vae_core.runs.catalog import open_run
from vae_core.ui.session.state import State, Value

_OUTDATED_SECONDS = 1.0
"""A browser that sends a link which was replaced less than so long ago has not heard of the newer one yet. Later it
means it: the visitor went back in the browser's history, which undoes a move."""


class UrlState(State):
    """What is known of the URL."""

    link: Value[dict[str, str] | None] = Value("link", lambda: None)
    """The parameters that were followed or written last."""
    replaced: Value[dict[str, float]] = Value("replaced links", dict)
    """When links were replaced by newer ones, on this process's clock, by their text."""
    followed: Value[bool] = Value("link was followed", lambda: False)
    """Whether a link was followed since the URL was written last."""


def news(*keys: str) -> dict[str, str]:
    """What the URL says under these keys, if it is news: no link that was followed or replaced already.

    In a link that was copied from a page's source, "&" is "&amp;", and a key begins with "amp;": that is understood.
    """
    state = UrlState()
    found = {key.removeprefix("amp;"): value for key, value in st.query_params.items()}
    asked = {key: found[key] for key in keys if key in found}
    replaced_at = state.replaced.get(_text(asked), -math.inf)
    if not asked or asked == state.link or time.monotonic() - replaced_at < _OUTDATED_SECONDS:
        return {}
    state.link, state.followed = asked, True
    return asked


def write(link: dict[str, str]) -> None:
    """Let the URL say this and no more."""
    state, now = UrlState(), time.monotonic()
    recent = {text: at for text, at in state.replaced.items() if now - at < _OUTDATED_SECONDS}
    # An answer that was still under way when the visitor went back puts its own link over the one that was asked for.
    overwritten = state.followed and bool(recent)
    if link != state.link:
        recent[_text(state.link or {})] = now
    state.link, state.replaced, state.followed = link, recent, False
    if overwritten or dict(st.query_params) != link:
        st.query_params.from_dict(link)


def parse_digit(text: str, digits: int) -> tuple[int | None, tuple[str, ...]]:
    """The test digit, of so many, that a link names; or None, and the notice that it deserves. Never raises."""
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < digits:
        return int(text), ()
    expected = f"expected a number from 0 to {digits - 1}; found {text[:40]!r}"
    return None, (f"The link's digit is not used: {expected}.",)


def parse_run(run_id: str) -> tuple[str | None, tuple[str, ...]]:
    """The run that a link names; or None, and the notice that it deserves. Never raises."""
    try:
        if not open_run(run_id).scorable:
            raise RunNotFound(f"The run {run_id!r} is still in training.")
    except RunError as error:
        return None, (f"The link's run is not used: {error}",)
    return run_id, ()


def _text(link: Mapping[str, str]) -> str:
    return "&".join(f"{key}={value}" for key, value in sorted(link.items()))
