"""The least a Streamlit app can be: one button that writes a number. What the explorer's times are compared with."""

import streamlit as st

state = st.session_state
state.setdefault("presses", 0)


def press() -> None:
    state.presses += 1


@st.fragment
def body() -> None:
    st.button("Press", on_click=press)
    st.write(f"Pressed {state.presses}")


body()
