"""Trainer: takes the gradient steps of a training, many in one call into TensorFlow.

XLA compiles a loop of gradient steps, and the training digits are on the device as one tensor, so that Python costs
almost no time. Each call takes about 0.2 s, after which Python can report, take a snapshot or stop.

Invariant: the weights after step k depend only on the config, the digits and the machine. The order of the digits in an
epoch is drawn from the config's seed and the number of the epoch, the noise of a step from the seed and the number of
the step, and XLA's code for a CPU adds numbers in a fixed order. So a training that was stopped and resumed ends in the
same weights as one that was not. (TensorFlow's `enable_op_determinism` would disable XLA, and take half as long again.)
"""

# TensorFlow has no types to speak of.
# pyright: reportAttributeAccessIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportArgumentType=false

import math
import os
import time

import numpy as np
import tensorflow as tf

from vae_core.config import LATENT_DIM, TrainingConfig
from vae_core.data.images import PIXELS
from vae_core.errors import TrainingDiverged
from vae_core.runs.checkpoint import Checkpoint
from vae_core.storage.tensors import Tensors
from vae_core.training.augmentation import affine, mask
from vae_core.training.optimizer import build_optimizer
from vae_core.training.vae import VAE

_CALL_SECONDS = 0.2
"""About how long one call into TensorFlow takes: a training can stop that soon, and Python's time is negligible."""

_SEED_STRIDE = 2**26
"""Distance between the seeds of different random numbers of a step. It is larger than the steps of any training, so no
seed is used twice."""


