"""A real digit, and how close a GAN and a VAE come to it: found by search, and by the VAE's encoder."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from vae_core.data.digits import class_text
from vae_core.data.images import to_images, to_pixels
from vae_core.latent.points import Z_LIMIT, Point, as_point, as_points
from vae_core.likelihood.elbo import reconstruction_nats
from vae_core.ui.elements.pictures import gallery
from vae_core.ui.resources.loaded_decoder import LoadedDecoder
from vae_core.ui.resources.loaded_run import LoadedRun
from vae_core.ui.session.gan import GanState

_state = GanState()


class Places(NamedTuple):
    """Where the models draw a digit."""

    gan: Point
    """The best place of the GAN's generator."""
    encoded: Point
    """The mean that the VAE's encoder gives it."""
    vae: Point
    """The best place of the VAE's decoder."""


def find_places(encoded: LoadedRun, gan: LoadedDecoder) -> Places | None:
    """Where each model draws the chosen digit; None while none is chosen. encoded: the VAE."""
    index = _state.digit
    if index is None:
        return None
    digest = encoded.digits.digest
    pixels = to_pixels(encoded.digits.test_images[index : index + 1])[0]
    return Places(
        gan=_searched(gan, pixels, gan.decoder.digest, digest, index),
        encoded=as_point(*np.clip(encoded.map.means[index], -Z_LIMIT, Z_LIMIT).tolist()),
        vae=_searched(encoded.drawing, pixels, encoded.network.decoder.digest, digest, index),
    )


@st.cache_data(show_spinner="Searching for the digit", max_entries=1000)
def _searched(_loaded: LoadedDecoder, _pixels: np.ndarray, decoder: str, digits: str, index: int) -> Point:
    return _loaded.inverter().invert(_pixels).z


def digit_search(encoded: LoadedRun, gan: LoadedDecoder, found: Places | None) -> None:
    """Have both models draw the chosen digit as well as they can. found: by `find_places`."""
    st.header("Find this digit", anchor=False)
    index = _state.digit
    chooser, results = st.columns([1, 3], gap="large")
    with chooser:
        last = len(encoded.digits.test_images) - 1
        st.number_input("Test digit", 0, last, key=GanState.digit.key, persist_state="session", placeholder="a number")
        st.button(
            "Random digit", key="random digit", icon=":material/shuffle:", on_click=_choose_random_digit, args=(last,)
        )
        st.caption(
            "The VAE\u2019s encoder answers in one pass where a digit belongs. A GAN has none: its point is searched "
            "for, from many starting points downhill to the smallest error. The same search in the VAE shows what its "
            "encoder misses."
        )
    if index is None or found is None:
        results.caption("Choose a digit: its best drawing by each model is shown here.")
        return
    image = encoded.digits.test_images[index]
    places = [
        ("GAN, searched", gan.decoder, found.gan),
        ("VAE, encoded", encoded.network.decoder, found.encoded),
        ("VAE, searched", encoded.network.decoder, found.vae),
    ]
    pixels = to_pixels(image[None])[0]
    images, captions = [image], [("Real digit", class_text(int(encoded.digits.test_labels[index])))]
    for name, decoder, z in places:
        logits = decoder.logits(as_points(np.array(z)))
        drawn = decoder.decode(as_points(np.array(z))).reshape(-1)
        images.append(to_images(drawn[None])[0])
        error = float(np.sqrt(np.square(drawn - pixels).mean()))
        captions.append((name, f"error {error:.3f}, {reconstruction_nats(pixels, logits)[0]:.0f} nats"))
    with results:
        gallery(f"Test digit {index}, and how close each model comes", np.stack(images), captions, side=120)
        st.caption(
            "Error: the root of the mean squared difference of a pixel, from 0 to 1; the search minimises it. Nats: "
            "the reconstruction loss, which the VAE was trained on: it punishes a wrong pixel the more, the surer the "
            "model was. Circles on the maps: the GAN\u2019s searched point, and the VAE\u2019s encoded one."
        )
    st.markdown(
        "**Sharp is not the same as right.** A GAN learns to draw what a discriminator takes for real: sharp strokes, "
        "of which nobody asks whether they are those of a given digit. A VAE is asked exactly that of every digit, and "
        "where it is unsure it draws grey.  \n**A map is not the same as a sampler.** The VAE\u2019s encoder gives "
        "every digit a place. The GAN only ever learned to draw from random points: many real digits have no place in "
        "its plane at all."
    )


def _choose_random_digit(last: int) -> None:
    _state.digit = int(np.random.default_rng().integers(last + 1))
