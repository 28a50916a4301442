"""What all sessions share of a model as far as it draws, a VAE with its decoder, a GAN with its generator.

Caches are keyed by ids and digests, never by arrays; what they hold is immutable.
"""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from vae_core.config import LATENT_DIM
from vae_core.latent.inversion import Inverter
from vae_core.latent.points import Point, as_point
from vae_core.networks.decoder import Decoder
from vae_core.networks.discriminator import Discriminator
from vae_core.networks.judge import shipped_judge
from vae_core.runs.run import Run
from vae_core.ui.resources.tensor_files import publish_tensors

_DRAWS, _SEED = 50, 0
_VERSION = 2  # files in static/ are kept, so their names say how their content is made


@dataclass(frozen=True)
class LoadedDecoder:
    """A run's decoder, and the discriminator that it was trained against, which only a GAN has."""

    run: Run
    decoder: Decoder
    discriminator: Discriminator | None

    def start(self) -> Point:
        """A point where the judge finds the drawing clear: the clearest of some draws of the prior."""
        return _start(self.decoder, self.decoder.digest)

    def inverter(self) -> Inverter:
        """What finds the point where it draws a digit best."""
        return _inverter(self.decoder, self.decoder.digest)


def decoder_url(decoder: Decoder) -> str:
    """safetensors of decoder.hidden.{i}.kernel/.bias and decoder.logits.kernel/.bias, float32 or float16."""
    return publish_tensors(f"decoder-{_VERSION}-{decoder.digest}.safetensors", lambda: _tensors(decoder))


@st.cache_data(show_spinner=False, max_entries=64)
def _start(_decoder: Decoder, digest: str) -> Point:
    z = np.random.default_rng(_SEED).standard_normal((_DRAWS, LATENT_DIM), dtype=np.float32)
    judge = shipped_judge()
    sure = judge.probabilities(judge.features(_decoder.decode(z).reshape(len(z), -1))).max(axis=1)
    return as_point(*z[sure.argmax()].tolist())


@st.cache_resource(show_spinner=False, max_entries=4)
def _inverter(_decoder: Decoder, digest: str) -> Inverter:
    return Inverter(_decoder)


def _tensors(decoder: Decoder) -> dict[str, np.ndarray]:
    layers = {f"hidden.{i}": layer for i, layer in enumerate(decoder.hidden)} | {"logits": decoder.output}
    return {
        f"decoder.{name}.{part}": _narrowed(array)
        for name, layer in layers.items()
        for part, array in zip(("kernel", "bias"), layer, strict=True)
    }


def _narrowed(array: np.ndarray) -> np.ndarray:
    """As float16 where that loses nothing: the weights that a run keeps as float16 travel in half of the bytes."""
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if np.array_equal(half, array) else array
