"""Linked maps: two runs' maps and manifolds in one component, linked by digit, live in the browser.

Both runs lie on the same test digits, so a digit's number is the link. The browser gets both decoders and maps once, as
static files; this side only names them, moves the pin when a link does, and hears which digit was pinned.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from vae_core.latent.manifold import lattice
from vae_core.ui.components.component import Component
from vae_core.ui.resources.loaded_run import LoadedRun
from vae_core.ui.resources.scripts import plotly_url

KEY = "comparison"
_component = Component("linked_maps", draws_maps=True)


def linked_maps(
    left: LoadedRun, right: LoadedRun, digit: int | None, revision: int, on_pin: Callable[[], None]
) -> None:
    """Draw both sides. left, right: on the same digits.

    digit: the pinned one, taken by a new component and whenever `revision` has changed; on_pin: called after the
    visitor pinned another, which `pinned_digit` then returns.
    """
    alike = left.run.title == right.run.title
    _component.mount(
        key=KEY,
        data={
            "plotly": plotly_url(),
            "pictures": left.pictures_url(),
            "left": _side(left, alike),
            "right": _side(right, alike),
            "nodes": lattice().tolist(),
            "digit": digit,
            "revision": revision,
        },
        default={"pin": None},
        on_pin_change=on_pin,
    )


def pinned_digit() -> Any:
    """What the browser last pinned: a digit's number or None, if it is to be believed, which the caller checks."""
    state = st.session_state.get(KEY)
    pin = state["pin"] if state else None
    return pin[0] if isinstance(pin, list) and pin else None


def _side(loaded: LoadedRun, with_id: bool) -> tuple[str, str, str, str, str]:
    title = f"{loaded.run.title} [{loaded.run.id}]" if with_id else loaded.run.title
    return loaded.run.id, title, loaded.decoder_url(), loaded.network.decoder.activation, loaded.map_url()
