"""Plot: what our Plotly figures are put together from. Colours that belong to the page's theme are left to it."""

from collections.abc import Sequence
from typing import Any

Figure = dict[str, Any]
"""{"data": [...], "layout": {...}}, as Plotly.js takes it."""

BLUE, ORANGE, PURPLE, GREY = "#3f90da", "#e76300", "#832db6", "#888c94"
"""Three that stay apart for colour-blind people, and one that shows on light and dark alike."""


def scatter(points: Sequence[Sequence[Any]], **looks: Any) -> Figure:
    """A trace of points or lines. points: of each, x and y first; None breaks a line."""
    x, y = ([point[i] for point in points] for i in range(2))
    return {"type": "scatter", "x": x, "y": y, "showlegend": False, **looks}


def axis(title: str, **looks: Any) -> Figure:
    """An axis that cannot be dragged: on a narrow screen that would catch the page's own scrolling."""
    return {"title": {"text": title, "standoff": 6}, "fixedrange": True, "ticks": "outside", "ticklen": 4, **looks}


def layout(height: int | None = None, **looks: Any) -> Figure:
    """A layout so many pixels high, or as high as its place is."""
    return {
        **({"autosize": True} if height is None else {"height": height}),
        "margin": {"l": 50, "r": 10, "t": 10, "b": 44},
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 12},
        **looks,
    }
