"""The pair: which two runs are compared and which digit is pinned in both, and the links that carry them:
?left=<id>&right=<id>&digit=<number>.

Invariant: the two runs are different ones. Who chooses the other side's run swaps the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from vae_core.runs.run import Run
from vae_core.ui.session import explore, url

LEFT, RIGHT, DIGIT = "left", "right", "digit"
PAIR, PINNED, REVISION = "pair", "pinned digit", "revision of the pair"

_SERIES = "beta-"
"""What the ids of the shipped runs begin with that differ in beta alone."""


@dataclass(frozen=True)
class Link:
    """What a URL asks for, and one sentence for each thing in it that was refused."""

    left: str | None
    right: str | None
    digit: int | None
    notices: tuple[str, ...]

    @classmethod
    def parse(cls, parameters: Mapping[str, str], digits: int) -> "Link":
        """Never raises. digits: how many test digits there are."""
        runs, digit, notices = {}, None, []
        for side in (LEFT, RIGHT):
            asked = {"run": parameters[side]} if side in parameters else {}
            found = explore.Link.parse(asked)
            runs[side] = found.run
            notices += found.notices
        if runs[LEFT] and runs[LEFT] == runs[RIGHT]:
            notices.append(f"The link's right run is not used: expected another than the left one, {runs[LEFT]}.")
            runs[RIGHT] = None
        if (text := parameters.get(DIGIT)) is not None:
            digit, told = url.parse_digit(text, digits)
            notices += told
        return cls(runs[LEFT], runs[RIGHT], digit, tuple(notices))


def begin(runs: Sequence[Run], digits: int) -> tuple[str, ...]:
    """Set what is compared, and follow the URL if it is news. Returns the notices that the visitor deserves.

    runs: at least two, those that are offered; digits: how many test digits there are.
    """
    state, notices = st.session_state, []
    state.setdefault(PINNED, None)
    state.setdefault(REVISION, explore.first_revision())
    if asked := url.asked_anew(LEFT, RIGHT, DIGIT):
        link = Link.parse(asked, digits)
        notices += link.notices
        state[LEFT], state[RIGHT] = link.left, link.right
        move(link.digit)
    offered = {run.id for run in runs}
    for side in (LEFT, RIGHT):
        if (gone := state.get(side)) and gone not in offered:
            notices.append(f"The run {gone} is gone, damaged, or in training: another takes its place.")
            state[side] = None
    state[PAIR] = completed(state.get(LEFT), state.get(RIGHT), default_pair(runs))
    for side, run in zip((LEFT, RIGHT), state[PAIR], strict=True):
        if state.get(side) != run:
            state[side] = run
    return tuple(notices)


def default_pair(runs: Sequence[Run]) -> tuple[str, str]:
    """The shipped runs of the least and of the greatest beta; without two of them, the first two runs."""
    series = [run for run in runs if run.shipped and run.id.startswith(_SERIES)]
    series.sort(key=lambda run: run.record.config.beta)
    chosen = series if len(series) > 1 else runs[:2]
    return chosen[0].id, chosen[-1].id


def completed(left: str | None, right: str | None, default: tuple[str, str]) -> tuple[str, str]:
    """The pair, with what is missing or there twice filled in from the default pair."""
    right = None if left == right else right
    left = left or next(run for run in default if run != right)
    return left, right or next(run for run in reversed(default) if run != left)


def choose(side: str) -> None:
    """A picker has changed: if it now shows the other side's run, that side takes what this one had."""
    state, other = st.session_state, RIGHT if side == LEFT else LEFT
    if state[LEFT] == state[RIGHT]:
        state[other] = state[PAIR][(LEFT, RIGHT).index(side)]


def swap() -> None:
    """Left becomes right; the digit stays."""
    state = st.session_state
    state[LEFT], state[RIGHT] = state[RIGHT], state[LEFT]


def pin(digit: int | None) -> None:
    """Pin a digit, or unpin, as the component did."""
    st.session_state[PINNED] = digit


def move(digit: int | None) -> None:
    """Pin a digit, or unpin, from outside the component, which follows whenever REVISION has changed."""
    pin(digit)
    st.session_state[REVISION] += 1


def write_link() -> None:
    """Let the URL say what is compared, for whoever copies it."""
    state = st.session_state
    pinned = {} if state[PINNED] is None else {DIGIT: str(state[PINNED])}
    url.write({LEFT: state[LEFT], RIGHT: state[RIGHT]} | pinned)
