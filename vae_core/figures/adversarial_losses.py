"""A GAN's losses against gradient steps as a Plotly figure: what both play for, and which of them is ahead.

Neither loss says how good the digits are: each is measured against an opponent that learns too. Half of the pairs told
apart is what a discriminator does by guessing.
"""

from collections.abc import Mapping, Sequence

from vae_core.figures.traces import BLUE, GREY, ORANGE, PURPLE, Figure, axis, layout, scatter

_TERMS = (("d_loss", "discriminator", ORANGE), ("g_loss", "generator", BLUE), ("penalty", "penalty", GREY))


def adversarial_losses(rows: Sequence[Mapping], steps: int) -> Figure:
    """The losses of both networks in nats above, the discriminator's accuracy in % below.

    rows: of the history, or step events, in order; steps: of the whole training.
    """
    traces = [_line(label, rows, name, colour, 1.0) for name, label, colour in _TERMS]
    traces.append(_line("pairs told apart", rows, "d_accuracy", PURPLE, 100.0, yaxis="y2"))
    return {
        "data": traces,
        "layout": layout(
            margin={"l": 44, "r": 8, "t": 50, "b": 40},
            xaxis=axis("step", zeroline=False, range=[0, steps], anchor="y2"),
            yaxis=axis("nats", zeroline=True, domain=[0.3, 1]),
            yaxis2=axis("told apart, %", zeroline=False, domain=[0, 0.22], range=[0, 105]),
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
        ),
    }


def _line(label: str, rows: Sequence[Mapping], name: str, colour: str, factor: float, **properties: str) -> Figure:
    """A line through one number of the rows, times a factor; a single point is drawn as a marker."""
    points = [(int(row["step"]), round(factor * row[name], 4)) for row in rows if row[name] == row[name]]
    hover = "step %{x:,}: %{y:.2f}<extra>" + label + "</extra>"
    mode = "lines+markers" if len(points) == 1 else "lines"
    line = {"color": colour, "width": 2}
    return scatter(points, name=label, hovertemplate=hover, mode=mode, line=line, showlegend=True, **properties)
