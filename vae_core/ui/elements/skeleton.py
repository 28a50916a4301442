"""What a visitor sees until the page is there: empty boxes where its parts will be, instead of white."""

import streamlit as st

_EXPLORER = '<div class="skeleton" aria-hidden="true"><i class="bar"></i><div><i></i><i></i><i></i></div></div>'
_PAGE = '<div class="skeleton" aria-hidden="true"><i class="title"></i><i class="bar"></i><i class="block"></i></div>'
_DRAWN = "a page was drawn"


def skeleton(of_explorer: bool) -> None:
    """Draw it, in a session's first run alone: later the page before stays until its next parts come. page.css hides it
    once the page has any."""
    with st.container():  # always one: what stands below it would be drawn anew if it were missing
        if _DRAWN not in st.session_state:
            st.session_state[_DRAWN] = True
            st.html(_EXPLORER if of_explorer else _PAGE)
