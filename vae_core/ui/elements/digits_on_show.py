"""What is on show, in one quiet line: which digits, how many, which model, how good; and how far to trust it."""

from collections.abc import Sequence

import streamlit as st

from vae_core.data.digits import Digits, test_digits_of
from vae_core.runs.record import Score
from vae_core.runs.run import Run
from vae_core.ui.elements.glossary import NATS
from vae_core.ui.elements.mnist_on_its_way import mnist_on_its_way
from vae_core.ui.markdown import escape_markdown


def digits_on_show(digits: Digits, runs: Sequence[Run], scores: Sequence[Score] = ()) -> None:
    """Draw the line. runs: those that are shown on the digits, whose names the page shows elsewhere if there are two;
    scores: those on the digits on show; where there are none, the run's own."""
    parts = [f":material/database: {describe_test_digits(digits)}"]
    if len(runs) == 1:
        parts.append(f":material/neurology: {escape_markdown(runs[0].title)}")
        score = describe_score(scores, "-ELBO").replace("-ELBO", "\u2212ELBO")
        parts.append(score if runs[0].record.has_encoder else "a GAN")
    alone = len(runs) == 1 and runs[0].record.has_encoder
    draw_line(digits, [*parts, *caveats(digits, runs)], NATS if alone else None)


def draw_line(digits: Digits, parts: Sequence[str], help: str | None = None) -> None:
    """Draw what is said about digits, as Markdown, and what can be done where they are not what they might be.

    help: what to explain about it, where the visitor asks.
    """
    if digits.refused:
        st.warning(
            f"{escape_markdown(digits.refused)} Until that is corrected, other digits stand in: those of "
            f"{escape_markdown(digits.origin)}.",
            icon=":material/folder_off:",
        )
    with st.container(horizontal=True, vertical_alignment="center", key="digits-on-show"):
        st.caption(" \u00a0\u00b7\u00a0 ".join(parts), width="content", help=help)
        if digits.are_sample:
            mnist_on_its_way(digits)


def describe_test_digits(digits: Digits) -> str:
    """The test digits on show, in a few words."""
    count = f"{len(digits.test_images):,}"
    if digits.are_sample:
        return f"{count} digits of the {escape_markdown(digits.name)}"
    return f"{escape_markdown(digits.name)} test set, {count} digits"


def describe_score(scores: Sequence[Score], name: str) -> str:
    """One score with its unit and its digits, or that there is none, as Markdown."""
    found = next((score for score in scores if score.name == name), None)
    if found is None:
        return f"{name} not measured on these digits"
    return f"{name} {found.value:.1f} {found.unit} on {found.digits:,} {escape_markdown(test_digits_of(found.dataset))}"


def caveats(digits: Digits, runs: Sequence[Run]) -> list[str]:
    """What a visitor must know to judge the picture of these runs, as Markdown; nothing if all is as it seems."""
    if digits.are_sample:
        seen = [run for run in runs if run.record.dataset.includes(digits)]
        if not seen:
            return ["this model never saw them" if len(runs) == 1 else "neither model ever saw them"]
        worse = ", and would draw new ones worse" if any(run.record.has_encoder for run in seen) else ""
        return [f"{_names(seen)} learned from these very digits{worse}"]
    if not digits.are_mnist:
        elsewhere = [run for run in runs if run.record.dataset.digest != digits.digest]
        said = [f"not MNIST\u2019s digits: {escape_markdown(digits.origin)}"]
        return said + (
            [f"{_names(elsewhere)} learned from other digits, and may draw these badly"] if elsewhere else []
        )
    return []


def _names(runs: Sequence[Run]) -> str:
    return " and ".join(f"**{escape_markdown(run.name)}**" for run in runs)
