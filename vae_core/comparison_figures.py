"""The comparison's Plotly figure: the learning curves of two runs."""

import itertools
from typing import Any

from vae_core.learning_curve import HEADROOM, TERMS, LearningCurve, Point
from vae_core.plot import BLUE, ORANGE, Figure, axis, layout, scatter

_UNEQUAL = 4
"""With one training so many times as long as the other, the axis of the epochs is logarithmic."""
_DECADES = [digit * 10**power for power in range(-3, 4) for digit in (1, 2, 5)]


def learning_curves(left: LearningCurve, right: LearningCurve, term: str) -> Figure:
    """One term of both losses against epochs, in nats. term: of TERMS."""
    traces = [*_traces("left", left, term, BLUE, "solid"), *_traces("right", right, term, ORANGE, "dash")]
    shortest, longest = sorted((left.epochs, right.epochs))
    logarithmic = longest >= _UNEQUAL * shortest > 0
    epochs = (
        axis("epoch, logarithmic", type="log", tickvals=_DECADES)
        if logarithmic
        else axis("epoch", range=[0, longest or 1])
    )
    lowest = min(itertools.chain.from_iterable(trace["y"] for trace in traces), default=0.0)
    nats = axis("nats", rangemode="tozero") if term == "KL" else axis("nats", range=[lowest - 4, lowest + HEADROOM])
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
    margin = {"l": 50, "r": 10, "t": 40, "b": 44}
    return {
        "data": traces,
        "layout": layout(380, xaxis=epochs, yaxis=nats, showlegend=True, legend=legend, margin=margin),
    }


def _traces(name: str, curve: LearningCurve, term: str, colour: str, dash: str) -> list[Figure]:
    """Its line, and a dot for each look at the validation digits, if there was any."""
    mode = "lines+markers" if len(curve.trained) == 1 else "lines"
    line = _trace(name, curve.trained, term, mode=mode, line={"color": colour, "dash": dash, "width": 2})
    dot = {
        "color": colour,
        "size": 8,
        "symbol": f"{'circle' if dash == 'solid' else 'diamond'}-open",
        "line": {"width": 2},
    }
    dots = _trace(f"{name}, on validation digits", curve.held_out, term, mode="markers", marker=dot, cliponaxis=False)
    return [trace for trace in (line, dots) if trace["x"]]


def _trace(name: str, points: list[Point], term: str, **looks: Any) -> Figure:
    values = [(epoch, round(TERMS[term](reconstruction, kl), 2)) for epoch, reconstruction, kl in points]
    told = "epoch %{x:.2f}: %{y:.2f} nats<extra>" + name + "</extra>"
    return scatter(values, name=name, hovertemplate=told, **looks | {"showlegend": True})
