"""GAN: how a generative adversarial network is trained."""

import streamlit as st

from vae_core.ui.components.two_steps import two_steps
from vae_core.ui.elements.notices import link_warnings, showing_errors
from vae_core.ui.session.explore import ExploreState


def main() -> None:
    link_warnings(ExploreState().begin())
    st.title("How a GAN is trained", anchor=False)
    two_steps()


with showing_errors():
    main()