class Trainer:
    """A VAE with its optimizer and training digits."""

    def __init__(self, config: TrainingConfig, images: np.ndarray, checkpoint: Checkpoint):
        """images: (N, 28, 28) uint8, the digits to train on; checkpoint: the state to continue from."""
        self.config = config
        self.digits = len(images)
        self.steps_per_epoch = -(-self.digits // config.batch_size)
        self.step = checkpoint.step
        self.sums = np.array([checkpoint.reconstruction, checkpoint.kl])
        """(2,) float64, nats: reconstruction and KL, summed over the digits of this epoch so far."""
        self.vae = VAE(config)
        self.vae.restore(checkpoint.network)
        self.weights = list(self.vae.variables_by_name.values())
        self.optimizer = build_optimizer(config, config.epochs * self.steps_per_epoch)
        self.optimizer.build(self.weights)
        if checkpoint.optimizer:
            for variable, value in zip(self.optimizer.variables, checkpoint.optimizer, strict=True):
                variable.assign(value)
        self.pixels = tf.constant(images.reshape(-1, PIXELS))  # uint8, a quarter of the memory; batches are converted
        self._order = tf.constant(0)
        self._shuffled_epoch = -1  # whose batches are in _order
        self._step_seconds = 0.0
        self._compiled = tf.function(self._steps, jit_compile=True)  # not "auto", which is off on a CPU

    @property
    def device(self) -> str:
        """The name of the first GPU, or the number of processor cores if there is none."""
        if gpus := tf.config.list_physical_devices("GPU"):
            return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "a GPU")
        return f"{os.cpu_count()} processor cores"

    @property
    def epoch(self) -> int:
        """Completed epochs."""
        return self.step // self.steps_per_epoch

    @property
    def seen(self) -> int:
        """How many digits `sums` adds up: those of this epoch so far, or all of an epoch that has just ended."""
        return min(self._taken(self.step) * self.config.batch_size, self.digits)

    def compile(self) -> None:
        """Compile the gradient step, by a call that takes no step. It takes seconds and cannot be interrupted."""
        self._shuffle(self.epoch)
        self._take(0)

    def advance(self, until: int) -> None:
        """Take gradient steps for about 0.2 s, but not beyond step `until` or the end of the epoch.

        The first call takes a single step, to measure its time. Raises TrainingDiverged if the loss is not finite.
        """
        if self.step % self.steps_per_epoch == 0:
            self.sums = np.zeros(2)
        self._shuffle(self.epoch)
        affordable = max(1, int(_CALL_SECONDS / self._step_seconds)) if self._step_seconds else 1
        count = min(affordable, until - self.step, self.steps_per_epoch - self.step % self.steps_per_epoch)
        began = time.perf_counter()
        self._take(count)
        self._step_seconds = (time.perf_counter() - began) / count
        if not np.isfinite(self.sums).all():
            raise TrainingDiverged(
                f"The training diverged: after step {self.step} its loss is not finite. Try a lower learning rate."
            )

    def tensors(self) -> Tensors:
        """The weights at present. Raises TrainingDiverged if they are not finite."""
        tensors = self.vae.tensors()
        if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
            raise TrainingDiverged("The training diverged: its weights are not finite. Try a lower learning rate.")
        return tensors

    def checkpoint(self, seconds: float) -> Checkpoint:
        """The state at present. seconds: training time so far. Raises TrainingDiverged if a weight is not finite."""
        optimizer = [np.array(variable.numpy()) for variable in self.optimizer.variables]
        return Checkpoint(self.step, seconds, float(self.sums[0]), float(self.sums[1]), self.tensors(), optimizer)

    def _take(self, count: int) -> None:
        """Take `count` gradient steps, all in the current epoch."""
        numbers = (tf.constant(number) for number in (self.step, self.step % self.steps_per_epoch, count))
        # The sums are passed in and returned, so that the order of additions does not depend on the steps per call.
        self.sums = self._compiled(*numbers, self._order, self.sums).numpy()
        self.step += count

    def _taken(self, step: int) -> int:
        """How many steps of its epoch are taken after so many steps in all; all of them at the end of an epoch."""
        return (step - 1) % self.steps_per_epoch + 1 if step else 0

    def _shuffle(self, epoch: int) -> None:
        """Put the batches of an epoch on the device: a row of digits' indices for each step, filled up with -1."""
        if self._shuffled_epoch == epoch:
            return
        order = np.full(self.steps_per_epoch * self.config.batch_size, -1, np.int32)
        order[: self.digits] = np.random.default_rng([self.config.seed, epoch]).permutation(self.digits)
        self._order = tf.constant(order.reshape(self.steps_per_epoch, self.config.batch_size))
        self._shuffled_epoch = epoch

    def _steps(self, step, position, count, order, sums):
        """Take `count` gradient steps, from step number `step`, on the batches from row `position` of `order` on.

        order: (steps, batch size) int32, indices of digits. Returns `sums` (2,) with the terms of these steps added.
        """

        def body(i, sums):
            return i + 1, sums + self._gradient_step(step + i, tf.gather(order, position + i))

        # Not a Python loop over range(count), which would be compiled again for every count.
        return tf.while_loop(lambda i, _: i < count, body, (tf.constant(0), sums))[1]

    def _gradient_step(self, step, rows):
        """One gradient step. rows: (B,) int32, the digits' indices, -1 for none.

        Returns reconstruction and KL, summed over the batch: (2,) float64, in nats.
        """
        present = tf.cast(rows >= 0, tf.float32)  # (B,)
        pixels = tf.cast(tf.gather(self.pixels, tf.maximum(rows, 0)), tf.float32) / 255.0  # (B, 784)
        with tf.GradientTape() as tape:
            reconstruction, kl, surprise = self._terms(pixels, step)  # each (B,)
            nats = present * (reconstruction + self.config.beta * kl + surprise)
            loss = tf.reduce_sum(nats) / tf.reduce_sum(present)
        gradients = tape.gradient(loss, [weight.value for weight in self.weights])
        if self.config.bent_digits:
            additional = self._gradients_of_distorted(pixels, present, step)
            encoder, decoder = gradients[: len(additional)], gradients[len(additional) :]
            gradients = [*map(tf.add, encoder, additional), *decoder]
        self.optimizer.apply(gradients, self.weights)
        terms = tf.stack([present * reconstruction, present * kl])  # (2, B)
        return tf.reduce_sum(tf.cast(terms, tf.float64), axis=1)

    def _gradients_of_distorted(self, pixels, present, step):
        """The gradients for the encoder's weights of the loss of the batch's first digits, distorted by `affine`.

        pixels: (B, 784) float32; present: (B,) float32, 1 for a digit and 0 for none.
        """
        count = math.ceil(self.config.bent_digits * len(pixels))
        distorted = affine(pixels[:count], self._seed(step, 2))
        encoder = [weight.value for weight in self.vae.encoder.trainable_weights]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(encoder)
            reconstruction, kl, surprise = self._terms(distorted, step, 3)
            nats = present[:count] * (reconstruction + self.config.beta * kl + surprise)
            loss = tf.reduce_sum(nats) / tf.reduce_sum(present)
        return tape.gradient(loss, encoder)

    def _terms(self, pixels, step, kind: int = 0):
        """The VAE's terms for digits (B, 784), each (B,) in nats; the encoder's input is masked.

        kind: of the noise; the mask has the next.
        """
        epsilon = tf.random.stateless_normal((len(pixels), LATENT_DIM), self._seed(step, kind))
        share = self.config.hidden_pixels
        seen = mask(pixels, share, self._seed(step, kind + 1)) if share else pixels
        return self.vae(pixels, seen, self.config.epsilon_std * epsilon)

    def _seed(self, step, kind: int):
        """The seed of one kind of random numbers, from 0, at a step: a pair of int32."""
        return self.config.seed, step + kind * _SEED_STRIDE
