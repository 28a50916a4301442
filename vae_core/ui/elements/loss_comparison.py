"""How the losses of two runs fell, in one figure."""

import streamlit as st

from vae_core.errors import RunDamaged
from vae_core.evaluation.learning_curve import TERMS, LearningCurve
from vae_core.figures.losses import compared_losses
from vae_core.runs.run import Run
from vae_core.ui.elements.chart import chart
from vae_core.ui.elements.notices import show_error
from vae_core.ui.elements.score_tables import label
from vae_core.ui.session.compare import CompareState


@st.fragment
def loss_comparison(left: Run, right: Run) -> None:
    """Both curves of the term of the loss that is chosen."""
    st.header("Losses", anchor=False)
    curves = [_curve_of(run) for run in (left, right)]
    st.segmented_control(
        "Term",
        list(TERMS),
        format_func=label,
        key=CompareState.term.key,
        persist_state="session",
        required=True,
        label_visibility="collapsed",
    )
    term = CompareState().term
    chart(compared_losses(curves[0], curves[1], term), alt=f"{label(term)} of both runs against epochs")
    several = max(run.vae_config.proposals for run in (left, right)) > 1
    st.caption(
        "In nats. Lines: the digits being trained on, while the weights change. Marks: validation digits after each "
        "epoch, where some were held out. The \u2212ELBO is reconstruction plus KL, whatever beta was in training."
        + (" Of an encoder with several proposals, the line is of each digit's best one." if several else "")
    )


def _curve_of(run: Run) -> LearningCurve:
    """How its losses fell; where that cannot be read, the page says so, and the curve is empty."""
    try:
        return LearningCurve.of(run)
    except RunDamaged as error:
        show_error(error)
        return LearningCurve([], [])
