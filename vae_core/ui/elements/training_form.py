"""What to train: a recipe or numbers of the visitor's own, and how long it will take."""

import dataclasses
import time

import streamlit as st

from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.errors import ConfigError, TrainingOff
from vae_core.jobs import actions, estimate
from vae_core.jobs.queue import slots
from vae_core.kinds import AnyConfig
from vae_core.recipes import RECIPES, recipe_for
from vae_core.ui.elements.config_form import CUSTOM, beta_field, form, in_words
from vae_core.ui.elements.notices import show_error
from vae_core.ui.elements.training_status import duration
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.session.train import TrainState

_state = TrainState()

_ABOUT = {
    "fast": "**fast**: three narrow layers, trained within a minute. Watch how a map forms, and what beta does to it.",
    "seed": "**seed**: the blog post's recipe, a network and 50 epochs of training, from which this app grew. See the "
    "losses that it prints, and the map behind them.",
    "deep": "**deep**: three wide layers and 100 epochs, a quarter of an hour or more. See how good a map can get.",
    "gan": "**gan**: a generative adversarial network. A generator and a discriminator play against each other. Watch "
    "the generator's manifold form. It has no encoder, and so no map.",
    "gan-collapsed": "**gan-collapsed**: the plain game, without what holds it in balance. Watch the generator give up "
    "one class of digits after the other.",
    CUSTOM: "**custom**: choose every setting yourself, and see what it does.",
}
_DOUBLE_CLICK_SECONDS = 1.0


def training_form(at_hand: Digits) -> None:
    """A recipe, or a field for each number of a training; a title; and the button that starts the training.

    at_hand: the digits to train on.
    """
    config = _chosen_config(at_hand)
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


def _chosen_config(at_hand: Digits) -> AnyConfig | None:
    """The recipe, that of a VAE with the visitor's beta, or all settings of the visitor's own; None if these are out of
    bounds, which the page then says. Beside them the run's title can be written."""
    left, middle, right = st.columns([4, 1, 3], gap="medium")
    left.segmented_control(
        "Recipe", [*RECIPES, CUSTOM], key=TrainState.recipe.key, persist_state="session", required=True, wrap=True
    )
    right.text_input(
        "Title",
        key=TrainState.title.key,
        max_chars=100,
        placeholder="A name for the run, if you like",
        persist_state="session",
    )
    recipe = _state.recipe
    st.markdown(_ABOUT[recipe])
    try:
        config = recipe_for("fast" if recipe == CUSTOM else recipe, len(at_hand.train_images))
        if not isinstance(config, TrainingConfig):
            return config
        with middle:
            beta = beta_field()
        config = dataclasses.replace(config, beta=beta)
        return form(config) if recipe == CUSTOM else config
    except ConfigError as error:
        show_error(in_words(error))
        return None


def _training_off() -> str | None:
    try:
        slots()
    except TrainingOff as error:
        return str(error)


def _expectation(config: AnyConfig, at_hand: Digits) -> str:
    count = max(0, len(at_hand.train_images) - config.validation)
    seconds = estimate.expected_seconds(config, count)
    pace = (
        f"It takes about {duration(seconds)} here, going by your earlier runs, and some seconds to start."
        if seconds
        else "How long it takes here will be known after your first run."
    )
    if isinstance(config, TrainingConfig):
        held_out = f" ({config.validation:,} more are held out for validation)" if config.validation else ""
        length = f"{config.epochs} epoch{'s' * (config.epochs > 1)} of {count:,} digits{held_out}"
    else:
        length = f"{config.steps:,} steps of {config.batch_size:,} digits"
    return f"{config.weights:,} weights, {length}. {pace}"


def _start(config: AnyConfig, at_hand: Digits) -> None:
    now = time.monotonic()
    if now - _state.started < _DOUBLE_CLICK_SECONDS:
        return
    _state.started = now
    _state.attempt(lambda: actions.start(config, at_hand, _state.title.strip() or None))
