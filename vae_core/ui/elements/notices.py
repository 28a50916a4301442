"""What a page could not do as it was asked to, in plain words above what it did instead.

Each function draws one container, with or without something to say: what stands below would be drawn anew, a map's zoom
lost, once the notice goes.
"""

from collections.abc import Iterable

import streamlit as st

from vae_core.ui.markdown import escape_markdown


def link_warnings(notices: Iterable[str]) -> None:
    """What a link or a visitor asked for in vain."""
    with st.container():
        for notice in notices:
            st.warning(escape_markdown(notice), icon=":material/link_off:")


def damaged_runs(problems: list[str]) -> None:
    """Runs that are left out, and why."""
    with st.container():
        if problems:
            with st.expander(f"Damaged runs: {len(problems)}", icon=":material/folder_off:"):
                for problem in problems:
                    st.warning(f"{escape_markdown(problem)} Restore the file, or delete the run's folder.")
