"""The form: a field for each number of a training's config, named, bounded and explained by the config itself."""

import dataclasses
from typing import Any

import streamlit as st

from vae_core.config import TrainingConfig
from vae_core.errors import ConfigError

CUSTOM = "custom"
_COLUMNS = 4


def form(start: TrainingConfig) -> TrainingConfig:
    """The config that the visitor chose, from start on. Raises ConfigError that says which fields are wrong."""
    fields, problems = {}, []
    specs = [spec for spec in dataclasses.fields(TrainingConfig) if spec.name != "recipe"]
    for first in range(0, len(specs), _COLUMNS):  # row by row, so that a narrow screen keeps their order
        for spec, column in zip(specs[first : first + _COLUMNS], st.columns(_COLUMNS), strict=False):
            with column:
                try:
                    fields[spec.name] = _field(spec, getattr(start, spec.name))
                except ConfigError as error:  # all fields are drawn before it is told
                    problems.append(str(error))
    if problems:
        raise ConfigError(" ".join(problems))
    return TrainingConfig(recipe=CUSTOM, **fields)


def _field(spec: dataclasses.Field, value: Any) -> Any:
    key, label, why = f"config {spec.name}", spec.name.replace("_", " ").capitalize(), spec.metadata["why"]
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
