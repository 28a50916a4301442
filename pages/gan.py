"""GAN: how a generative adversarial network is trained."""

import streamlit as st

from vae_core.ui.components.two_steps import two_steps
from vae_core.ui.elements.notices import showing_errors


def main() -> None:
    st.title("GAN", anchor=False)
    two_steps()


with showing_errors():
    main()
