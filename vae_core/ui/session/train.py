"""Which run the Train page watches, and its link: ?watch=<id>."""

from collections.abc import Collection

import streamlit as st

from vae_core.ui.session.url import asked_anew, write

WATCHED = "watch"


def begin_watching(known: Collection[str]) -> tuple[str, ...]:
    """Choose the run to watch: the URL's if it is news, else the same as before, else the first that is known."""
    state, notices = st.session_state, ()
    if asked := asked_anew(WATCHED):
        if asked[WATCHED] in known:
            state[WATCHED] = asked[WATCHED]
        else:
            notices = (f"The link's run is not used: no run is called {asked[WATCHED][:80]!r}.",)
    if state.get(WATCHED) not in known:
        state[WATCHED] = next(iter(known))
    return notices


def write_watched_link() -> None:
    """Let the URL say which run is watched."""
    write({WATCHED: st.session_state[WATCHED]})
