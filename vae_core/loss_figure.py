"""The loss figure of one training: its loss and both terms against epochs, beside what the blog post printed."""

import csv
import functools
import math
from collections.abc import Sequence
from typing import Any

from vae_core.config import TrainingConfig
from vae_core.data.images import PIXELS
from vae_core.learning_curve import HEADROOM, thinned
from vae_core.plot import BLUE, GREY, ORANGE, PURPLE, Figure, axis, layout, scatter
from vae_core.storage import directories

_LEAST_KL = 8.0  # nats that the axis of the KL shows at least


@functools.cache
def post_losses() -> tuple[float, ...]:
    """The loss that the blog post printed after each of its 50 epochs, in nats a digit."""
    with (directories.SHIPPED / "post_loss.csv").open(encoding="utf-8") as file:
        return tuple(PIXELS * float(row["loss"]) for row in csv.DictReader(file))


def loss_figure(
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
    held_out = [row for row in history if not math.isnan(row["val_loss"])]
    traces = [
        _line("loss", _of(points, "loss"), ORANGE),
        _line("reconstruction", _of(points, "reconstruction"), BLUE),
        _line("KL", _of(points, "kl"), PURPLE, yaxis="y2"),
    ]
    if held_out:
        traces += [
            _dots("on validation digits", _of(held_out, "val_loss"), ORANGE),
            _dots("reconstruction", _of(held_out, "val_reconstruction"), BLUE, showlegend=False),
            _dots("KL", _of(held_out, "val_kl"), PURPLE, yaxis="y2", showlegend=False),
        ]
    lows = [*(point["reconstruction"] for point in points), *(row["val_reconstruction"] for row in held_out)]
    if with_post:
        traces += _posts(config.epochs)
        lows.append(post_losses()[-1])
    lowest = min(lows, default=post_losses()[-1])
    kls = sorted(point["kl"] for point in points) or [_LEAST_KL]
    most_kl = max(_LEAST_KL, kls[int(0.95 * (len(kls) - 1))])  # the first steps' may be ten times as high
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


def _posts(epochs: int) -> list[Figure]:
    """The post's loss after each of so many epochs, and a line across at its last one."""
    post = post_losses()
    last = [(0.0, post[-1]), (float(epochs), post[-1])]
    return [
        _line("the post's loss", list(enumerate(post[:epochs], start=1)), GREY, dash="dot"),
        _line(f"the post after {len(post)} epochs", last, GREY, dash="dash"),
    ]


def _of(rows: Sequence[dict[str, float]], name: str) -> list[tuple[float, float]]:
    return [(row["epoch"], row[name]) for row in rows]


def _line(name: str, points: Sequence[tuple[float, float]], colour: str, dash: str = "solid", **looks: Any) -> Figure:
    rounded = [(round(epoch, 4), round(nats, 2) if math.isfinite(nats) else None) for epoch, nats in points]
    told = "epoch %{x:.2f}: %{y:.1f} nats<extra>" + name + "</extra>"
    mode, line = "lines+markers" if len(points) == 1 else "lines", {"color": colour, "width": 2, "dash": dash}
    return scatter(rounded, name=name, hovertemplate=told, **{"mode": mode, "line": line, "showlegend": True} | looks)


def _dots(name: str, points: Sequence[tuple[float, float]], colour: str, **looks: Any) -> Figure:
    marker = {"color": colour, "size": 7, "symbol": "diamond-open", "line": {"width": 2}}
    return _line(name, points, colour, mode="markers", marker=marker, cliponaxis=False, **looks)
