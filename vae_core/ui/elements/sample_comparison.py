"""What two models draw from the same random points, side by side: for pairs of runs of which one has no map."""

from collections.abc import Sequence

import streamlit as st

from vae_core.evaluation.comparison import Measured
from vae_core.evaluation.sample_scores import of_class
from vae_core.evaluation.summary import classes_in_words
from vae_core.figures.class_histogram import class_histogram
from vae_core.networks.classifier import CLASSES
from vae_core.ui.elements.chart import chart
from vae_core.ui.elements.sample_overview import drawings
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.resources.loaded_run import Loaded


def sample_comparison(sides: Sequence[Loaded], both: Sequence[Measured]) -> None:
    """Draw it. both: what is known of the scores of each side."""
    st.markdown(
        "A GAN has no encoder, so there are no maps to compare; nor do its losses compare with others, for its "
        "opponent learns too. Here is what both models draw from the same random points."
    )
    classes = {of_class(label) for label in range(CLASSES)}
    top = 1.1 * max((score.value for found in both for score in found.scores if score.name in classes), default=1)
    for column, side, found in zip(st.columns(2, gap="large"), sides, both, strict=True):
        with column:
            st.header(escape_markdown(side.run.name), anchor=False)
            drawings(side.network, f"Digits drawn by {side.run.name}")
            if not classes <= {score.name for score in found.scores}:
                st.caption("Which classes it draws is not measured yet.")
                continue
            chart(class_histogram(found.scores, top), f"The share of each class among the samples of {side.run.name}")
            st.caption("Blue: the samples. Grey: the digits.")
            st.markdown(classes_in_words(found.scores))
