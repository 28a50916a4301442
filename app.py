"""The router: which pages there are. Start with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from vae_core.ui.elements.skeleton import skeleton
from vae_core.ui.resources.scripts import preload
from vae_core.ui.workarounds import watch_connection

st.set_page_config(page_title="VAE Latent Explorer", page_icon="🧭", layout="wide")
st.html(Path(__file__).parent / "vae_core/ui/page.css")

st.html('<span class="product">VAE Latent Explorer</span>')

preload()
watch_connection()

page = st.navigation(
    [
        st.Page("pages/explore.py", title="Explore", icon=":material/explore:", default=True),
        st.Page("pages/train.py", title="Train", icon=":material/model_training:"),
        st.Page("pages/report.py", title="Report", icon=":material/assessment:"),
        st.Page("pages/compare.py", title="Compare", icon=":material/compare:"),
        st.Page("pages/gan.py", title="GAN", icon=":material/swords:"),
        st.Page("pages/about.py", title="About", icon=":material/info:"),
    ],
    position="top",
)
skeleton(of_explorer=page.title == "Explore")
page.run()
