"""The confusion matrix as a Plotly figure."""

from collections.abc import Sequence

from vae_core.evaluation.digit_metrics import ClassMetrics
from vae_core.figures.traces import Figure, axis, layout, scatter


def confusion(rows: Sequence[ClassMetrics]) -> Figure:
    """The confusion matrix: for each true class, a row of how many of its digits are predicted to be of each class.

    Cells are coloured by the share of the class.
    """
    predicted, classes = [str(label) for label in range(10)], [str(row.label) for row in rows]
    # Of the blue, by share: small shares, which are the errors, must be visible too.
    opacities = [[0, 0.0], [0.02, 0.12], [0.1, 0.3], [0.5, 0.55], [1, 0.8]]
    heatmap = {
        "type": "heatmap",
        "x": predicted,
        "y": classes,
        "z": [[round(count / row.digits, 4) for count in row.predicted] for row in rows],
        "hoverinfo": "skip",
        "colorscale": [[share, f"rgba(63, 144, 218, {alpha})"] for share, alpha in opacities],
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
    }
    # Not as the heatmap's own text: Plotly chooses its colour by the cell's, and ignores that cells are transparent.
    cells = [
        (label, str(row.label), count, count / row.digits)
        for row in rows
        for label, count in zip(predicted, row.predicted, strict=True)
        if count
    ]
    counts = scatter(
        [(x, y) for x, y, *_ in cells],
        mode="markers+text",
        text=[f"{count:,}" for _, _, count, _ in cells],
        textfont={"size": 11},
        marker={"size": 30, "opacity": 0},  # not seen, but pointed at and clicked
        customdata=[round(share, 4) for *_, share in cells],
        hovertemplate="%{text} of class %{y}, %{customdata:.1%}, are taken for %{x}<extra></extra>",
        unselected={"marker": {"opacity": 0}},
        selected={"marker": {"opacity": 0}},
    )
    properties = {"type": "category", "showgrid": False, "ticks": ""}
    x = axis("taken for", categoryarray=predicted, **properties)
    y = axis("class", categoryarray=classes, autorange="reversed", **properties)
    return {"data": [heatmap, counts], "layout": layout(400, xaxis=x, yaxis=y)}
