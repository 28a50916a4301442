"""What went wrong or could not be done as asked, in plain words above what is shown instead.

`link_warnings` and `damaged_runs` draw one container each, with or without something to say: what stands below would be
drawn anew, a map's zoom lost, once the notice goes.
"""

import contextlib
from collections.abc import Iterable, Iterator

import streamlit as st

from vae_core.errors import VaeError
from vae_core.ui.markdown import escape_markdown


def show_error(error: Exception | str, what: str = "") -> None:
    """Draw an error as its message. what: a sentence that says what cannot be done, before it."""
    st.error(f"{what} {escape_markdown(str(error))}".lstrip(), icon=":material/error:")


@contextlib.contextmanager
def showing_errors() -> Iterator[None]:
    """Draw an error of ours that a page does not catch itself, above all that there are no digits; it ends there."""
    try:
        yield
    except VaeError as error:
        show_error(error)


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
