"""What a model draws from random points: some of it; how its samples are spread over the classes, which are of none,
how they lie among real digits; and a table of all these scores."""

import numpy as np
import streamlit as st

from vae_core.data.images import to_images
from vae_core.evaluation.report import Report
from vae_core.evaluation.sample_scores import SAMPLE_SCORES
from vae_core.evaluation.samples import draw, some_seams
from vae_core.figures.class_histogram import class_histogram
from vae_core.networks.judge import shipped_judge
from vae_core.networks.network import Model
from vae_core.runs.record import Score
from vae_core.ui.elements.chart import chart
from vae_core.ui.elements.pictures import strip
from vae_core.ui.elements.score_tables import score_table, written

_SHOWN = 8
_DRAWN, _COLUMNS = 24, 12


def drawings(model: Model, description: str) -> None:
    """What a model draws at the first of the random points that its scores are of. description: of the picture."""
    strip(to_images(draw(model.decoder.decode, _DRAWN)), description, _COLUMNS)


def sample_overview(model: Model, report: Report) -> None:
    """Draw it. report: the one on the model."""
    scores = {score.name: score for score in report.overall}
    st.header("What it draws from random points", anchor=False)
    drawn = scores["seam share"].samples
    st.caption(
        f"{drawn:,} random points of the prior, decoded. Each picture was shown to the judge, a classifier of digits "
        "that comes with the app. Beside each figure stands the same one for real digits."
    )
    spread, seams, among = st.columns(3, gap="large")
    with spread:
        _figure(scores["rarest class"], "Rarest class", "The share of the samples that are of the class drawn least.")
        chart(class_histogram(report.scores), "The share of each class among the samples and among the digits")
        st.caption("Blue: the samples. Grey: the digits. A class that the model never draws has no blue bar.")
    with seams:
        _figure(
            scores["seam share"],
            "Pictures of no class",
            "The share of the samples to which the judge gives no class a probability of one half.",
        )
        pictures = _seams(model, model.digest)
        if len(pictures):
            strip(pictures, "Samples that are of no class", _SHOWN // 2)
        st.caption(
            "A picture is of no class on a seam, where the plane passes from one class to another and it is a bit of "
            "both; or where the model draws no digit at all."
        )
    with among:
        _figure(
            scores["Frechet distance"],
            "Fr\u00e9chet distance",
            "How much the spread of the samples differs from that of the digits, in what the judge sees of them.",
        )
        _figure(
            scores["coverage"],
            "Coverage",
            "The share of the digits that have a sample nearby. The others are never drawn.",
        )
        st.caption(
            "Fr\u00e9chet distances can be compared only under the same judge and with as many samples and digits: "
            "fewer make it larger. The real digits' own is that of training digits, or else of one half of the digits "
            "against the other."
        )
    with st.expander("All of these scores and what they mean", icon=":material/table:"):
        score_table([scores[name] for name in SAMPLE_SCORES], {})


def _figure(score: Score, heading: str, meaning: str) -> None:
    st.metric(heading, written(score.value, score.unit))
    beside = "" if score.real is None else f" Real digits: {written(score.real, score.unit)}."
    st.caption((meaning + beside).replace(" %", "\u00a0%"))


@st.cache_data(show_spinner=False, max_entries=16)
def _seams(_model: Model, digest: str) -> np.ndarray:
    return to_images(some_seams(_model.decoder.decode, shipped_judge(), _SHOWN))
