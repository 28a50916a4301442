"""A checkpoint: all that a training needs to go on as if it had never stopped.

The shuffle of an epoch and the noise of a step depend on the config's seed and on their number alone, so weights,
optimizer state and the count of steps are the whole of it; the sums of the epoch so far let its means come out alike.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy

from vae_core.networks.network import network_shapes
from vae_core.runs.run import Run
from vae_core.storage.files import raising_run_damaged, read_bytes, write
from vae_core.storage.tensors import Tensors, check, largest, pack, read_metadata

NAME = "checkpoint.safetensors"
_OPTIMIZER = "optimizer."
_MOST_COPIES = 4  # the weights, and what an optimizer keeps of each


@dataclass(frozen=True)
class Checkpoint:
    """A training between two gradient steps."""

    step: int
    """Gradient steps taken."""
    seconds: float
    """Training time so far."""
    reconstruction: float
    kl: float
    """Sums over the digits that the epoch has seen so far, in nats."""
    network: Tensors
    optimizer: list[np.ndarray]
    """The optimizer's variables in its own order, float32 or int64; it knows their shapes. Empty before the start."""

    def write(self, directory: Path) -> None:
        """Put it into a run's directory, in place of the one before. Raises OSError."""
        numbers = {"step": self.step, "seconds": self.seconds, "reconstruction": self.reconstruction, "kl": self.kl}
        state = {f"{_OPTIMIZER}{i}": variable for i, variable in enumerate(self.optimizer)}
        write(directory / NAME, pack(self.network | state, numbers))

    @classmethod
    def read(cls, run: Run) -> "Checkpoint":
        """The run's last checkpoint; of a training that has none yet, its start. Raises RunDamaged."""
        path = run.directory / NAME
        if not path.exists():
            return cls(0, 0.0, 0.0, 0.0, run.tensors(), [])
        shapes = network_shapes(run.record.config)
        with raising_run_damaged(path):
            content = read_bytes(path, _MOST_COPIES * largest(shapes))
            numbers = read_metadata(content, ("step", "seconds", "reconstruction", "kl"))
            if not 0 <= numbers["step"] <= run.record.steps or not numbers["step"].is_integer():
                raise ValueError(f"expected a step from 0 to {run.record.steps}, found {numbers['step']}")
            tensors = safetensors.numpy.load(content)
            network = {name: tensor for name, tensor in tensors.items() if not name.startswith(_OPTIMIZER)}
            optimizer = [tensors[f"{_OPTIMIZER}{i}"] for i in range(len(tensors) - len(network))]
            check(network, shapes)
        return cls(
            int(numbers["step"]), numbers["seconds"], numbers["reconstruction"], numbers["kl"], network, optimizer
        )
