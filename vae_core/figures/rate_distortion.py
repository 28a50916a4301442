"""Rate and distortion of runs as a Plotly figure."""

import html
import math
from collections.abc import Mapping, Sequence

import numpy as np

from vae_core.figures.traces import GREY, ORANGE, Figure, axis, layout, scatter
from vae_core.runs.record import Score

_HARDLY_TRAINED = 180.0  # nats: runs with a higher -ELBO than this, and than this run's, are outside the axes' ranges
_MOST_LINES = 8


def rate_and_distortion(scores: Sequence[Score]) -> tuple[float, float] | None:
    """The KL and the reconstruction among the scores, in nats; None if one is missing, or below zero and so wrong."""
    found = {score.name: score.value for score in scores}
    rate, distortion = found.get("KL", -1.0), found.get("reconstruction", -1.0)
    return (rate, distortion) if min(rate, distortion) >= 0 else None


def rate_distortion(this_run: tuple[str, float, float], others: Mapping[str, tuple[float, float]]) -> Figure:
    """The rate-distortion plane (Alemi et al. 2018): each run is a point at its rate (KL), distortion (reconstruction).

    Dotted lines connect points of equal -ELBO, the sum of both, which is written at their right end. this_run: its
    name, rate and distortion; others: rate and distortion of other runs by name; all in nats.
    """
    name, rate, distortion = this_run
    near = [pair for pair in others.values() if sum(pair) <= max(_HARDLY_TRAINED, rate + distortion)] + [this_run[1:]]
    rates, distortions = zip(*near, strict=True)
    right = max(10.0, 1.15 * max(rates))
    room = max(4.0, 0.15 * (max(distortions) - min(distortions)))
    low, high = min(distortions) - room, max(distortions) + room
    # The lines are a round number of nats apart, 1, 2 or 5 times a power of ten, and at most _MOST_LINES.
    power = 10.0 ** math.floor(math.log10((high - low + right) / _MOST_LINES))
    step = next(step * power for step in (1, 2, 5, 10) if (high - low + right) / (step * power) <= _MOST_LINES)
    totals = np.arange(step * math.ceil(low / step), high + right, step).tolist()
    lines = [point for total in totals for point in ((0.0, total), (right, total - right), (None, None))]
    ends = [(right, total - right, f" {total:g}") for total in totals if low < total - right < high]
    traces: list[Figure] = [
        scatter(lines, mode="lines", line={"color": GREY, "width": 1, "dash": "dot"}, hoverinfo="skip", opacity=0.6),
        scatter(ends, mode="text", text=[text for *_, text in ends], textposition="middle right", cliponaxis=False)
        | {"textfont": {"color": GREY, "size": 12}, "hoverinfo": "skip"},
    ]
    if others:
        marker = {"color": GREY, "size": 9, "symbol": "circle-open", "line": {"width": 2}}
        traces.append(_points(others, marker))
    traces.append(_points({name: (rate, distortion)}, {"color": ORANGE, "size": 13, "symbol": "diamond"}))
    return {
        "data": traces,
        "layout": layout(
            300,
            margin={"l": 50, "r": 52, "t": 10, "b": 44},
            annotations=[_right_title("\u2212ELBO, nats")],
            xaxis=axis("rate (KL), nats", range=[0, right], zeroline=False),
            yaxis=axis("distortion (reconstruction), nats", range=[low, high], zeroline=False),
        ),
    }


def _right_title(text: str) -> Figure:
    """An annotation at the right edge, written upwards like the title of an axis."""
    place = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 32, "yref": "paper", "y": 0.5, "textangle": -90}
    return {"text": text, "showarrow": False, "font": {"color": GREY, "size": 14}, **place}


def _points(named: Mapping[str, tuple[float, float]], marker: Figure) -> Figure:
    """Markers at rate and distortion of runs, by name."""
    hover = (
        "<b>%{text}</b><br>rate %{x:.2f} + distortion %{y:.2f}<br>= \u2212ELBO %{customdata:.2f} nats<extra></extra>"
    )
    points = {
        "text": [html.escape(name, quote=False) for name in named],
        "customdata": [sum(pair) for pair in named.values()],
        "hovertemplate": hover,
    }
    return scatter(list(named.values()), mode="markers", marker=marker, cliponaxis=False, **points)
