"""What a page could not do as it was asked to, in plain words above what it did instead."""

from collections.abc import Iterable

import streamlit as st

from vae_core.ui.badge import plain


def unused_links(notices: Iterable[str]) -> None:
    """What a link asked for in vain.

    In a container that is there without a notice too: what stands below would be drawn anew once the notice goes.
    """
    with st.container():
        for notice in notices:
            st.warning(plain(notice), icon=":material/link_off:")


def damaged_runs(problems: list[str]) -> None:
    """Runs that are left out, and why."""
    if problems:
        with st.expander(f"Damaged runs: {len(problems)}", icon=":material/folder_off:"):
            for problem in problems:
                st.warning(plain(problem))
