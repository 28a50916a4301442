"""The parts of the app's Plotly figures: scatter traces, axes and layouts.

Colours of text and background are not set, so that the page's theme applies.
"""

from collections.abc import Sequence
from typing import Any

Figure = dict[str, Any]
"""A figure {"data": [...], "layout": {...}}, or a part of one, as Plotly.js takes it."""

BLUE, ORANGE, PURPLE, GREY = "#3f90da", "#e76300", "#832db6", "#888c94"
"""Three colours that colour-blind people can tell apart, and a grey that is visible on light and dark pages."""


def scatter(points: Sequence[Sequence[Any]], **properties: Any) -> Figure:
    """A scatter trace. points: x and y are the first two elements of each, None where a line is interrupted.

    properties: further Plotly properties of the trace.
    """
    x, y = ([point[i] for point in points] for i in range(2))
    return {"type": "scatter", "x": x, "y": y, "showlegend": False, **properties}


def axis(title: str, **properties: Any) -> Figure:
    """An axis with a title. It cannot be dragged, because on a touch screen that would prevent scrolling the page.

    properties: further Plotly properties of the axis.
    """
    return {"title": {"text": title, "standoff": 6}, "fixedrange": True, "ticks": "outside", "ticklen": 4, **properties}


def layout(height: int | None = None, **properties: Any) -> Figure:
    """The layout of a figure. height: in pixels; None for that of the surrounding element.

    properties: further Plotly properties of the layout, which replace those set here.
    """
    return {
        **({"autosize": True} if height is None else {"height": height}),
        "margin": {"l": 50, "r": 10, "t": 10, "b": 44},
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 12},
        **properties,
    }
