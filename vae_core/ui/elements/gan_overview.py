"""The report on a GAN: what it draws, how that compares with digits, and how well its discriminator sees through it."""

import streamlit as st

from vae_core.evaluation.measurement import LEFT_OUT
from vae_core.evaluation.report import Report
from vae_core.evaluation.sample_scores import SAMPLE_SCORES
from vae_core.evaluation.summary import classes_in_words
from vae_core.gan_config import GanConfig
from vae_core.networks.classifier import CLASSES
from vae_core.ui.elements.sample_overview import drawings, sample_overview
from vae_core.ui.elements.score_tables import label, score_table
from vae_core.ui.resources.loaded_run import LoadedGan


def gan_overview(loaded: LoadedGan, report: Report) -> None:
    """Draw it. report: the one on the run."""
    pictures, words = st.columns([4, 3], gap="large")
    with pictures:
        drawings(loaded.network, "Digits drawn at random points")
        st.caption("New digits, drawn at random points of the prior. They are not hand-picked.")
    with words:
        covered = next(score.value for score in report.scores if score.name == "classes covered")
        collapsed = " A generator that leaves out a part of what it learned from has collapsed." * (covered < CLASSES)
        st.markdown(f"{classes_in_words(report.scores)}{collapsed}")
        st.caption(label(LEFT_OUT))
    sample_overview(loaded.network, report)
    st.header("What its discriminator makes of them", anchor=False)
    config = loaded.run.record.config
    averaged = isinstance(config, GanConfig) and config.averaging > 0
    st.caption(
        "The discriminator learned to tell digits from what the generator draws. Here it is shown test digits and new "
        "samples."
        + (" It learned from the generator's last weights; what is kept and scored is the mean of many." * averaged)
    )
    score_table([score for score in report.overall if score.name not in SAMPLE_SCORES], {})
