"""What a visitor's session makes of the browser's requests to a live training; its process is a stand-in."""

import base64
from typing import Any

import pytest
import streamlit

from vae_core.errors import ComputationFailed, TrainingOff
from vae_core.ui.session import two_steps
from vae_core.ui.session.two_steps import TwoStepsState


class FakeStepping:
    """Becomes ready at the second look. A fault is raised by whatever is asked of it next."""

    fault: Exception | None = None

    def __init__(self) -> None:
        self.looks = 0
        self._check()

    def _check(self) -> None:
        if self.fault:
            raise self.fault

    @property
    def ready(self) -> bool:
        return self.looks >= 2

    def wait(self, seconds: float) -> bool:
        self._check()
        self.looks += 1
        return self.ready

    def take(self, network: str) -> bytes:
        self._check()
        return network.encode()

    def check(self) -> None:
        self._check()


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> TwoStepsState:
    monkeypatch.setattr(streamlit, "session_state", {})
    monkeypatch.setattr(two_steps, "Stepping", FakeStepping)
    monkeypatch.setattr(
        two_steps, "digits", lambda: type("Few", (), {"train_images": [0] * 4000, "name": "few digits"})
    )
    monkeypatch.setattr(FakeStepping, "fault", None)
    monkeypatch.delenv("VAE_TRAINING_SLOTS", raising=False)
    return TwoStepsState()


def told(state: TwoStepsState, *names: str) -> list[Any]:
    data = state.as_data()
    return [data[name] for name in names]


def test_a_training_is_begun_looked_at_and_takes_the_steps_that_are_asked_for(state: TwoStepsState):
    assert told(state, "state", "refused", "training", "digits") == ["off", "", 0, ""]
    state.act("generator")  # of none
    assert told(state, "state", "taken") == ["off", 0]
    state.act("start")
    assert told(state, "state", "training", "digits") == ["starting", 1, "4,000 training digits (few digits)"]
    state.act("generator")  # not ready: no more than a look
    assert told(state, "state", "step") == ["starting", None]
    state.act("look")
    assert told(state, "state") == ["ready"]
    for i, network in enumerate(("generator", "discriminator"), start=1):
        state.act(network)
        assert told(state, "taken", "step") == [i, base64.b64encode(network.encode()).decode()]
    state.act("start")
    state.act({"no": "action"})
    assert told(state, "state", "training", "taken") == ["ready", 1, 2]


def test_one_that_has_ended_is_told_and_another_begins_anew(state: TwoStepsState, monkeypatch: pytest.MonkeyPatch):
    state.act("start")
    for action in ("look", "look", "discriminator"):
        state.act(action)
    monkeypatch.setattr(FakeStepping, "fault", ComputationFailed("It was killed."))
    state.act("look")
    assert told(state, "state", "message") == ["off", "It was killed."]
    monkeypatch.setattr(FakeStepping, "fault", None)
    state.act("start")
    assert told(state, "state", "message", "training", "taken", "step") == ["starting", "", 2, 0, None]


def test_one_that_finds_no_room_is_told(state: TwoStepsState, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(FakeStepping, "fault", TrainingOff("Others are training."))
    state.act("start")
    assert told(state, "state", "message", "training") == ["off", "Others are training.", 0]


def test_where_nothing_is_trained_it_says_why(state: TwoStepsState, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VAE_TRAINING_SLOTS", "0")
    assert "turned off on this server" in told(state, "refused")[0]
