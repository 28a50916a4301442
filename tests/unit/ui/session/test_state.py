"""A state's values are read from the visitor's session and written there, each under its key, or are its defaults."""

from typing import Any

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from vae_core.ui.session import state
from vae_core.ui.session.state import State, Value


class Page(State):
    count: Value[int] = Value("how many", lambda: 3)
    chosen: Value[str | None] = Value("chosen", lambda: "first")
    seen: Value[list[int]] = Value("seen", list)


class OtherPage(State):
    count: Value[int] = Page.count
    title: Value[str] = Value("title", str)


class LongerPage(Page):
    more: Value[int] = Value("more", lambda: 7)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What Streamlit keeps for the visitor."""
    kept: dict[str, Any] = {}
    monkeypatch.setattr(streamlit, "session_state", kept)
    monkeypatch.setattr(state, "enter_through_router", lambda: None)
    return kept


def test_a_value_is_its_default_until_it_is_set(session: dict[str, Any]):
    page = Page()
    assert (page.count, page.chosen) == (3, "first")
    assert session == {}, "to read is not to set"
    page.count = 5
    page.chosen = None
    assert (page.count, page.chosen) == (5, None)
    assert session == {"how many": 5, "chosen": None}


def test_a_default_is_made_anew_each_time(session: dict[str, Any]):
    Page().seen.append(1)
    assert Page().seen == []


def test_a_widget_gets_a_values_key_from_its_class():
    assert (Page.count.key, Page.chosen.key, OtherPage.title.key) == ("how many", "chosen", "title")


def test_any_two_of_a_kind_are_the_same_and_kinds_may_share_a_value(session: dict[str, Any]):
    first, second = Page(), Page()
    first.count = 5
    assert (second.count, OtherPage().count, LongerPage().count) == (5, 5, 5)
    OtherPage().count = 6
    assert first.count == 6


def test_defaults_are_set_once_and_leave_what_is_set(session: dict[str, Any]):
    session |= {"chosen": None, "how many": 0}
    page = LongerPage()
    page.set_defaults()
    assert session == {"chosen": None, "how many": 0, "seen": [], "more": 7}
    page.seen.append(1)
    page.set_defaults()
    assert Page().seen == [1]
    assert "title" not in session


def test_the_router_runs_before_a_default_is_set(session: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    sizes: list[int] = []
    monkeypatch.setattr(state, "enter_through_router", lambda: sizes.append(len(session)))
    Page().set_defaults()
    assert sizes == [0]


def test_a_widget_takes_its_first_value_from_there_and_writes_it_there():
    def page() -> None:
        import streamlit as st

        from vae_core.ui.session.state import State, Value

        class Form(State):
            count: Value[int] = Value("how many", lambda: 3)

        Form().set_defaults()
        st.number_input("How many", key=Form.count.key)
        st.text(f"{float(Form().count)} are wanted")

    app = AppTest.from_function(page).run()
    assert app.number_input(key="how many").value == 3
    app.number_input(key="how many").set_value(5).run()
    assert app.text[0].value == "5.0 are wanted"
    assert not app.exception
