"""A Plotly figure on a page."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from vae_core.figures.traces import Figure

_NO_BUTTONS = {"displayModeBar": False}


def chart(figure: Figure, alt: str, key: str | None = None) -> None:
    """Draw a figure without Plotly's buttons. alt: what it shows, for people who cannot see it."""
    st.plotly_chart(figure, config=_NO_BUTTONS, alt=alt, key=key)


def chart_of_points(figure: Figure, alt: str, key: str, on_point: Callable[[Mapping[str, Any] | None], None]) -> None:
    """The same, where on_point hears which point was clicked: its x and y as the figure has them, and None when it is
    let go."""

    def selected() -> None:
        points = st.session_state[key]["selection"]["points"]
        on_point(points[0] if points else None)

    st.plotly_chart(figure, config=_NO_BUTTONS, alt=alt, key=key, on_select=selected, selection_mode="points")
