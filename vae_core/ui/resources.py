"""What all sessions share, computed once: the digits, and of each run its network and its map.

Caches are keyed by ids and digests, never by arrays; what they hold is immutable.
"""

import functools
import hashlib
from dataclasses import dataclass

import numpy as np
import safetensors.numpy
import streamlit as st

from vae_core.data import Digits, load_digits
from vae_core.latent import LatentMap
from vae_core.network import Network
from vae_core.runs import Run
from vae_core.ui.static_files import publish_compressed


@dataclass(frozen=True)
class Atlas:
    """A run's network together with the digits that it is shown on, and where the browser finds them."""

    run: Run
    digits: Digits
    network: Network
    map: LatentMap

    def decoder_url(self) -> str:
        """safetensors of decoder.hidden.{i}.kernel/.bias and decoder.logits.kernel/.bias."""
        return publish_compressed(f"decoder-{self._weights}.safetensors", lambda: safetensors.numpy.save(self._decoder))

    def map_url(self) -> str:
        """safetensors of means and spreads (N, 2) float32, labels (N,) uint8."""
        tensors = {"means": self.map.means, "spreads": self.map.spreads, "labels": self.map.labels}
        name = f"map-{self._weights}-{self.digits.digest}.safetensors"
        return publish_compressed(name, lambda: safetensors.numpy.save(tensors))

    def images_url(self) -> str:
        """safetensors of images (N, 28, 28) uint8."""
        tensors = {"images": self.digits.test_images}
        return publish_compressed(f"digits-{self.digits.digest}.safetensors", lambda: safetensors.numpy.save(tensors))

    @functools.cached_property
    def _decoder(self) -> dict[str, np.ndarray]:
        return {name: tensor for name, tensor in self.run.tensors().items() if name.startswith("decoder.")}

    @functools.cached_property
    def _weights(self) -> str:
        """Names the weights: two runs may have the same id, one after the other."""
        tensors = self.run.tensors()
        return hashlib.sha256(b"".join(tensors[name].tobytes() for name in sorted(tensors))).hexdigest()[:16]


@st.cache_resource(show_spinner="Looking for MNIST: on disk, then a download of 11 MB")
def digits() -> Digits:
    """The digits that this process shows."""
    return load_digits()


def atlas(run: Run) -> Atlas:
    """The run encoded on this process's digits. Raises RunDamaged if its network cannot be read."""
    shown = digits()
    return _atlas(run, shown, run.id, run.record.created, shown.digest)


@st.cache_resource(show_spinner="Encoding the digits", max_entries=8)
def _atlas(_run: Run, _digits: Digits, run_id: str, created: str, digest: str) -> Atlas:
    network = Network.from_run(_run)
    return Atlas(_run, _digits, network, LatentMap.embed(network, _digits.test_images, _digits.test_labels))
