"""Plotly figures, as the plain objects that Plotly.js takes: {"data": [...], "layout": {...}}.

No chart library is imported for them. Colours that belong to the page's theme are left to the browser.
"""

import csv
import functools
import math
from collections.abc import Sequence

from vae_core.config import PIXELS, TrainingConfig
from vae_core.learning_curve import thinned
from vae_core.plot import Figure
from vae_core.runs import SHIPPED

_LOSS, _RECONSTRUCTION, _KL, _POST = "#e76300", "#3f90da", "#832db6", "#94a4a2"
_HEADROOM = 70.0
"""Nats above the best loss that the axis shows: the first steps lie hundreds above."""


@functools.cache
def post_losses() -> tuple[float, ...]:
    """The loss that the blog post printed after each of its 50 epochs, in nats a digit."""
    with (SHIPPED / "post_loss.csv").open(encoding="utf-8") as file:
        return tuple(PIXELS * float(row["loss"]) for row in csv.DictReader(file))


def loss_curves(
    config: TrainingConfig,
    history: Sequence[dict[str, float]],
    steps: Sequence[dict[str, float]],
    steps_per_epoch: int,
    with_post: bool,
) -> Figure:
    """Loss and reconstruction above, KL below, against epochs; in nats.

    history: rows of the history; steps: means between two moments within the epochs (see progress.py), which stand in
    for the training losses of the history where there are any; with_post: with the post's printed loss as a reference,
    which is one where the digits are MNIST's.
    """
    points = [{"epoch": step["step"] / steps_per_epoch, **step} for step in steps] or list(history)
    points = [point for point in points if all(math.isfinite(point[name]) for name in ("loss", "reconstruction", "kl"))]
    points = thinned(points)
    epochs = [point["epoch"] for point in points]
    held_out = [row for row in history if not math.isnan(row["val_loss"])]
    traces = [
        _line("loss", epochs, [point["loss"] for point in points], _LOSS),
        _line("reconstruction", epochs, [point["reconstruction"] for point in points], _RECONSTRUCTION),
        _line("KL", epochs, [point["kl"] for point in points], _KL, below=True),
    ]
    if held_out:
        at = [row["epoch"] for row in held_out]
        traces += [
            _dots("on validation digits", at, [row["val_loss"] for row in held_out], _LOSS),
            _dots("reconstruction", at, [row["val_reconstruction"] for row in held_out], _RECONSTRUCTION, legend=False),
            _dots("KL", at, [row["val_kl"] for row in held_out], _KL, below=True, legend=False),
        ]
    lows = [*(p["reconstruction"] for p in points), *(row["val_reconstruction"] for row in held_out)]
    if with_post:
        post = post_losses()
        shown, ends = post[: config.epochs], [0, config.epochs]
        traces.append(_line("the post's loss", [*range(1, len(shown) + 1)], shown, _POST, dash="dot"))
        traces.append(_line(f"the post after {len(post)} epochs", ends, [post[-1]] * 2, _POST, dash="dash"))
        lows.append(post[-1])
    lowest = min(lows, default=post_losses()[-1])
    kls = sorted(point["kl"] for point in points) or [8.0]
    return {"data": traces, "layout": _layout(config.epochs, lowest, 1.15 * max(8.0, kls[int(0.95 * (len(kls) - 1))]))}


def _line(
    name: str, x: Sequence[float], y: Sequence[float], colour: str, below: bool = False, dash: str = "solid"
) -> Figure:
    line = {"color": colour, "width": 2, "dash": dash}
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(x) == 1 else "lines",
        "name": name,
        "x": [round(value, 4) for value in x],
        "y": [round(value, 2) if math.isfinite(value) else None for value in y],
        "yaxis": "y2" if below else "y",
        "line": line,
        "hovertemplate": "epoch %{x:.2f}: %{y:.1f} nats<extra>" + name + "</extra>",
    }


def _dots(
    name: str, x: Sequence[float], y: Sequence[float], colour: str, below: bool = False, legend: bool = True
) -> Figure:
    marker = {"color": colour, "size": 7, "symbol": "diamond-open", "line": {"width": 2}}
    return _line(name, x, y, colour, below) | {
        "mode": "markers",
        "marker": marker,
        "showlegend": legend,
        "cliponaxis": False,
    }


def _layout(epochs: int, lowest: float, most_kl: float) -> Figure:
    axis = {"zeroline": False, "ticks": "outside", "ticklen": 4, "fixedrange": True}
    return {
        "autosize": True,
        "margin": {"l": 44, "r": 8, "t": 50, "b": 40},
        "hovermode": "closest",
        "xaxis": axis | {"title": {"text": "epoch", "standoff": 4}, "range": [0, epochs], "anchor": "y2"},
        "yaxis": axis
        | {"title": {"text": "nats", "standoff": 6}, "domain": [0.3, 1], "range": [lowest - 4, lowest + _HEADROOM]},
        "yaxis2": axis | {"title": {"text": "KL, nats", "standoff": 6}, "domain": [0, 0.22], "range": [0, most_kl]},
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.01,
            "yanchor": "bottom",
            "bgcolor": "rgba(0,0,0,0)",
            "font": {"size": 12},
        },
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 12},
    }
