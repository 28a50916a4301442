"""Trainer: takes the gradient steps of a VAE's training. See stepper.py for what it keeps true.

The order of the digits in an epoch is drawn from the config's seed and the number of the epoch, the noise of a step
from the seed and the number of the step.
"""

# TensorFlow has no types to speak of.
# pyright: reportAttributeAccessIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportArgumentType=false

import math

import numpy as np
import tensorflow as tf

from vae_core.config import LATENT_DIM, TrainingConfig
from vae_core.runs.checkpoint import Checkpoint
from vae_core.storage.tensors import Tensors
from vae_core.training.augmentation import affine, mask
from vae_core.training.optimizer import build_optimizer
from vae_core.training.stepper import Stepper
from vae_core.training.vae import VAE


class Trainer(Stepper):
    """A VAE with its optimizer and training digits."""

    def __init__(self, config: TrainingConfig, images: np.ndarray, checkpoint: Checkpoint):
        """images: (N, 28, 28) uint8, the digits to train on; checkpoint: the state to continue from."""
        super().__init__(config, images, checkpoint)
        self.config = config
        self.vae = VAE(config)
        self.vae.restore(checkpoint.network)
        self.weights = list(self.vae.variables_by_name.values())
        self.optimizer = build_optimizer(config, config.total_steps(self.digits))
        self.optimizer.build(self.weights)
        if checkpoint.optimizer:
            for variable, value in zip(self.optimizer.variables, checkpoint.optimizer, strict=True):
                variable.assign(value)
        self._order = tf.constant(0)
        self._shuffled_epoch = -1  # whose batches are in _order
        self._compiled = tf.function(self._steps, jit_compile=True)  # not "auto", which is off on a CPU

    @property
    def epoch(self) -> int:
        """Completed epochs."""
        return self.step // self.row_steps

    @property
    def seen(self) -> int:
        """How many digits `sums` adds up: those of this epoch so far, or all of an epoch that has just ended."""
        return min(self._taken(self.step) * self.config.batch_size, self.digits)

    def _tensors(self) -> Tensors:
        return self.vae.tensors()

    def _optimizer(self) -> list[np.ndarray]:
        return [np.array(variable.numpy()) for variable in self.optimizer.variables]

    def _take(self, count: int) -> None:
        """Take `count` gradient steps, all in the current epoch."""
        self._shuffle(self.epoch)
        numbers = (tf.constant(number) for number in (self.step, self.step % self.row_steps, count))
        # The sums are passed in and returned, so that the order of additions does not depend on the steps per call.
        self.sums = self._compiled(*numbers, self._order, self.sums).numpy()
        self.step += count

    def _shuffle(self, epoch: int) -> None:
        """Put the batches of an epoch on the device: a row of digits' indices for each step, filled up with -1."""
        if self._shuffled_epoch == epoch:
            return
        order = np.full(self.row_steps * self.config.batch_size, -1, np.int32)
        order[: self.digits] = np.random.default_rng([self.config.seed, epoch]).permutation(self.digits)
        self._order = tf.constant(order.reshape(self.row_steps, self.config.batch_size))
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
