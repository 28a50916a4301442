"""A run: the directory of files that a training writes (format 1; see README.md), and how they are read.

Invariants: every file that is read is checked completely, and an error names it; no path is built from an unchecked id.
The module `store` writes runs.
"""

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.errors import NoEncoder
from vae_core.networks.decoder import Decoder
from vae_core.networks.discriminator import Discriminator
from vae_core.networks.network import Model, Network, model_of, network_shapes
from vae_core.runs import history
from vae_core.runs.record import Record, Score, scores_from_json
from vae_core.storage import directories
from vae_core.storage.files import raising_run_damaged, read_text
from vae_core.storage.tensors import Tensors, read_tensors

if TYPE_CHECKING:
    import pandas as pd


_NAME_LENGTH = 100


@dataclass(frozen=True)
class Run:
    """A run on disk. Its record is read and checked; its other files are when they are asked for."""

    directory: Path
    record: Record

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def name(self) -> str:
        """The title in one line of at most 100 characters; the id if the title is empty."""
        name = " ".join(self.record.title.split()) or self.id
        return name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH - 4].rstrip()} ..."

    @property
    def title(self) -> str:
        """The name; if the training is not done, followed by the reason or the status in brackets."""
        title = self.name
        why = textwrap.shorten(self.record.reason, _NAME_LENGTH, placeholder=" ...") or self.record.status
        return title if self.record.status == "done" else f"{title} ({why})"

    @property
    def scorable(self) -> bool:
        """Whether a page may show how good it is: it is not being trained at the moment."""
        return self.record.status != "running"

    @property
    def explorable(self) -> bool:
        """Whether digits can be encoded with it: it has an encoder, which is not being trained at the moment."""
        return self.record.has_encoder and self.scorable

    @property
    def vae_config(self) -> TrainingConfig:
        """The config of a VAE's training. Raises NoEncoder for a GAN."""
        if isinstance(config := self.record.config, TrainingConfig):
            return config
        raise NoEncoder(
            f"{self.name} is a GAN: it draws digits, but has no encoder, which would place digits in the plane."
        )

    @property
    def shipped(self) -> bool:
        """Whether the run is part of the repository, and so cannot be changed."""
        return self.directory.parent == directories.SHIPPED

    @property
    def version(self) -> int:
        """When the weights were written, in ns; 0 if they are missing. Caches of results of the weights use it."""
        path = self.directory / "network.safetensors"
        return path.stat().st_mtime_ns if path.exists() else 0

    def tensors(self) -> Tensors:
        """network.safetensors: the weights by name, read-only float32, with the shapes of `network_shapes`.

        Raises RunDamaged.
        """
        return read_tensors(self.directory / "network.safetensors", network_shapes(self.record.config))

    def network(self) -> Network:
        """The encoder and the decoder with these weights. Raises NoEncoder for a GAN; RunDamaged."""
        return Network.from_tensors(self.tensors(), self.vae_config.activation)

    def model(self) -> Model:
        """All networks with these weights, of a VAE or of a GAN. Raises RunDamaged."""
        return model_of(self.tensors(), self.record.config)

    def decoder(self) -> Decoder:
        """The decoder with these weights, a GAN's generator. Raises RunDamaged."""
        return Decoder.from_tensors(self.tensors(), self.record.config.activation)

    def discriminator(self) -> Discriminator:
        """The discriminator with these weights, which only a GAN has. Raises RunDamaged."""
        return Discriminator.from_tensors(self.tensors())

    def history(self) -> "pd.DataFrame":
        """history.csv: a row for each epoch of a VAE, or every 250 steps of a GAN. Raises RunDamaged."""
        return history.read(self.directory, self.record.kind)

    def scores(self) -> list[Score]:
        """metrics.json: the scores on the test digits. Raises RunDamaged."""
        return read_scores(self.directory / "metrics.json")

    def negative_elbo(self) -> Score | None:
        """The -ELBO on the run's own test digits; None if it was not scored. Raises RunDamaged."""
        return next((score for score in self.scores() if score.name == "-ELBO"), None)

    def scores_on(self, digits: Digits) -> list[Score]:
        """The scores that the run keeps of these test digits; empty if it keeps none. Raises RunDamaged."""
        path, _ = self.report_files(digits)
        return read_scores(path) if path.exists() else []

    def report_files(self, digits: Digits) -> tuple[Path, Path]:
        """Where the report on these test digits is kept: its scores, and the metrics of the digits."""
        return self.file_on(digits, "metrics.json"), self.file_on(digits, "report.safetensors")

    def file_on(self, digits: Digits, name: str) -> Path:
        """Where a file about these test digits lies. Other digits than the run's own are told apart by their source and
        number: metrics-sample-5000.json."""
        if digits.digest == self.record.dataset.digest:
            return self.directory / name
        stem, dot, suffix = name.partition(".")
        return self.directory / f"{stem}-{digits.source}-{len(digits.test_images)}{dot}{suffix}"


def read_run(directory: Path) -> Run:
    """The run in this directory. Raises RunDamaged unless run.json is a record of format 1 with the right id."""
    path = directory / "run.json"
    with raising_run_damaged(path):
        record = Record.from_json(read_text(path))
        if record.id != directory.name:
            raise ValueError(f"expected the id {directory.name!r}, the folder's name; found {record.id!r}")
        return Run(directory, record)


def read_scores(path: Path) -> list[Score]:
    """The scores in this file. Raises RunDamaged."""
    with raising_run_damaged(path):
        return scores_from_json(read_text(path))
