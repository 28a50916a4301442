"""The exact posterior of a digit compared with the encoder's, and its place on the map, as Plotly figures."""

import math
from collections.abc import Sequence

import numpy as np

from vae_core.figures.traces import BLUE, GREY, ORANGE, Figure, axis, layout, scatter
from vae_core.latent.latent_map import LatentMap
from vae_core.likelihood.posterior import Posterior

MASSES = (0.5, 0.95)
"""The shares of a posterior that its outlined regions contain."""

_LABELS = 400  # numerals around a posterior, at most: more would overlap
_DOTS = 1500  # digits on the small map, at most
_NODES = 150  # along each side of the heatmap, at most


def posterior_map(exact: Posterior, mean: Sequence[float], std: Sequence[float], embedded: LatentMap) -> Figure:
    """The exact posterior of a digit and the encoder's: the regions that contain 50 % and 95 % of each.

    For the exact posterior these are the regions of highest density; for the encoder's normal distribution they are
    ellipses. mean, std: the encoder's, each for z1 and z2; embedded: digits, drawn as numerals where they are nearby.
    """
    levels = [exact.level(mass) for mass in MASSES]
    ellipses = [ellipse(mean, std, mass) for mass in MASSES]
    window = _window(exact, min(levels), ellipses[-1])
    z1, z2, density = _in_window(exact, window)
    grid = {
        "x": z1.round(5).tolist(),
        "y": z2.round(5).tolist(),
        "z": density.round(4).tolist(),
        "hoverinfo": "skip",
        "showscale": False,
    }
    shade = [[0, "rgba(63, 144, 218, 0)"], [1, "rgba(63, 144, 218, 0.6)"]]
    traces: list[Figure] = [
        _neighbours(embedded, window),
        grid
        | {"type": "heatmap", "colorscale": shade, "zsmooth": "best", "zmin": 0, "zmax": float(exact.density.max())},
    ]
    for level, ring, outer in zip(levels, ellipses, (False, True), strict=True):
        width = 2.5 if outer else 1.5
        contours = {"start": level, "end": level, "size": 1, "coloring": "none"}
        line = {"color": BLUE, "width": width, "smoothing": 0.8}
        traces.append(grid | {"type": "contour", "contours": contours, "line": line})
        dashed = {"color": ORANGE, "width": width, "dash": "dash"}
        traces.append(scatter(ring, mode="lines", line=dashed, hoverinfo="skip"))
    traces.append(
        scatter([mean], mode="markers", marker={"color": ORANGE, "size": 9, "symbol": "x"})
        | {"hovertemplate": "the encoder's mean: %{x:.3f}, %{y:.3f}<extra></extra>"}
    )
    return {
        "data": traces,
        "layout": layout(
            430,
            xaxis=axis("z1", range=window[0], zeroline=False),
            yaxis=axis("z2", range=window[1], zeroline=False, scaleanchor="x"),
        ),
    }


def ellipse(mean: Sequence[float], std: Sequence[float], mass: float) -> list[tuple[float, float]]:
    """73 points on the ellipse that contains this share of N(mean, diag(std^2)); the last equals the first.

    Its radius r, in standard deviations, has r^2 = -2 ln(1 - mass), a quantile of chi-square with 2 degrees of freedom.
    """
    radius = math.sqrt(-2 * math.log(1 - mass))
    return [
        (mean[0] + radius * std[0] * math.cos(angle), mean[1] + radius * std[1] * math.sin(angle))
        for angle in np.linspace(0, 2 * math.pi, 73).tolist()
    ]


def whereabouts(embedded: LatentMap, window: Sequence[Sequence[float]]) -> Figure:
    """A small map of all digits with a frame around a window. window: the ranges of z1 and z2."""
    dots = embedded.means[:: max(1, math.ceil(len(embedded.means) / _DOTS))].astype(float).round(2).tolist()
    (left, right), (low, high) = window
    frame = [(left, low), (right, low), (right, high), (left, high), (left, low)]
    hidden = {"visible": False, "fixedrange": True}
    return {
        "data": [
            scatter(dots, mode="markers", marker={"color": GREY, "size": 2}, hoverinfo="skip", opacity=0.6),
            scatter(frame, mode="lines", line={"color": ORANGE, "width": 2}, hoverinfo="skip"),
        ],
        "layout": layout(130, margin=dict.fromkeys("lrtb", 2), xaxis=hidden, yaxis=hidden | {"scaleanchor": "x"}),
    }


def _window(exact: Posterior, level: float, ring: Sequence[tuple[float, float]]) -> list[list[float]]:
    """The ranges of z1 and z2 of a square around both posteriors.

    level: the density at the border of the exact posterior's region; ring: the encoder's ellipse.
    """
    inner = exact.density >= level
    extents = []
    for i, nodes in enumerate((exact.z1, exact.z2)):
        inside = nodes[inner.any(axis=i)]
        around = [point[i] for point in ring]
        extents.append((min(float(inside.min()), *around), max(float(inside.max()), *around)))
    half = 0.75 * max(high - low for low, high in extents)
    return [[round((low + high) / 2 - half, 4), round((low + high) / 2 + half, 4)] for low, high in extents]


def _in_window(exact: Posterior, window: Sequence[Sequence[float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The part of an exact posterior in a window: z1 (n1,), z2 (n2,) and density (n2, n1), n1 and n2 at most _NODES.

    If the lattice has more nodes, blocks of them are merged: to their mean z and their highest density, so that a
    narrow peak stays visible.
    """
    density, axes = exact.density, []
    for i, nodes in enumerate((exact.z1, exact.z2)):
        start, stop = np.searchsorted(nodes, window[i]).tolist()
        across = 1 - i  # the axis of `density` along which these nodes lie
        blocks = np.arange(0, stop - start, max(1, math.ceil((stop - start) / _NODES)))
        counts = np.diff(blocks, append=stop - start)
        axes.append(np.add.reduceat(nodes[start:stop], blocks) / counts)
        density = np.maximum.reduceat(density.take(range(start, stop), across), blocks, axis=across)
    return axes[0], axes[1], density


def _neighbours(embedded: LatentMap, window: Sequence[Sequence[float]]) -> Figure:
    """Numerals, the classes, at the digits in and around the window: all or every second, third, ..."""
    middle, side = np.mean(window, axis=1), window[0][1] - window[0][0]
    # Twice the window, because a figure that is not square shows more than the window along one axis.
    inside = np.flatnonzero((np.abs(embedded.means - middle) < side).all(axis=1))
    inside = inside[:: max(1, math.ceil(len(inside) / _LABELS))]
    text = {"mode": "text", "text": [str(label) for label in embedded.labels[inside]], "hoverinfo": "skip"}
    return scatter(embedded.means[inside].astype(float).round(4).tolist(), textfont={"color": GREY, "size": 11}, **text)
