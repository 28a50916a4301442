"""Differences between two runs put into words: tables of their scores and of their configs. Their looks: page.css."""

import html
from collections.abc import Sequence

import streamlit as st

from vae_core.evaluation.comparison import ScorePair, Setting
from vae_core.runs.record import Score
from vae_core.ui.elements.score_tables import MEANINGS, label, measured_on, table, written

_MINUS = "\u2212"
_WORDS = {"left": "\u2190 left", "right": "right \u2192", None: "neither"}


_FIRST = ("-ELBO", "5-NN accuracy", "KL of q(z) from the prior", "Frechet distance")
"""The scores that are not folded: how well a model draws, how well its map sorts, and how its random points look."""

_FIRST_OF_SAMPLES = ("rarest class", "seam share", "Frechet distance", "coverage")
"""The same where one of the models has no other scores than of its random points."""


def score_differences(rows: Sequence[ScorePair]) -> None:
    """A row for each score: both values, right minus left, and which is better, in words. All but a few are folded."""
    first = _FIRST if _FIRST[0] in (row.name for row in rows) else _FIRST_OF_SAMPLES
    _draw([row for row in rows if row.name in first])
    if others := [row for row in rows if row.name not in first]:
        with st.expander(f"{len(others)} more scores", icon=":material/table:"):
            _draw(others)


def _draw(rows: Sequence[ScorePair]) -> None:
    heads = ("Score", "Left", "Right", f"Right {_MINUS} left", "Better")
    table("score-differences", heads, [_cells(row) for row in rows])


def _cells(row: ScorePair) -> str:
    difference = _difference(row)
    differs = difference.startswith(("+", _MINUS))
    better = row.better if differs else None
    if row.left is None or row.right is None:
        verdict = ""
    elif row.difference is None:
        verdict = "other digits: not compared"
    elif row.within_error and differs:
        verdict = "too close to say"
    else:
        verdict = _WORDS[better] if differs else "the same"
    by_digits = {measured_on(score) for score in (row.left, row.right) if score}
    alike = difference or len(by_digits) == 1
    about = html.escape(" ".join([MEANINGS.get(row.name, ""), *(f"On {of}." for of in by_digits if alike)]))
    return (
        f'<th scope="row">{html.escape(label(row.name))}<br><small>{about}</small></th>'
        f'<td data-label="Left">{_value(row.left, better == "left", not alike)}</td>'
        f'<td data-label="Right">{_value(row.right, better == "right", not alike)}</td>'
        f'<td data-label="Right {_MINUS} left">{difference}</td><td data-label="Better">{verdict}</td>'
    )


def _value(score: Score | None, better: bool, with_digits: bool) -> str:
    if score is None:
        return "not measured"
    text = html.escape(written(score.value, score.unit))
    return (f"<b>{text}</b>" if better else text) + (f"<br><small>{measured_on(score)}</small>" if with_digits else "")


def _difference(row: ScorePair) -> str:
    """With its sign and unit; without a sign if nothing is left of it as it is written; empty if there is none."""
    if row.difference is None or row.left is None:
        return ""
    text = _in_points(abs(row.difference), row.left.unit)
    if not any(digit in text for digit in "123456789"):
        return text
    error = "" if row.error is None else f"<br><small>\u00b1 {_in_points(row.error, row.left.unit)}</small>"
    return ("+" if row.difference > 0 else _MINUS) + text + error


def _in_points(value: float, unit: str) -> str:
    """A difference of two values of this unit, without its sign."""
    return written(value, unit).replace("%", "points")


def config_differences(settings: Sequence[Setting]) -> None:
    """A row for each field that differs."""
    rows = [
        f'<th scope="row">{html.escape(setting.name)}<br><small>{html.escape(setting.why)}</small></th>'
        f"<td>{html.escape(setting.left)}</td><td>{html.escape(setting.right)}</td>"
        for setting in settings
    ]
    table("config-differences", ("Setting", "Left", "Right"), rows)
