"""A Plotly figure on a page."""

import streamlit as st

from vae_core.figures.traces import Figure


def chart(figure: Figure, alt: str, key: str | None = None) -> None:
    """Draw a figure without Plotly's buttons. alt: what it shows, for people who cannot see it."""
    st.plotly_chart(figure, config={"displayModeBar": False}, alt=alt, key=key)
