"""The head of a report: three figures and what they look like; what is good and what is not, in a few sentences."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from vae_core.data.images import to_images
from vae_core.evaluation.digit_metrics import by_class
from vae_core.evaluation.hard_digits import ranked
from vae_core.evaluation.report import Report
from vae_core.evaluation.summary import Confusion, Summary
from vae_core.latent.points import as_points
from vae_core.runs.record import Score
from vae_core.ui.elements.glossary import PRIOR
from vae_core.ui.elements.pictures import strip
from vae_core.ui.elements.score_tables import measured_on, written
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.resources.loaded_run import LoadedRun

_DRAWS = 8
_SEED = 7  # of the random points, so that a report looks the same each time


def report_summary(loaded: LoadedRun, report: Report) -> None:
    """Draw it. report: the one on the run."""
    summary = Summary.of(report.metrics, by_class(report.metrics, loaded.digits.test_labels))
    scores = {score.name: score for score in report.overall}
    left, middle, right = st.columns(3, gap="large")
    with left:
        _figure(scores["-ELBO"], "How well it draws digits", "The \u2212ELBO of a digit, in nats. Lower is better.")
        _drawn(loaded, summary.typical)
        st.caption("Top: test digits, from an easy one to a hard one. Bottom: what the model draws for each.")
    with middle:
        _figure(
            scores["5-NN accuracy"],
            "How well its map sorts them",
            "The share of test digits whose neighbours on the map are of their own class.",
        )
        _confused(loaded, report, summary.confusion)
    with right:
        _figure(
            scores["KL of q(z) from the prior"],
            "How well random points fit its map",
            "How far the map as a whole is from the prior. 0 would be a perfect fit.",
            f"The prior is {PRIOR}.",
        )
        z = np.random.default_rng(_SEED).standard_normal((_DRAWS, 2))
        drawn = to_images(loaded.network.decoder.decode(as_points(z)).reshape(len(z), -1))
        strip(drawn, "Digits drawn at random points", _DRAWS // 2)
        st.caption("New digits, drawn at random points of the prior. They are not hand-picked.")
    st.markdown(summary.in_words(scores["inference gap"].value))


def _figure(score: Score, heading: str, meaning: str, help: str | None = None) -> None:
    st.metric(heading, written(score.value, score.unit), help=help)
    error = "" if score.error is None else f"\u00b1 {written(score.error, score.unit)}".replace(" ", "\u00a0") + ", "
    st.caption(f"{meaning} {error}{escape_markdown(f'{measured_on(score)}.')}")


def _drawn(loaded: LoadedRun, indices: Sequence[int]) -> None:
    means = loaded.map.means[list(indices)]
    drawn = to_images(loaded.network.decoder.decode(means).reshape(len(means), -1))
    both = np.concatenate([loaded.digits.test_images[list(indices)], drawn])
    strip(both, "Test digits, and below each what the model draws for it", len(indices))


def _confused(loaded: LoadedRun, report: Report, pair: Confusion | None) -> None:
    if pair is None:
        st.caption("Every digit lies among digits of its own class.")
        return
    wrong = ranked(report.metrics, loaded.digits.test_labels, "astray", pair.label, _DRAWS, pair.taken_for)
    strip(loaded.digits.test_images[wrong], "Test digits that lie among those of another class", _DRAWS // 2)
    st.caption(
        f"Some of the {pair.count:,} digits of class {pair.label} that lie among those of class {pair.taken_for}."
    )
