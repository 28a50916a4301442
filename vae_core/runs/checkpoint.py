"""A checkpoint: the state of a training between two gradient steps, from which it continues as if it had not stopped.

The state is the weights, the optimizer's variables, the number of steps, and the losses summed since the last row of
the history. No random state is needed: which digits and what noise a step has depends only on the config's seed and on
the number of the epoch or step.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy

from vae_core.kinds import GAN, VAE
from vae_core.networks.network import network_shapes
from vae_core.runs.run import Run
from vae_core.storage.files import raising_run_damaged, read_bytes, write
from vae_core.storage.tensors import Tensors, check, largest, pack, read_metadata

NAME = "checkpoint.safetensors"
TERMS = {VAE: ("reconstruction", "kl"), GAN: ("d_loss", "g_loss", "penalty", "d_accuracy")}
"""By kind, what is measured at each gradient step: columns of the history."""

_OPTIMIZER = "optimizer."
_MOST_COPIES = 4  # the file's largest size, as a multiple of the weights': Adam stores two numbers for each weight, and
# of a GAN's generator there are the last weights and their average


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training between two gradient steps."""

    step: int
    """Gradient steps taken."""
    seconds: float
    """Training time so far."""
    sums: dict[str, float]
    """The kind's TERMS by name, summed over the digits trained on since the last row of the history."""
    network: Tensors
    """The weights, with the names and shapes of `network_shapes`."""
    optimizer: list[np.ndarray]
    """What the trainer needs besides, float32 or int64: of a VAE, Keras's `optimizer.variables`; of a GAN, see
    training/gan_trainer.py. Empty before the first step."""

    def write(self, directory: Path) -> None:
        """Write checkpoint.safetensors into a run's directory, replacing the last one. Raises OSError."""
        numbers = {"step": self.step, "seconds": self.seconds} | self.sums
        state = {f"{_OPTIMIZER}{i}": variable for i, variable in enumerate(self.optimizer)}
        write(directory / NAME, pack(self.network | state, numbers))

    @classmethod
    def read(cls, run: Run) -> "Checkpoint":
        """The run's last checkpoint; if it has none, the initial weights at step 0. Raises RunDamaged."""
        path, terms = run.directory / NAME, TERMS[run.record.kind]
        if not path.exists():
            return cls(0, 0.0, dict.fromkeys(terms, 0.0), run.tensors(), [])
        shapes = network_shapes(run.record.config)
        with raising_run_damaged(path):
            content = read_bytes(path, _MOST_COPIES * largest(shapes))
            numbers = read_metadata(content, ("step", "seconds", *terms))
            if not 0 <= numbers["step"] <= run.record.steps or not numbers["step"].is_integer():
                raise ValueError(f"expected a step from 0 to {run.record.steps}, found {numbers['step']}")
            tensors = safetensors.numpy.load(content)
            network = {name: tensor for name, tensor in tensors.items() if not name.startswith(_OPTIMIZER)}
            optimizer = [tensors[f"{_OPTIMIZER}{i}"] for i in range(len(tensors) - len(network))]
            check(network, shapes)
        sums = {name: numbers[name] for name in terms}
        return cls(int(numbers["step"]), numbers["seconds"], sums, network, optimizer)
