"""MNIST's download: in the background, once for all visitors of this process, who see the bundled sample meanwhile."""

import math
import threading

import streamlit as st

from vae_core.data import sources
from vae_core.data.digits import Digits
from vae_core.data.offline import check_online
from vae_core.ui.resources.computation import Computation, OnProgress

Download = Computation[Digits]

_FIRST_SECONDS = 0.3  # what cannot succeed at all is known by then
_slots = threading.BoundedSemaphore(1)


@st.cache_resource(show_spinner=False)
def download() -> Download:
    """The download that goes on, or has ended: its result is the digits that are at hand then. The first call begins
    it. It goes on, however slow the line, whether anybody waits or not."""
    begun: Download = Computation(patience=math.inf)
    begun.begin(_fetch, _slots)
    begun.wait(_FIRST_SECONDS)
    return begun


def download_again() -> None:
    """Begin anew after one that failed or was cancelled; it goes on from what was received."""
    download.clear()
    download()


def _fetch(on_progress: OnProgress) -> Digits:
    check_online()  # at once, without what follows
    from vae_core.data.download import download_mnist  # takes a tenth of a second

    what = "Fetching MNIST"
    on_progress(0.0, what)
    folder = sources.kept_download().parent
    download_mnist(folder, seconds=math.inf, on_progress=lambda share: on_progress(share, what))
    sources.look_again()
    return sources.load_digits()
