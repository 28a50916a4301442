"""Snapshots: what a network made of the same digits at some moment of its training, small enough to keep two dozen of.

The moments are denser early, where a map changes most: snapshot k of K is taken after total * (k / (K - 1))^3 gradient
steps, the first before any. Invariant: all snapshots of a run show the same digits in the same order.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vae_core.config import LATENT_DIM
from vae_core.data.images import IMAGE_SIDE, to_images, to_pixels
from vae_core.latent.manifold import DEFAULT_SIDE, lattice_points
from vae_core.networks.network import Network
from vae_core.runs.run import Run
from vae_core.storage.files import raising_run_damaged, read_bytes, write
from vae_core.storage.tensors import Shapes, compress, decompress, largest, pack, parse, read_metadata

PROBE = 1000
"""How many test digits a snapshot shows, or all there are: the first thousand."""

LIVE = "live.safetensors.gz"
"""The latest look at a training, while someone watches it."""

_COUNT = 24
_PATTERN = "[0-9]" * 8 + ".safetensors.gz"


@dataclass(frozen=True)
class Snapshot:
    """One moment of a training."""

    step: int
    """Gradient steps taken before it."""
    means: np.ndarray
    """(P, 2) float32: the posterior means of the first P test digits, P = PROBE or all there are."""
    tiles: np.ndarray
    """(15 * 15, 28, 28) uint8: the lattice decoded, in reading order of the mosaic."""

    @classmethod
    def take(cls, network: Network, images: np.ndarray, step: int) -> "Snapshot":
        """Look at a network after `step` steps. images: (N, 28, 28) uint8, the test digits."""
        means, _ = network.encode(to_pixels(images[:PROBE]))
        return cls(step, means, to_images(network.decode(lattice_points())))

    @classmethod
    def from_bytes(cls, content: bytes, digits: int) -> "Snapshot":
        """Read what `to_bytes` wrote. digits: how many test digits there are. Raises ValueError or OSError."""
        shapes: Shapes = {
            "means": ((min(digits, PROBE), LATENT_DIM), np.float32),
            "tiles": ((DEFAULT_SIDE**2, IMAGE_SIDE, IMAGE_SIDE), np.uint8),
        }
        unpacked = decompress(content, largest(shapes))
        tensors = parse(unpacked, shapes)
        return cls(int(read_metadata(unpacked, ("step",))["step"]), tensors["means"], tensors["tiles"])

    def to_bytes(self) -> bytes:
        """A gzip-compressed safetensors file: what the browser fetches as it is."""
        return compress(pack({"means": self.means, "tiles": self.tiles}, {"step": self.step}))


def steps_to_keep(total: int) -> list[int]:
    """The steps after which a training of `total` steps keeps a snapshot: ascending, from 0 to total."""
    return sorted({round(total * (k / (_COUNT - 1)) ** 3) for k in range(_COUNT)})


def keep(directory: Path, snapshot: Snapshot) -> None:
    """Write a snapshot into a run's directory. Raises OSError."""
    folder = directory / "snapshots"
    folder.mkdir(exist_ok=True)
    write(folder / f"{snapshot.step:08d}.safetensors.gz", snapshot.to_bytes())


def kept(run: Run) -> list[Path]:
    """The files of a run's snapshots, in the order of their steps."""
    return sorted((run.directory / "snapshots").glob(_PATTERN))


def read(path: Path, digits: int) -> tuple[Snapshot, bytes]:
    """A run's snapshot and its file's content. digits: how many test digits the run has. Raises RunDamaged."""
    with raising_run_damaged(path):
        content = read_bytes(path, 1_000_000)
        return Snapshot.from_bytes(content, digits), content
