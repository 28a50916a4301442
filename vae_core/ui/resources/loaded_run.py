"""What all sessions share, computed once: of each run its networks and, of a VAE, its map.

Caches are keyed by ids and digests, never by arrays; what they hold is immutable.
"""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from vae_core.data.digits import Digits
from vae_core.data.sources import load_whole_sample
from vae_core.latent.latent_map import LatentMap
from vae_core.networks.gan_network import GanNetwork
from vae_core.networks.network import Model, Network
from vae_core.runs.run import Run
from vae_core.storage.tensors import Shapes
from vae_core.ui.resources.loaded_decoder import LoadedDecoder, decoder_url
from vae_core.ui.resources.picture_blocks import pack_blocks
from vae_core.ui.resources.static_files import publish_large
from vae_core.ui.resources.tensor_files import publish_tensors, read_tensors

# Files in static/ are kept, so their names say how their content is made: these count up whenever that changes.
_MAP_VERSION = 2
_PICTURES_VERSION = 1


@dataclass(frozen=True)
class LoadedRun:
    """A VAE's network together with the digits that it is shown on, and where the browser finds them."""

    run: Run
    digits: Digits
    network: Network
    map: LatentMap

    @property
    def drawing(self) -> LoadedDecoder:
        """The run as far as it draws."""
        return LoadedDecoder(self.run, self.network.decoder, None)

    def decoder_url(self) -> str:
        """The decoder's weights, as `decoder_url` has them."""
        return decoder_url(self.network.decoder)

    def map_url(self) -> str:
        """safetensors of means and std (N, 2) float32, labels (N,) uint8."""
        tensors = {"means": self.map.means, "std": self.map.std, "labels": self.map.labels}
        return publish_tensors(_map_name(self.network, self.digits), lambda: tensors)

    def pictures_url(self) -> str:
        """The digits' pictures, as picture_blocks has them."""
        name = f"pictures-{_PICTURES_VERSION}-{self.network.digest}-{self.digits.digest}.blocks"
        return publish_large(name, lambda: pack_blocks(self.digits.test_images, self.map.means))


@dataclass(frozen=True)
class LoadedGan:
    """A GAN's networks together with the digits that what it draws is set beside."""

    run: Run
    digits: Digits
    network: GanNetwork

    @property
    def drawing(self) -> LoadedDecoder:
        """The run as far as it draws."""
        return LoadedDecoder(self.run, self.network.decoder, self.network.discriminator)


Loaded = LoadedRun | LoadedGan


def digits_for(at_hand: Digits, *runs: Run) -> Digits:
    """The digits to show these runs on, side by side: MNIST's, if they are at hand.

    Else all of the bundled sample; unless one of the runs was trained on a part of it: then the rest.
    """
    on_mnist = all(run.record.dataset.is_mnist for run in runs)
    return load_whole_sample() if at_hand.are_sample and on_mnist else at_hand


def load_run(at_hand: Digits, run: Run, *beside: Run) -> LoadedRun:
    """The run encoded on the digits to show it on, beside these others.

    Raises RunDamaged if its network cannot be read, NoEncoder for a GAN.
    """
    shown = digits_for(at_hand, run, *beside)
    return LoadedRun(run, shown, *_encoded(run, shown, str(run.directory), run.version, shown.digest))


def load_any(at_hand: Digits, run: Run, *beside: Run) -> Loaded:
    """The same for a run of either kind. Raises RunDamaged."""
    if run.record.has_encoder:
        return load_run(at_hand, run, *beside)
    model = _read(run, str(run.directory), run.version)
    assert isinstance(model, GanNetwork)
    return LoadedGan(run, digits_for(at_hand, run, *beside), model)


@st.cache_resource(show_spinner=False, max_entries=8)
def _read(_run: Run, directory: str, version: int) -> Model:
    return _run.model()


@st.cache_resource(show_spinner="Encoding the digits", max_entries=8)
def _encoded(_run: Run, _digits: Digits, directory: str, version: int, digest: str) -> tuple[Network, LatentMap]:
    network = _run.network()
    count = len(_digits.test_labels)
    shapes: Shapes = {
        "means": ((count, 2), np.float32),
        "std": ((count, 2), np.float32),
        "labels": ((count,), np.uint8),
    }
    # What the browser is sent is a map's whole content: after a restart nothing needs to be encoded again.
    if kept := read_tensors(_map_name(network, _digits), shapes):
        return network, LatentMap(**kept)
    return network, LatentMap.embed(network, _digits.test_images, _digits.test_labels)


def _map_name(network: Network, digits: Digits) -> str:
    return f"map-{_MAP_VERSION}-{network.digest}-{digits.digest}.safetensors"
