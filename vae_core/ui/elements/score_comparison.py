"""How the scores of two runs differ: those that both kinds of model have, measured where a visitor asks for it."""

import streamlit as st

from vae_core.errors import VaeError
from vae_core.evaluation.comparison import Measured, compare_scores
from vae_core.evaluation.digit_metrics import by_score
from vae_core.evaluation.measurement import overall_names
from vae_core.evaluation.report import Report
from vae_core.ui.elements.difference_tables import score_differences
from vae_core.ui.elements.glossary import NATS
from vae_core.ui.elements.report_progress import pending_reports
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.resources.loaded_run import Loaded
from vae_core.ui.resources.measurement import measured
from vae_core.ui.session.compare import CompareState

_state = CompareState()


def score_comparison(left: Loaded, right: Loaded) -> list[Measured]:
    """The scores that models of both kinds have. Returns all that are known of both sides."""
    st.header("Scores", anchor=False, help=NATS)
    asked_for = [side for side in (left, right) if side.network.digest in _state.measured]
    pending = pending_reports(asked_for, on_cancel=lambda: _take_back(asked_for))
    both = [
        _scores_of(side, measure=side.network.digest in _state.measured and side not in pending)
        for side in (left, right)
    ]
    same = both[0].digest == both[1].digest
    lacking = [
        side
        for side, found in zip((left, right), both, strict=True)
        if not set(overall_names(side.network)) <= {score.name for score in found.scores}
        or not (same or found.digest == side.digits.digest)
    ]
    if lacking and not pending:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Measure", icon=":material/straighten:", on_click=_ask, args=(lacking,))
            names = " and of ".join(f"**{escape_markdown(side.run.name)}**" for side in lacking)
            st.markdown(f"Not all scores of {names} are measured on the digits at hand. It takes some seconds.")
    shared = set(overall_names(left.network)) & set(overall_names(right.network))
    pairs = [pair for pair in compare_scores(*both) if pair.name in shared]
    if not pairs:
        return both
    score_differences(pairs)
    st.caption(
        "One model is called better only where the difference is larger than its standard error (\u00b1): so far may "
        "other test digits move it."
        + (" Another seed of the same recipe moves the \u2212ELBO by a nat or two." * ("-ELBO" in shared))
    )
    return both


def _scores_of(side: Loaded, measure: bool) -> Measured:
    """The report that the run keeps, or that was measured here; else what its training left."""
    try:
        if report := measured(side) if measure else Report.read(side.run, side.network, side.digits):
            metrics = report.digit_metrics
            values = by_score(metrics, side.digits.test_labels) if metrics else {}
            return Measured(report.scores, side.digits.digest, values)
        return Measured(side.run.scores(), side.run.record.dataset.digest)
    except VaeError as error:
        _state.measured -= {side.network.digest}
        st.error(
            f"The scores of {escape_markdown(side.run.name)} cannot be shown. {escape_markdown(str(error))}",
            icon=":material/error:",
        )
        return Measured([], side.digits.digest)


def _ask(sides: list[Loaded]) -> None:
    _state.measured |= {side.network.digest for side in sides}


def _take_back(sides: list[Loaded]) -> None:
    _state.measured -= {side.network.digest for side in sides}
