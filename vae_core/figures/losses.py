"""Losses against epochs as Plotly figures: of one training, with the blog post's for reference, and of two."""

import itertools
from collections.abc import Sequence
from typing import Any

from vae_core.config import TrainingConfig
from vae_core.evaluation.learning_curve import HEADROOM, TERMS, LearningCurve, LossPoint
from vae_core.evaluation.references import post_losses
from vae_core.figures.traces import BLUE, GREY, ORANGE, PURPLE, Figure, axis, layout, scatter

_LEAST_KL = 8.0  # nats: the axis of the KL reaches at least so far
_UNEQUAL = 4  # if one training has so many times the epochs of the other, their axis is logarithmic
_LOGARITHMIC_TICKS = [digit * 10**power for power in range(-3, 4) for digit in (1, 2, 5)]


def training_losses(curve: LearningCurve, config: TrainingConfig, with_post: bool) -> Figure:
    """The losses of one training against epochs, in nats: loss and reconstruction above, KL below.

    with_post: also show the blog post's loss. It is only a reference for a training on MNIST.
    """
    beta = config.beta
    traces = [
        _line("loss" if config.proposals == 1 else "loss of the best proposal", _loss(curve.trained, beta), ORANGE),
        _line("reconstruction", _reconstruction(curve.trained), BLUE),
        _line("KL", _kl(curve.trained), PURPLE, yaxis="y2"),
    ]
    if curve.held_out:
        traces += [
            _dots("on validation digits", _loss(curve.held_out, beta), ORANGE),
            _dots("reconstruction", _reconstruction(curve.held_out), BLUE, showlegend=False),
            _dots("KL", _kl(curve.held_out), PURPLE, yaxis="y2", showlegend=False),
        ]
    lows = [reconstruction for _, reconstruction, _ in curve.trained + curve.held_out]
    if with_post:
        traces += _post_traces(config.epochs)
        lows.append(post_losses()[-1])
    lowest = min(lows, default=post_losses()[-1])
    kls = sorted(kl for _, _, kl in curve.trained) or [_LEAST_KL]
    most_kl = max(
        _LEAST_KL, kls[int(0.95 * (len(kls) - 1))]
    )  # not the highest: that of the first steps may be ten times as high
    return {
        "data": traces,
        "layout": layout(
            margin={"l": 44, "r": 8, "t": 50, "b": 40},
            xaxis=axis("epoch", zeroline=False, range=[0, config.epochs], anchor="y2"),
            yaxis=axis("nats", zeroline=False, domain=[0.3, 1], range=[lowest - 4, lowest + HEADROOM]),
            yaxis2=axis("KL, nats", zeroline=False, domain=[0, 0.22], range=[0, 1.15 * most_kl]),
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
        ),
    }


def compared_losses(left: LearningCurve, right: LearningCurve, term: str) -> Figure:
    """The same term of the losses of two trainings against epochs, in nats. term: a key of TERMS."""
    traces = [*_compared("left", left, term, BLUE, "solid"), *_compared("right", right, term, ORANGE, "dash")]
    shortest, longest = sorted((left.epochs, right.epochs))
    logarithmic = longest >= _UNEQUAL * shortest > 0
    epochs = (
        axis("epoch, logarithmic", type="log", tickvals=_LOGARITHMIC_TICKS)
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


def _post_traces(epochs: int) -> list[Figure]:
    """The blog post's loss over the first epochs, and a horizontal line at its loss after the last."""
    post = post_losses()
    last = [(0.0, post[-1]), (float(epochs), post[-1])]
    return [
        _line("the blog post's loss", list(enumerate(post[:epochs], start=1)), GREY, dash="dot"),
        _line(f"the blog post after {len(post)} epochs", last, GREY, dash="dash"),
    ]


def _loss(points: Sequence[LossPoint], beta: float) -> list[tuple[float, float]]:
    """(epoch, reconstruction + beta KL) of each point."""
    return [(epoch, reconstruction + beta * kl) for epoch, reconstruction, kl in points]


def _reconstruction(points: Sequence[LossPoint]) -> list[tuple[float, float]]:
    return [(epoch, reconstruction) for epoch, reconstruction, _ in points]


def _kl(points: Sequence[LossPoint]) -> list[tuple[float, float]]:
    return [(epoch, kl) for epoch, _, kl in points]


def _line(
    name: str, points: Sequence[tuple[float, float]], colour: str, dash: str = "solid", **properties: Any
) -> Figure:
    """A line through (epoch, nats) points; a single point is drawn as a marker."""
    rounded = [(round(epoch, 4), round(nats, 2)) for epoch, nats in points]
    hover = "epoch %{x:.2f}: %{y:.1f} nats<extra>" + name + "</extra>"
    mode, line = "lines+markers" if len(points) == 1 else "lines", {"color": colour, "width": 2, "dash": dash}
    defaults = {"mode": mode, "line": line, "showlegend": True}
    return scatter(rounded, name=name, hovertemplate=hover, **defaults | properties)


def _dots(name: str, points: Sequence[tuple[float, float]], colour: str, **properties: Any) -> Figure:
    """Diamonds at (epoch, nats) points."""
    marker = {"color": colour, "size": 7, "symbol": "diamond-open", "line": {"width": 2}}
    return _line(name, points, colour, mode="markers", marker=marker, cliponaxis=False, **properties)


def _compared(name: str, curve: LearningCurve, term: str, colour: str, dash: str) -> list[Figure]:
    """The traces of one training: a line for the training digits, and markers for any validation digits."""
    mode = "lines+markers" if len(curve.trained) == 1 else "lines"
    line = _trace(name, curve.trained, term, mode=mode, line={"color": colour, "dash": dash, "width": 2})
    marker = {
        "color": colour,
        "size": 8,
        "symbol": f"{'circle' if dash == 'solid' else 'diamond'}-open",
        "line": {"width": 2},
    }
    dots = _trace(
        f"{name}, on validation digits", curve.held_out, term, mode="markers", marker=marker, cliponaxis=False
    )
    return [trace for trace in (line, dots) if trace["x"]]


def _trace(name: str, points: list[LossPoint], term: str, **properties: Any) -> Figure:
    """A trace of one term of the losses, a key of TERMS, against epochs."""
    values = [(epoch, round(TERMS[term](reconstruction, kl), 2)) for epoch, reconstruction, kl in points]
    hover = "epoch %{x:.2f}: %{y:.2f} nats<extra>" + name + "</extra>"
    return scatter(values, name=name, hovertemplate=hover, **properties | {"showlegend": True})
