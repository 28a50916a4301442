"""MNIST where it is not at hand: how far its download is, a button that shows it once it is there, and what to do if it
does not come."""

import streamlit as st

from vae_core.data import sources
from vae_core.data.digits import MNIST_URL, Digits
from vae_core.data.offline import online
from vae_core.errors import DataError
from vae_core.ui.elements.notices import show_error
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.resources.mnist_download import Download, download, download_again
from vae_core.ui.session.digits import newer_at_hand, show_newest

_POLL_SECONDS = 1.0


def mnist_on_its_way(shown: Digits) -> None:
    """Draw it, beside what is said of the digits that are shown instead."""
    going = not download().wait(0)
    st.fragment(run_every=_POLL_SECONDS if going else None)(_draw)(shown, going)


def _draw(shown: Digits, asking: bool) -> None:
    """asking: whether the browser asks once a second."""
    if asking == download().wait(0):
        st.rerun()  # all of the page, which stops asking, or begins to
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        fetched = download()
        if newer_at_hand():
            if st.button("MNIST is here: show all of it", key="show MNIST", icon=":material/check:", type="tertiary"):
                _show_it()
        elif not fetched.wait(0):
            st.caption(f":material/downloading: Fetching all of MNIST: {fetched.share:.0%} of 11 MB", width="content")
            st.button("Cancel", key="cancel download", type="tertiary", on_click=fetched.cancel)
        else:
            with st.popover("Show all of MNIST", type="tertiary"):
                _what_to_do(shown, fetched)


def _what_to_do(shown: Digits, fetched: Download) -> None:
    reason = "you cancelled the download." if fetched.abandoned else str(fetched.error)
    st.markdown(f"MNIST with its 70,000 digits is not at hand: {escape_markdown(reason)}")
    if online():
        st.button("Fetch it (11 MB)", icon=":material/download:", on_click=download_again)
    st.markdown(f"Get [the file]({MNIST_URL}) in another way, and drop it here:")
    if file := st.file_uploader("mnist.npz", type="npz", label_visibility="collapsed"):
        try:
            sources.keep_mnist(file)
        except DataError as error:
            show_error(error)
        else:
            _show_it()
    st.markdown("Or put it where Keras keeps it, with this command in a terminal, and start the app again:")
    command = f'curl --create-dirs -o "{sources.keras_cache()}" {MNIST_URL}'
    st.code(command, language="shell", wrap_lines=True)
    st.caption("Or set the variable `VAE_MNIST` to the path of the file. Where it was looked for:")
    st.caption("\n".join(f"- {escape_markdown(each)}" for each in shown.skipped))


def _show_it() -> None:
    show_newest()
    st.rerun()  # all of the page
