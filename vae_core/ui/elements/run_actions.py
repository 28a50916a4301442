"""What a visitor can do with a run: cancel or resume its training, open it in the explorer or on the report, rename it,
delete it."""

import streamlit as st

from vae_core.data.digits import Digits
from vae_core.errors import TrainingOff
from vae_core.jobs import actions
from vae_core.jobs.job import Job
from vae_core.jobs.queue import check_changes
from vae_core.runs.run import Run
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.session.explore import ExploreState
from vae_core.ui.session.train import TrainState

_state = TrainState()


def run_actions(job: Job, at_hand: Digits) -> None:
    """A button for each thing that can be done now. at_hand: the digits that a training would be resumed on."""
    changeable = _may_change()
    with st.container(horizontal=True):
        if job.going:
            if not changeable:
                return
            cancel = {"on_click": _state.attempt, "args": (lambda: actions.cancel(job.run),)}
            st.button("Cancel", icon=":material/stop:", disabled=job.stopping, **cancel)
            return
        if job.resumable and changeable:
            st.button(
                "Resume",
                icon=":material/resume:",
                on_click=_state.attempt,
                args=(lambda: actions.resume(job.run, at_hand),),
            )
        if job.run.record.has_encoder:
            opened = st.button("Open in the explorer", icon=":material/explore:", type="primary")
            page = "pages/explore.py"
        else:
            opened = st.button("Open its report", icon=":material/assessment:", type="primary")
            page = "pages/report.py"
        if opened:
            ExploreState().show(job.run.id)
            st.switch_page(page)
        if changeable and not job.run.shipped:
            with st.popover("Rename", icon=":material/edit:"):
                key = f"title {job.run.id}"
                st.text_input("New title", job.run.record.title, max_chars=100, key=key)
                st.button(
                    "Save", on_click=_state.attempt, args=(lambda: actions.rename(job.run, st.session_state[key]),)
                )
            if st.button("Delete", icon=":material/delete:"):
                _confirm_deletion(job.run)


def _may_change() -> bool:
    try:
        check_changes()
    except TrainingOff:
        return False
    return True


@st.dialog("Delete this run?")
def _confirm_deletion(run: Run) -> None:
    st.markdown(f"**{escape_markdown(run.title)}** with its weights, scores and snapshots will be gone for good.")
    if st.button("Delete it", type="primary", icon=":material/delete:"):
        _state.attempt(lambda: actions.delete(run))
        st.rerun()
