"""How far the reports are that a page waits for, while the rest of the page can be used."""

import time
from collections.abc import Callable, Sequence

import streamlit as st

from vae_core.ui.elements.training_status import duration
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.resources.loaded_run import Loaded
from vae_core.ui.resources.measurement import measure

_PATIENCE_SECONDS = 0.5
_POLL_SECONDS = 0.5


def pending_reports(runs: Sequence[Loaded], on_cancel: Callable[[], None]) -> list[Loaded]:
    """The runs whose reports are still being measured after half a second.

    Draws a bar for each of them, and a button to wait no longer: on_cancel, which must see to it that the page does not
    ask again. Once all are done the page runs anew, and finds none pending.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    pending = [loaded for loaded in runs if not measure(loaded).wait(max(0.0, deadline - time.monotonic()))]
    if pending:
        st.fragment(run_every=_POLL_SECONDS)(_bars)(pending)
        st.button("Cancel", key="cancel report", icon=":material/close:", on_click=on_cancel)
    return pending


def _bars(pending: Sequence[Loaded]) -> None:
    found = [measure(loaded) for loaded in pending]
    for loaded, measurement in zip(pending, found, strict=True):
        left = measurement.seconds_left
        about = f", about {duration(left)} left" if left else ""
        text = f"{escape_markdown(loaded.run.name)}: {measurement.what}{about}. It stops if you leave this page."
        st.progress(measurement.share, text=text)
    done = [measurement.wait(0) for measurement in found]  # each of them: one that nobody asks for ends
    if all(done):
        st.rerun()  # all of the page
