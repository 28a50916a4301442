"""Digit cards: digits beside what a model makes of them. A click on one chooses it, its link leads to where it lies.

The link is a real one, so it can be opened in a tab of its own, kept or sent; only a plain click is answered here, for
it would otherwise load the whole app anew and end the session.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from vae_core.latent.points import Point
from vae_core.ui.components.component import Component
from vae_core.ui.elements.pictures import png
from vae_core.ui.session.explore import link_to

_component = Component("digit_cards")


@dataclass(frozen=True, eq=False)
class Card:
    """A digit as a card shows it. image, reconstruction: (28, 28) uint8."""

    digit: int
    """Its number among the test digits."""
    image: np.ndarray
    reconstruction: np.ndarray
    title: str
    figures: str
    z: Point
    """Where it lies on the map."""


def digit_cards(
    key: str, run_id: str, cards: Sequence[Card], chosen: int | None, on_choose: Callable[[int], None]
) -> Card | None:
    """Draw the cards of a run's digits.

    chosen: the number of the digit that is marked; on_choose: called with that of one that was clicked.
    Returns the card whose link to the explorer was clicked, in the script's run that this click causes.
    """
    by_digit = {card.digit: card for card in cards}

    def choose() -> None:
        if card := by_digit.get(st.session_state[key]["choose"]):
            on_choose(card.digit)

    asked = _component.mount(
        key=key,
        data={
            "cards": [_as_data(run_id, card) for card in cards],
            "chosen": chosen,
        },
        on_choose_change=choose,
        on_open_change=lambda: None,
    )
    return by_digit.get(asked["open"])


def _as_data(run_id: str, card: Card) -> dict:
    return {
        "digit": card.digit,
        "title": card.title,
        "figures": card.figures,
        "query": urlencode(link_to(run_id, card.z)),
        "images": [base64.b64encode(png(image)).decode() for image in (card.image, card.reconstruction)],
    }
