"""The classes of samples beside those of digits, as a Plotly figure."""

from collections.abc import Sequence

from vae_core.evaluation.sample_scores import of_class
from vae_core.figures.traces import BLUE, GREY, Figure, axis, layout
from vae_core.runs.record import Score


def class_histogram(scores: Sequence[Score], top: float | None = None) -> Figure:
    """Two bars for each class: its share of the samples, and its share of the digits.

    scores: those of a report, among which the shares of the classes are; top: the share at the axis's end, for figures
    side by side.
    """
    found = {score.name: score for score in scores}
    shares = [found[of_class(label)] for label in range(10)]
    bars = [
        _bars("samples", BLUE, [share.value for share in shares]),
        _bars("digits", GREY, [share.real for share in shares]),
    ]
    x = axis("class", type="category", ticks="")
    y = axis("share", tickformat=".0%", **({"range": [0, top]} if top else {}))
    return {"data": bars, "layout": layout(220, barmode="group", xaxis=x, yaxis=y)}


def _bars(of: str, colour: str, shares: Sequence[float | None]) -> Figure:
    return {
        "type": "bar",
        "x": [str(label) for label in range(10)],
        "y": list(shares),
        "marker": {"color": colour},
        "hovertemplate": f"%{{y:.1%}} of the {of} are of class %{{x}}<extra></extra>",
        "showlegend": False,
    }
