"""What the report shows, and its link: ?run=<id>&digit=<number>."""

import streamlit as st

from vae_core.ui.session.explore import DEFAULT_RUN, RUN, Link, set_defaults
from vae_core.ui.session.url import asked_anew, parse_digit, write

DIGIT = "digit"


def begin_report(digits: int) -> tuple[str, ...]:
    """`begin` for the report, whose links name a run and one of so many test digits. What is pinned stays pinned."""
    set_defaults()
    st.session_state.setdefault(DIGIT, 0)
    if not (asked := asked_anew("run", DIGIT)):
        return ()
    link = Link.parse({key: value for key, value in asked.items() if key == "run"})
    st.session_state[RUN] = link.run or DEFAULT_RUN
    digit, told = parse_digit(asked.get(DIGIT, str(st.session_state[DIGIT])), digits)
    st.session_state[DIGIT] = digit or 0
    return (*link.notices, *told)


def write_report_link() -> None:
    """Let the URL say which run the report is on, and which digit is looked at."""
    write({"run": st.session_state[RUN], DIGIT: str(st.session_state[DIGIT])})
