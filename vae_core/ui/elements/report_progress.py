"""How far reports are that a page waits for: where it has nothing else to show, and where the rest of it goes on."""

import time
from collections.abc import Sequence

import streamlit as st

from vae_core.ui.markdown import escape_markdown
from vae_core.ui.resources.loaded_run import LoadedRun
from vae_core.ui.resources.measurement import Measurement, measure

_PATIENCE_SECONDS = 0.5
_POLL_SECONDS = 0.5


def wait_for_report(loaded: LoadedRun) -> None:
    """Wait here until the report on this run is done, with a bar that shows how far it is."""
    found = measure(loaded)
    if found.wait(_PATIENCE_SECONDS):
        return
    bar = st.progress(0.0)
    while not found.wait(_POLL_SECONDS):
        bar.progress(found.share, text=_text(found))
    bar.empty()


def unfinished(runs: Sequence[LoadedRun]) -> list[LoadedRun]:
    """Those whose reports are still being measured after half a second; the others' are done, or were kept."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    return [loaded for loaded in runs if not measure(loaded).wait(max(0.0, deadline - time.monotonic()))]


def report_progress(runs: Sequence[LoadedRun]) -> None:
    """A bar for each report that is being measured. Once all are done the page runs anew, and shows them."""
    st.fragment(run_every=_POLL_SECONDS)(_bars)(runs)


def _bars(runs: Sequence[LoadedRun]) -> None:
    for loaded in runs:
        found = measure(loaded)
        st.progress(found.share, text=f"{escape_markdown(loaded.run.name)}: {_text(found)}")
    if all(measure(loaded).wait(0) for loaded in runs):
        st.rerun()  # all of the page


def _text(found: Measurement) -> str:
    return f"{found.what}. It goes on if you leave this page."
