"""The confusion of classes as a Plotly figure."""

from collections.abc import Sequence

from vae_core.evaluation.digit_metrics import ClassMetrics
from vae_core.figures.traces import Figure, axis, layout, scatter


def confusion(rows: Sequence[ClassMetrics]) -> Figure:
    """For each class, how many of its digits are taken for which: counts, coloured by their share of the class."""
    taken_for, classes = [str(label) for label in range(10)], [str(row.label) for row in rows]
    blue = [[0, 0.0], [0.02, 0.12], [0.1, 0.3], [0.5, 0.55], [1, 0.8]]
    heatmap = {
        "type": "heatmap",
        "x": taken_for,
        "y": classes,
        "z": [[round(count / row.digits, 4) for count in row.predicted] for row in rows],
        "hovertemplate": "%{z:.1%} of class %{y} are taken for %{x}<extra></extra>",
        "colorscale": [[at, f"rgba(63, 144, 218, {alpha})"] for at, alpha in blue],
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
    }
    # Not the heatmap's own text: Plotly chooses its colour without knowing what shines through the cells.
    counted = [
        (label, str(row.label), f"{count:,}")
        for row in rows
        for label, count in zip(taken_for, row.predicted, strict=True)
        if count
    ]
    counts = scatter(counted, mode="text", text=[text for *_, text in counted], hoverinfo="skip")
    look = {"type": "category", "showgrid": False, "ticks": ""}
    x = axis("taken for", categoryarray=taken_for, **look)
    y = axis("class", categoryarray=classes, autorange="reversed", **look)
    return {"data": [heatmap, counts | {"textfont": {"size": 11}}], "layout": layout(400, xaxis=x, yaxis=y)}
