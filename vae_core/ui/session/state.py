"""Typed session state: the values that a page keeps in Streamlit's session, each under one key, with its default."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

import streamlit as st

from vae_core.ui.workarounds import enter_through_router

T = TypeVar("T")


class Value(Generic[T]):
    """One value of a visitor's session, as a class attribute of a State. `State.name.key` is its key, for widgets."""

    def __init__(self, key: str, default: Callable[[], T]):
        self.key, self.default = key, default

    @overload
    def __get__(self, state: None, owner: type) -> "Value[T]": ...
    @overload
    def __get__(self, state: object, owner: type) -> T: ...
    def __get__(self, state: object | None, owner: type) -> "Value[T] | T":
        if state is None:
            return self
        return st.session_state[self.key] if self.key in st.session_state else self.default()

    def __set__(self, state: object, value: T) -> None:
        st.session_state[self.key] = value


class State:
    """What one page keeps in a visitor's session. It holds nothing itself: any two of a kind are the same."""

    def set_defaults(self) -> None:
        """Give each value its default that has none yet: a widget takes its first value from there."""
        enter_through_router()
        for kind in type(self).__mro__:
            for value in vars(kind).values():
                if isinstance(value, Value):
                    self._set_default(value)

    def _set_default(self, value: Value[Any]) -> None:
        if value.key not in st.session_state:
            st.session_state[value.key] = value.default()
