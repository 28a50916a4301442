"""What to train: a recipe or numbers of the visitor's own, and how long it will take."""

import time

import streamlit as st

from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.errors import ConfigError, TrainingOff
from vae_core.jobs import actions, estimate
from vae_core.jobs.queue import slots
from vae_core.recipes import RECIPES, recipe_for
from vae_core.ui.elements.config_form import CUSTOM, form
from vae_core.ui.elements.notices import show_error
from vae_core.ui.elements.training_status import duration
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.session.train import TrainState

_state = TrainState()

_ABOUT = {
    "fast": "**fast**: three narrow layers in each half, trained in seconds.",
    "seed": "**seed**: the network and the 50 epochs of the blog post that this app grew from, here called the post.",
    "deep": "**deep**: three wide layers in each half and 100 epochs: the best map, in a quarter of an hour or more.",
    CUSTOM: "**custom**: every number by hand.",
}
_DOUBLE_CLICK_SECONDS = 1.0


def training_form(at_hand: Digits) -> None:
    """A recipe, or a field for each number of a training; a title; and the button that starts the training.

    at_hand: the digits to train on.
    """
    config = _chosen_config(_choose_recipe(), at_hand)
    with st.container(horizontal=True, vertical_alignment="center"):
        off = _training_off()
        st.button(
            "Start training",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_start,
            args=(config, at_hand),
            disabled=config is None or off is not None,
        )
        if config:
            st.markdown(_expectation(config, at_hand))
    if off:
        st.info(escape_markdown(off), icon=":material/lock:")
    if _state.error:
        show_error(_state.error)
        _state.error = None


def _choose_recipe() -> str:
    """The name of the recipe; beside it, the run's title can be written."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.segmented_control(
            "Recipe", [*RECIPES, CUSTOM], key=TrainState.recipe.key, persist_state="session", required=True
        )
        st.markdown(_ABOUT[_state.recipe])
    right.text_input(
        "Title", key=TrainState.title.key, max_chars=100, placeholder="How the run is called", persist_state="session"
    )
    return _state.recipe


def _chosen_config(recipe: str, at_hand: Digits) -> TrainingConfig | None:
    """The recipe's settings, or the visitor's own; None if these are out of bounds, which the page then says."""
    try:
        config = recipe_for("fast" if recipe == CUSTOM else recipe, len(at_hand.train_images))
        return form(config) if recipe == CUSTOM else config
    except ConfigError as error:
        show_error(error)
        return None


def _training_off() -> str | None:
    try:
        slots()
    except TrainingOff as error:
        return str(error)


def _expectation(config: TrainingConfig, at_hand: Digits) -> str:
    count = max(0, len(at_hand.train_images) - config.validation)
    seconds = estimate.expected_seconds(config, count)
    pace = (
        f"about {duration(seconds)} here, going by your runs" if seconds else "time unknown before the first run here"
    )
    return (
        f"{config.weights:,} weights, {config.epochs} epoch{'s' * (config.epochs > 1)} of {count:,} digits; {pace}, "
        "after some seconds for TensorFlow."
    )


def _start(config: TrainingConfig, at_hand: Digits) -> None:
    now = time.monotonic()
    if now - _state.started < _DOUBLE_CLICK_SECONDS:
        return
    _state.started = now
    _state.attempt(lambda: actions.start(config, at_hand, _state.title.strip() or None))
