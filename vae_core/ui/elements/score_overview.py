"""A report's scores: all test digits together, beside what others reached."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from vae_core.data.digits import Digits
from vae_core.errors import RunDamaged
from vae_core.evaluation import pca
from vae_core.evaluation.digit_metrics import by_class
from vae_core.evaluation.references import OURS, REFERENCES, Reference, comparable, references
from vae_core.evaluation.report import Report
from vae_core.figures.confusion import confusion
from vae_core.figures.rate_distortion import rate_and_distortion, rate_distortion
from vae_core.runs.catalog import list_runs
from vae_core.ui.elements.chart import chart, chart_of_points
from vae_core.ui.elements.run_labels import names
from vae_core.ui.elements.score_tables import class_table, score_table
from vae_core.ui.resources.loaded_run import LoadedRun


def score_overview(
    loaded: LoadedRun, report: Report, on_confusion: Callable[[Mapping[str, Any] | None], None]
) -> Callable[[], None]:
    """The scores beside others', the rate and the distortion, and what each class is taken for.

    on_confusion: hears which cell of the confusion was clicked: x, what is taken for, and y, the class; None for none.
    Returns what is to be called once the rest of the page is drawn: it sets PCA beside the scores, which takes seconds
    where it is not known yet.
    """
    st.header("Scores", anchor=False)
    table = _table(loaded.digits, report)
    plane, classes, matrix = st.columns([4, 4, 5], gap="large")
    rows = by_class(report.metrics, loaded.digits.test_labels)
    with plane:
        st.subheader("Rate and distortion", anchor=False)
        _draw_rate_distortion(loaded, report)
    with classes:
        st.subheader("Classes", anchor=False)
        class_table(rows)
        st.caption("\u2212ELBO and reconstruction in nats, means over the digits of the class.")
    with matrix:
        st.subheader("Confusion", anchor=False)
        chart_of_points(confusion(rows), "Confusion of classes", "confusion", on_confusion)
        st.caption(
            "The commonest class of a digit's 5 nearest neighbours on the map. Click a cell to see its digits below."
        )
    return lambda: table(_pca_accuracy(loaded.digits, loaded.digits.digest))


def _table(digits: Digits, report: Report) -> Callable[[float | None], None]:
    """All scores, folded. Returns what draws the table anew, beside the accuracy of PCA."""
    with st.expander("All scores: what they mean, and what others reached", icon=":material/table:"):
        st.markdown(
            "Each score is a mean over the test digits. A grey pixel is read as the probability that it is white. "
            "So the likelihoods here are not exact ones (Bernoulli *pseudo*-likelihoods), as is usual for MNIST."
        )
        if not comparable(digits):
            st.info(
                "What others reached compares only on MNIST's 10,000 test digits. These are other digits: it is left "
                "out.",
                icon=":material/compare_arrows:",
            )
        place = st.empty()

    def draw(pca_accuracy: float | None) -> None:
        with place:
            score_table(
                [score for score in report.overall if score.samples is None], _comparisons(digits, pca_accuracy)
            )

    draw(None)
    return draw


def _comparisons(loaded: Digits, pca_accuracy: float | None) -> Mapping[str, list[Reference]]:
    """What to set beside each score: PCA on the digits at hand, once it is known, and what others reached where that
    compares."""
    found = {reference.score: references(reference.score) for reference in REFERENCES}
    others = found if comparable(loaded) else {}
    if pca_accuracy is None:
        return others
    yardstick = Reference("5-NN accuracy", pca_accuracy, "PCA", "test", "grey", "on these digits", OURS)
    return others | {"5-NN accuracy": [yardstick, *others.get("5-NN accuracy", [])]}


@st.cache_data(show_spinner=False, max_entries=2)
def _pca_accuracy(_digits: Digits, digest: str) -> float:
    return pca.accuracy(_digits)


def _draw_rate_distortion(loaded: LoadedRun, report: Report) -> None:
    runs, others, unread = list_runs()[0], {}, 0
    called = names(runs)
    for run in runs:
        if run.id != loaded.run.id:
            try:
                if point := rate_and_distortion(run.scores_on(loaded.digits)):
                    others[called[run.id]] = point
            except RunDamaged:
                unread += 1
    if own := rate_and_distortion(report.scores):
        name = called.get(loaded.run.id, loaded.run.name)
        chart(rate_distortion((name, *own), others), "Rate and distortion of this and other runs")
    st.caption(
        "The rate is the KL, the distortion the reconstruction. On a dotted line their sum, the \u2212ELBO, is the "
        "same: it is written at the line's right end. The diamond is this run"
        + (", circles are other runs on the same digits." if others else "; no other run was scored on these digits.")
        + (f" Damaged and left out: {unread}." if unread else "")
    )
