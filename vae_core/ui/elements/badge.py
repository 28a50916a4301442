"""What is on show, always in sight: which digits, how many, which model, how good; and how far to trust it."""

from collections.abc import Sequence

import streamlit as st

from vae_core.data.digits import Digits, test_digits_of
from vae_core.runs.record import Score
from vae_core.runs.run import Run
from vae_core.ui.markdown import escape_markdown


def describe_test_digits(digits: Digits) -> str:
    """The test digits on show, in a few words."""
    name = escape_markdown(digits.name)
    return f"{name}{'' if digits.are_sample else ' test set'}, {len(digits.test_images):,} digits"


def describe_score(scores: list[Score], name: str) -> str:
    """One score with its unit and its digits, or that there is none, as Markdown."""
    found = next((score for score in scores if score.name == name), None)
    if found is None:
        return f"{name} not measured on these digits"
    return f"{name} {found.value:.1f} {found.unit} on {found.digits:,} {escape_markdown(test_digits_of(found.dataset))}"


def badge(run: Run, scores: list[Score], digits: Digits) -> None:
    """Draw the badge. scores: those on the digits on show; where there are none, the run's own."""
    score = describe_score(scores, "-ELBO").replace("-ELBO", "\u2212ELBO")
    parts = (
        ("database", describe_test_digits(digits), "gray"),
        ("neurology", escape_markdown(run.title), "blue"),
        ("straighten", score, "gray"),
    )
    st.markdown(" ".join(f":{colour}-badge[:material/{icon}: {text}]" for icon, text, colour in parts))


def refusal(digits: Digits) -> None:
    """Say it where the file that the user named is not what is on show."""
    if digits.refused:
        st.warning(
            f"{escape_markdown(digits.refused)} Until that is corrected, other digits stand in: those of "
            f"{escape_markdown(digits.origin)}.",
            icon=":material/folder_off:",
        )


def caveat(digits: Digits, *runs: Run) -> None:
    """Draw what a visitor must know before trusting the picture of these runs; nothing if all is as it seems."""
    refusal(digits)
    if digits.are_sample:
        _caveat_of_sample(digits, runs)
    elif not digits.are_mnist:
        elsewhere = [f"**{escape_markdown(run.name)}**" for run in runs if run.record.dataset.digest != digits.digest]
        st.info(
            f"These digits are not MNIST's, though they may look like it: they are of {escape_markdown(digits.origin)}."
            + (f" {' and '.join(elsewhere)} learned from other digits, and may draw these badly." if elsewhere else ""),
            icon=":material/info:",
        )
    elif any(run.record.dataset.digest != digits.digest for run in runs):
        st.info("The run's own score, above, is of other digits than the ones on show.", icon=":material/info:")


def _caveat_of_sample(digits: Digits, runs: Sequence[Run]) -> None:
    part = f"{len(digits.test_images):,} of " if len(digits.train_images) else ""
    message = f"MNIST itself is not at hand: these are {part}{digits.origin}. "
    seen = [f"**{escape_markdown(run.name)}**" for run in runs if run.record.dataset.includes(digits)]
    message += (
        f"They were among the training digits of {' and '.join(seen)}, which would draw new digits worse."
        if seen
        else "No model on this page was trained on them."
    )
    st.info(message, icon=":material/info:")
    with st.expander("How to get the full map"):
        st.markdown("Set `VAE_MNIST` to an `mnist.npz` in Keras's layout, and restart the app. What was tried:")
        st.markdown("\n".join(f"- {escape_markdown(reason)}" for reason in digits.skipped))
