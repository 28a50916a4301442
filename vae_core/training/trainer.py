"""Trainer: the gradient steps of a training, many to a call.

XLA compiles one step and a loop around it; the training digits lie on the device as one tensor, and Python comes back a
few times a second to see whether someone wants to look or to stop.

Invariant: the weights after step k depend on the config, the digits and the machine alone. The shuffle of an epoch and
the noise of a step are drawn from the config's seed and their number, and the code that XLA compiles for a processor
adds in a fixed order; so a training that was stopped and resumed equals one that was not. (TensorFlow's own switch for
determinism would turn XLA off, and take half as long again.)
"""

# TensorFlow has no types to speak of.
# pyright: reportAttributeAccessIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportArgumentType=false

import math
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read when TensorFlow is imported: no banner on standard error
os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever this user's Keras is set to otherwise
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # a GPU's memory as needed: another may train there too

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

_GLANCE_SECONDS = 0.2
"""How long one call into TensorFlow takes, about: a training answers five times a second, and Python costs nothing."""

_SEED_STRIDE = 2**26
"""How far the seeds of one kind of chance are ahead of those of another: more than any training takes steps."""


class Trainer:
    """A VAE, its optimizer and the training digits, between two gradient steps."""

    def __init__(self, config: TrainingConfig, images: np.ndarray, checkpoint: Checkpoint):
        """images: (N, 28, 28) uint8, the digits to train on; checkpoint: where to go on. Nothing is compiled yet."""
        self.config = config
        self.digits = len(images)
        self.steps_per_epoch = -(-self.digits // config.batch_size)
        self.step = checkpoint.step
        self.sums = np.array([checkpoint.reconstruction, checkpoint.kl])
        """Reconstruction and KL, summed over the digits that this epoch has seen, in nats."""
        self.vae = VAE(config)
        self.vae.restore(checkpoint.network)
        self.weights = list(self.vae.variables_by_name.values())
        self.optimizer = build_optimizer(config, config.epochs * self.steps_per_epoch)
        self.optimizer.build(self.weights)
        if checkpoint.optimizer:
            for variable, value in zip(self.optimizer.variables, checkpoint.optimizer, strict=True):
                variable.assign(value)
        self.pixels = tf.constant(images.reshape(-1, PIXELS))  # uint8: a quarter of the memory, cast a batch at a time
        self._order = tf.constant(0)
        self._shuffled = -1
        self._step_seconds = 0.0
        self._compiled = tf.function(self._steps, jit_compile=True)  # "auto" would mean no on a processor

    @property
    def device(self) -> str:
        """What computes, in words."""
        if gpus := tf.config.list_physical_devices("GPU"):
            return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "a GPU")
        return f"{os.cpu_count()} processor cores"

    @property
    def epoch(self) -> int:
        """Whole epochs taken."""
        return self.step // self.steps_per_epoch

    @property
    def seen(self) -> int:
        """How many digits `sums` counts: those of the epoch that goes on, or has just ended."""
        return min(self._taken(self.step) * self.config.batch_size, self.digits)

    def compile(self) -> None:
        """Have the gradient step compiled, by taking none: seconds in which TensorFlow heeds nothing else."""
        self._shuffle(self.epoch)
        self._take(0)

    def advance(self, until: int) -> None:
        """Take gradient steps, up to step `until`, the end of the epoch, or for a glance's time, whichever is first.

        The first call takes one step alone, to learn how long one takes. Raises TrainingDiverged if the loss is not
        finite.
        """
        if self.step % self.steps_per_epoch == 0:
            self.sums = np.zeros(2)
        self._shuffle(self.epoch)
        glance = max(1, int(_GLANCE_SECONDS / self._step_seconds)) if self._step_seconds else 1
        count = min(glance, until - self.step, self.steps_per_epoch - self.step % self.steps_per_epoch)
        began = time.perf_counter()
        self._take(count)
        self._step_seconds = (time.perf_counter() - began) / count
        if not np.isfinite(self.sums).all():
            raise TrainingDiverged(
                f"The training diverged: after step {self.step} its loss is not finite. Try a lower learning rate."
            )

    def tensors(self) -> Tensors:
        """The weights as they are now. Raises TrainingDiverged if they are not finite."""
        tensors = self.vae.tensors()
        if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
            raise TrainingDiverged("The training diverged: its weights are not finite. Try a lower learning rate.")
        return tensors

    def checkpoint(self, seconds: float) -> Checkpoint:
        """Where the training stands. Raises TrainingDiverged if its weights are not finite."""
        optimizer = [np.array(variable.numpy()) for variable in self.optimizer.variables]
        return Checkpoint(self.step, seconds, float(self.sums[0]), float(self.sums[1]), self.tensors(), optimizer)

    def _take(self, count: int) -> None:
        numbers = (tf.constant(number) for number in (self.step, self.step % self.steps_per_epoch, count))
        # The order of the sums does not depend on how many steps a call takes: they go in and come out.
        self.sums = self._compiled(*numbers, self._order, self.sums).numpy()
        self.step += count

    def _taken(self, step: int) -> int:
        return (step - 1) % self.steps_per_epoch + 1 if step else 0

    def _shuffle(self, epoch: int) -> None:
        """Put the epoch's batches on the device: rows of indices, -1 where the last batch has no digit."""
        if self._shuffled == epoch:
            return
        order = np.full(self.steps_per_epoch * self.config.batch_size, -1, np.int32)
        order[: self.digits] = np.random.default_rng([self.config.seed, epoch]).permutation(self.digits)
        self._order = tf.constant(order.reshape(self.steps_per_epoch, self.config.batch_size))
        self._shuffled = epoch

    def _steps(self, step, position, count, order, sums):
        """`count` gradient steps from step number `step`, with the batches from row `position` of `order` on."""

        def body(i, sums):
            return i + 1, sums + self._gradient_step(step + i, tf.gather(order, position + i))

        # As a loop of its own: a range(count) would be compiled anew for every count.
        return tf.while_loop(lambda i, _: i < count, body, (tf.constant(0), sums))[1]

    def _gradient_step(self, step, rows):
        """One step on the digits of these rows, -1 for none. Returns the sums of their two terms: (2,) float64."""
        present = tf.cast(rows >= 0, tf.float32)  # (B,)
        pixels = tf.cast(tf.gather(self.pixels, tf.maximum(rows, 0)), tf.float32) / 255.0  # (B, 784)
        with tf.GradientTape() as tape:
            reconstruction, kl = self._terms(pixels, step)  # (B,), (B,)
            loss = tf.reduce_sum(present * (reconstruction + self.config.beta * kl)) / tf.reduce_sum(present)
        gradients = tape.gradient(loss, [weight.value for weight in self.weights])
        if self.config.bent_digits:
            more = self._gradients_of_bent(pixels, present, step)
            encoder, decoder = gradients[: len(more)], gradients[len(more) :]
            gradients = [*map(tf.add, encoder, more), *decoder]
        self.optimizer.apply(gradients, self.weights)
        terms = tf.stack([present * reconstruction, present * kl])  # (2, B)
        return tf.reduce_sum(tf.cast(terms, tf.float64), axis=1)

    def _gradients_of_bent(self, pixels, present, step):
        """Those of the encoder's weights, of the loss of the first digits of the batch once they are bent."""
        count = math.ceil(self.config.bent_digits * len(pixels))
        bent = affine(pixels[:count], self._seed(step, 2))
        encoder = [weight.value for weight in self.vae.encoder.trainable_weights]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(encoder)
            reconstruction, kl = self._terms(bent, step, 3)
            nats = present[:count] * (reconstruction + self.config.beta * kl)
            loss = tf.reduce_sum(nats) / tf.reduce_sum(present)
        return tape.gradient(loss, encoder)

    def _terms(self, pixels, step, kind: int = 0):
        """Reconstruction and KL of digits (B, 784), of which the encoder sees a part: (B,) and (B,)."""
        epsilon = tf.random.stateless_normal((len(pixels), LATENT_DIM), self._seed(step, kind))
        share = self.config.hidden_pixels
        seen = mask(pixels, share, self._seed(step, kind + 1)) if share else pixels
        return self.vae(pixels, seen, self.config.epsilon_std * epsilon)

    def _seed(self, step, kind: int):
        return self.config.seed, step + kind * _SEED_STRIDE
