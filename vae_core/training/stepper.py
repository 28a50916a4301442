"""Stepper: what the trainers of all kinds have in common: many gradient steps in one call into TensorFlow.

XLA compiles a loop of gradient steps, and the training digits are on the device as one tensor, so that Python costs
almost no time. Each call takes about 0.2 s, after which Python can report, take a snapshot or stop.

Invariant: the weights after step k depend only on the config, the digits and the machine. Which digits and what noise
a step has follows from the config's seed and the number of the step, and XLA's code for a CPU adds numbers in a fixed
order. So a training that was stopped and resumed ends in the same weights as one that was not. (TensorFlow's
`enable_op_determinism` would disable XLA, and take half as long again.)
"""

# TensorFlow has no types to speak of.
# pyright: reportAttributeAccessIssue=false

import os
import time

import numpy as np
import tensorflow as tf

from vae_core.data.images import PIXELS
from vae_core.errors import TrainingDiverged
from vae_core.kinds import AnyConfig
from vae_core.runs.checkpoint import TERMS, Checkpoint
from vae_core.storage.tensors import Tensors

_CALL_SECONDS = 0.2
"""About how long one call into TensorFlow takes: a training can stop that soon, and Python's time is negligible."""

_SEED_STRIDE = 2**26
"""Distance between the seeds of different random numbers of a step. It is larger than the steps of any training, so no
seed is used twice."""


class Stepper:
    """A model in training with its training digits."""

    def __init__(self, config: AnyConfig, images: np.ndarray, checkpoint: Checkpoint):
        """images: (N, 28, 28) uint8, the digits to train on; checkpoint: the state to continue from."""
        self.digits = len(images)
        self.row_steps = config.row_steps(self.digits)
        self.step = checkpoint.step
        self.terms = TERMS[config.kind]
        self.sums = np.array([checkpoint.sums[name] for name in self.terms])
        """float64: the terms, summed over the digits since the last row of the history; or those of a whole row."""
        self.pixels = tf.constant(images.reshape(-1, PIXELS))  # uint8, a quarter of the memory; batches are converted
        self._random_seed = config.seed
        self._step_seconds = 0.0

    @property
    def device(self) -> str:
        """The name of the first GPU, or the number of processor cores if there is none."""
        if gpus := tf.config.list_physical_devices("GPU"):
            return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "a GPU")
        return f"{os.cpu_count()} processor cores"

    @property
    def seen(self) -> int:
        """How many digits `sums` adds up."""
        raise NotImplementedError

    def tensors(self) -> Tensors:
        """The weights at present, as a run keeps them. Raises TrainingDiverged if they are not finite."""
        tensors = self._tensors()
        if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
            raise TrainingDiverged("The training diverged: its weights are not finite. Try a lower learning rate.")
        return tensors

    def checkpoint(self, seconds: float) -> Checkpoint:
        """The state at present. seconds: training time so far. Raises TrainingDiverged if a weight is not finite."""
        sums = dict(zip(self.terms, self.sums.tolist(), strict=True))
        return Checkpoint(self.step, seconds, sums, self.tensors(), self._optimizer())

    def compile(self) -> None:
        """Compile the gradient step, by a call that takes no step. It takes seconds and cannot be interrupted."""
        self._take(0)

    def advance(self, until: int) -> None:
        """Take gradient steps for about 0.2 s, but not beyond step `until` or the next row of the history.

        The first call takes a single step, to measure its time. Raises TrainingDiverged if the loss is not finite.
        """
        if self.step % self.row_steps == 0:
            self.sums = np.zeros(len(self.terms))
        affordable = max(1, int(_CALL_SECONDS / self._step_seconds)) if self._step_seconds else 1
        count = min(affordable, until - self.step, self.row_steps - self.step % self.row_steps)
        began = time.perf_counter()
        self._take(count)
        self._step_seconds = (time.perf_counter() - began) / count
        if not np.isfinite(self.sums).all():
            raise TrainingDiverged(
                f"The training diverged: after step {self.step} its loss is not finite. Try a lower learning rate."
            )

    def _take(self, count: int) -> None:
        """Take `count` gradient steps, all before the next row of the history."""
        raise NotImplementedError

    def _tensors(self) -> Tensors:
        """The weights at present, with the names and shapes of `network_shapes`."""
        raise NotImplementedError

    def _optimizer(self) -> list[np.ndarray]:
        """`Checkpoint.optimizer` at present."""
        raise NotImplementedError

    def _taken(self, step: int) -> int:
        """How many steps of its row are taken after so many steps in all; all of them at the end of a row."""
        return (step - 1) % self.row_steps + 1 if step else 0

    def _seed(self, step, kind: int):
        """The seed of one kind of random numbers, from 0, at a step: a pair of int32."""
        return self._random_seed, step + kind * _SEED_STRIDE
