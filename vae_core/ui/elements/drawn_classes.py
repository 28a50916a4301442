"""Which classes a GAN draws, which of them it gave up, and why that happens."""

import streamlit as st

from vae_core.errors import RunError
from vae_core.evaluation.report import Report
from vae_core.evaluation.summary import classes_in_words
from vae_core.figures.class_histogram import class_histogram
from vae_core.runs.run import Run
from vae_core.ui.elements.chart import chart
from vae_core.ui.elements.notices import show_error
from vae_core.ui.resources.loaded_run import load_any
from vae_core.ui.session.digits import digits


def drawn_classes(run: Run) -> None:
    """The classes among its samples, and what it means that some are missing."""
    st.header("Which digits it draws, and which it gave up", anchor=False)
    histogram, words = st.columns(2, gap="large")
    with words:
        st.markdown(
            "Nothing in the game asks a generator to draw *every* kind of digit. It only has to fool the "
            "discriminator of the moment, and a few drawings that do so are enough. If it moves all of its points "
            "there, it has **collapsed**: in the histogram some classes shrink or vanish, and on the map few colours "
            "are left. The discriminator then learns to reject just these, the generator moves on to others, and they "
            "chase each other without end.  \nWhat holds `gan` in balance: its loss compares each drawing with a real "
            "digit that it is paired with, and the discriminator is punished for being steep, so that the generator "
            "always sees in which direction more real lies. `gan-collapsed` has neither."
        )
        st.page_link(
            "pages/report.py", label="All of its scores", icon=":material/assessment:", query_params={"run": run.id}
        )
    with histogram:
        try:
            loaded = load_any(digits(), run)
            report = Report.read(run, loaded.network, loaded.digits)
        except RunError as error:
            show_error(error)
            return
        if report is None:
            st.info("The samples of this run are not judged yet. Its report measures them: see All of its scores.")
            return
        st.markdown(classes_in_words(report.scores))
        chart(class_histogram(report.scores), "The share of each class among the samples and among the digits")
        st.caption(
            "Blue: the share of each class among 10,000 samples, as the judge sees them. Grey: among real digits."
        )
