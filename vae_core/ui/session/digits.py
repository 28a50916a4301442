"""Which digits a visitor is shown: those at hand when their session began, until they ask for newer ones.

When MNIST arrives, nothing that is looked at changes by itself.
"""

from vae_core.data.digits import Digits
from vae_core.data.sources import load_digits
from vae_core.ui.session.state import State, Value


class DigitsState(State):
    """What a session knows of its digits."""

    shown: Value[Digits | None] = Value("digits", lambda: None)


def digits() -> Digits:
    """The digits of this visitor's session. Raises DataError where there are none."""
    return DigitsState().shown or show_newest()


def newer_at_hand() -> bool:
    """Whether others are at hand than those that this visitor is shown."""
    return load_digits() is not digits()


def show_newest() -> Digits:
    """Show the digits that are at hand now. Raises DataError where there are none."""
    DigitsState().shown = found = load_digits()
    return found
