"""One run of several, chosen by its line: name and figures, as in run_labels.py."""

from collections.abc import Mapping
from typing import Any

import streamlit as st


def select_run(lines: Mapping[str, str], key: str, label: str = "", **options: Any) -> str:
    """Draw it. Returns the id of the run that is chosen, which the session keeps under the key, on other pages too.

    lines: by id; label: to stand above it, else it is for screen readers alone; options: others of `st.selectbox`.
    """
    return st.selectbox(
        label or "Run",
        list(lines),
        format_func=lines.__getitem__,
        key=key,
        persist_state="session",
        label_visibility="visible" if label else "collapsed",
        **options,
    )
