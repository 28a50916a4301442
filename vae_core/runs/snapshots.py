"""Snapshots: the map and the manifold at 24 moments of a training, each in a small file; of a GAN the manifold alone.

They are more frequent early in the training, when the map changes fastest: snapshot k of K is taken after
total * (k / (K - 1))^3 gradient steps, k = 0 before the first. Invariant: all snapshots of a run show the same test
digits in the same order.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vae_core.config import LATENT_DIM
from vae_core.data.images import IMAGE_SIDE, to_images, to_pixels
from vae_core.latent.manifold import DEFAULT_SIDE, lattice_points
from vae_core.networks.decoder import Decoder
from vae_core.networks.encoder import Encoder
from vae_core.runs.record import Record
from vae_core.runs.run import Run
from vae_core.storage.files import raising_run_damaged, read_bytes, write
from vae_core.storage.tensors import Shapes, compress, decompress, largest, pack, parse, read_metadata

PROBE = 1000
"""A snapshot shows so many test digits, the first ones, or all if there are fewer."""

LIVE = "live.safetensors.gz"
"""The file of the latest snapshot of a training that a page watches; it is overwritten about twice a second."""

_COUNT = 24
_PATTERN = "[0-9]" * 8 + ".safetensors.gz"


@dataclass(frozen=True)
class Snapshot:
    """The map and the manifold at one moment of a training."""

    step: int
    """Gradient steps taken so far."""
    means: np.ndarray
    """(P, 2) float32: the posterior means of the first P test digits, P = PROBE or all if there are fewer; without an
    encoder P = 0."""
    tiles: np.ndarray
    """(15 * 15, 28, 28) uint8: the decoded lattice, in the order of `lattice_points`."""

    @classmethod
    def take(cls, encoder: Encoder | None, decoder: Decoder, images: np.ndarray, step: int) -> "Snapshot":
        """The snapshot of a network after `step` gradient steps. images: (N, 28, 28) uint8, the test digits."""
        means = np.empty((0, LATENT_DIM), np.float32)
        if encoder:
            means, _ = encoder.encode(to_pixels(images[:PROBE]))
        return cls(step, means, to_images(decoder.decode(lattice_points())))

    @classmethod
    def from_bytes(cls, content: bytes, probe: int) -> "Snapshot":
        """The inverse of `to_bytes`. probe: how many test digits it shows.

        Raises any of the errors that `raising_run_damaged` converts if the content is damaged.
        """
        shapes: Shapes = {
            "means": ((probe, LATENT_DIM), np.float32),
            "tiles": ((DEFAULT_SIDE**2, IMAGE_SIDE, IMAGE_SIDE), np.uint8),
        }
        unpacked = decompress(content, largest(shapes))
        tensors = parse(unpacked, shapes)
        return cls(int(read_metadata(unpacked, ("step",))["step"]), tensors["means"], tensors["tiles"])

    def to_bytes(self) -> bytes:
        """A safetensors file compressed with gzip. The browser reads the same format."""
        return compress(pack({"means": self.means, "tiles": self.tiles}, {"step": self.step}))


def steps_to_keep(total: int) -> list[int]:
    """After which steps a training of `total` steps keeps a snapshot: ascending and distinct, from 0 to total."""
    return sorted({round(total * (k / (_COUNT - 1)) ** 3) for k in range(_COUNT)})


def keep(directory: Path, snapshot: Snapshot) -> None:
    """Write a snapshot into a run's directory. Raises OSError."""
    folder = directory / "snapshots"
    folder.mkdir(exist_ok=True)
    write(folder / f"{snapshot.step:08d}.safetensors.gz", snapshot.to_bytes())


def kept(run: Run) -> list[Path]:
    """The files of a run's snapshots, in the order of their steps."""
    return sorted((run.directory / "snapshots").glob(_PATTERN))


def probe_of(record: Record) -> int:
    """How many test digits the snapshots of a run show."""
    return min(record.dataset.test, PROBE) if record.has_encoder else 0


def read(path: Path, probe: int) -> tuple[Snapshot, bytes]:
    """The snapshot in a file, and the file's content. probe: how many test digits it shows. Raises RunDamaged."""
    with raising_run_damaged(path):
        content = read_bytes(path, 1_000_000)
        return Snapshot.from_bytes(content, probe), content
