"""The form: a field for each number of a training's config, named, bounded and explained by the config itself."""

import dataclasses
import re
from typing import Any

import streamlit as st

from vae_core.config import TrainingConfig
from vae_core.errors import ConfigError

CUSTOM = "custom"
_COLUMNS = 4
_GROUPS = {
    "Network": ("encoder_widths", "decoder_widths", "activation", "proposals", "initialization", "output_bias"),
    "Training": ("epochs", "batch_size", "optimizer", "learning_rate", "schedule", "clip_norm", "validation", "seed"),
    "Loss and noise": ("epsilon_std", "hidden_pixels", "bent_digits"),
}
_SPECS = {spec.name: spec for spec in dataclasses.fields(TrainingConfig)}


def beta_field() -> float:
    """A field for beta, which belongs to every recipe. Raises ConfigError if it is empty."""
    return _field(_SPECS["beta"], _SPECS["beta"].default, "Beta")


def form(start: TrainingConfig) -> TrainingConfig:
    """The config that the visitor chose, from start on, but for beta. Raises ConfigError that says which fields are
    wrong."""
    fields: dict[str, Any] = {"beta": start.beta}
    problems: list[str] = []
    for group, names in _GROUPS.items():
        st.markdown(f"**{group}**")
        for first in range(0, len(names), _COLUMNS):  # row by row, so that a narrow screen keeps their order
            for name, column in zip(names[first : first + _COLUMNS], st.columns(_COLUMNS), strict=False):
                with column:
                    try:
                        fields[name] = _field(_SPECS[name], getattr(start, name), label(name))
                    except ConfigError as error:  # all fields are drawn before it is told
                        problems.append(str(error))
    if problems:
        raise ConfigError(" ".join(problems))
    return TrainingConfig(recipe=CUSTOM, **fields)


def label(name: str) -> str:
    """What a field of a config is called on the page."""
    return name.replace("_", " ").capitalize()


def in_words(error: ConfigError) -> str:
    """An error with the fields called as the page calls them."""
    return re.sub(r"\b(" + "|".join(_SPECS) + r")(?=[:,])", lambda found: label(found[1]), str(error))


def _field(spec: dataclasses.Field, value: Any, label: str) -> Any:
    key, why = f"config {spec.name}", spec.metadata["why"]
    st.session_state.setdefault(key, ", ".join(map(str, value)) if isinstance(value, tuple) else value)
    if choices := spec.metadata.get("choices"):
        return st.selectbox(label, choices, key=key, help=why, persist_state="session")
    if isinstance(value, tuple):
        text = st.text_input(label, key=key, help=f"{why} One number a layer.", max_chars=100, persist_state="session")
        return _widths(spec.name, text)
    low, high = (type(value)(spec.metadata[end]) for end in ("low", "high"))
    step, written = (1, "%d") if isinstance(value, int) else (low or 0.05, "%g")
    found = st.number_input(
        label, low, high, value=None, step=step, format=written, key=key, help=why, persist_state="session"
    )
    if found is None:
        raise ConfigError(f"{spec.name}: expected a number, found nothing.")
    return found


def _widths(name: str, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.replace(",", " ").replace(";", " ").split())
    except ValueError:
        raise ConfigError(f"{name}: expected whole numbers, like 256, 128; found {text!r}.") from None
