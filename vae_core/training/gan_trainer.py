"""GanTrainer: takes the gradient steps of a GAN's training. See stepper.py for what it keeps true.

Which real digits a step draws, with replacement, and its two batches of latent points follow from the config's seed and
the number of the step. The optimizer's part of a checkpoint is, one after the other: the generator's last weights (its
average is in the network), its gradients' means and squares, the discriminator's means and squares.
"""

# TensorFlow has no types to speak of.
# pyright: reportAttributeAccessIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportArgumentType=false

import numpy as np
import tensorflow as tf

from vae_core.config import LATENT_DIM
from vae_core.gan_config import GanConfig
from vae_core.runs.checkpoint import Checkpoint
from vae_core.storage.tensors import Tensors
from vae_core.training.adam import Arrays, Learner, new_learner
from vae_core.training.gan import Gan, discriminator_step, generator_step
from vae_core.training.stepper import Stepper


class GanTrainer(Stepper):
    """A GAN with its training digits. What a run keeps, and its snapshots show, is the generator's average."""

    def __init__(self, config: GanConfig, images: np.ndarray, checkpoint: Checkpoint):
        """images: (N, 28, 28) uint8, the digits to train on; checkpoint: the state to continue from."""
        super().__init__(config, images, checkpoint)
        self.config = config
        self._names = {
            part: [
                f"{layer}.{name}" for layer in config.layers if layer.startswith(part) for name in ("kernel", "bias")
            ]
            for part in ("decoder", "discriminator")
        }
        average, discriminator = (
            [tf.constant(checkpoint.network[name]) for name in names] for names in self._names.values()
        )
        self.gan = Gan(new_learner(average), new_learner(discriminator), average)
        if checkpoint.optimizer:
            self.gan = _restored(self.gan, checkpoint.optimizer)
        self._compiled = tf.function(self._steps, jit_compile=True)  # not "auto", which is off on a CPU

    @property
    def seen(self) -> int:
        """How many real digits `sums` adds up: those since the last row, or all of a row that has just ended."""
        return self._taken(self.step) * self.config.batch_size

    def _tensors(self) -> Tensors:
        parts = zip(self._names.values(), (self.gan.average, self.gan.discriminator.weights), strict=True)
        return {
            name: np.array(array.numpy()) for names, arrays in parts for name, array in zip(names, arrays, strict=True)
        }

    def _optimizer(self) -> list[np.ndarray]:
        return [np.array(array.numpy()) for array in tf.nest.flatten(_unpublished(self.gan))]

    def _take(self, count: int) -> None:
        # The sums are passed in and returned, so that the order of additions does not depend on the steps per call.
        self.gan, sums = self._compiled(tf.constant(self.step), tf.constant(count), self.gan, self.sums)
        self.sums = sums.numpy()
        self.step += count

    def _steps(self, step, count, gan: Gan, sums):
        """Take `count` gradient steps after so many. Returns the GAN, and `sums` (4,) with their terms added."""

        def body(i, gan, sums):
            gan, terms = self._gradient_step(step + i, gan)
            return i + 1, gan, sums + self.config.batch_size * tf.cast(terms, tf.float64)

        # Not a Python loop over range(count), which would be compiled again for every count.
        _, gan, sums = tf.while_loop(lambda i, *_: i < count, body, (tf.constant(0), gan, sums))
        return gan, sums

    def _gradient_step(self, before, gan: Gan):
        """Both networks' gradient step after so many. Returns the GAN, and the TERMS as (4,) float32."""
        config, step = self.config, before + 1
        rows = tf.random.stateless_uniform((config.batch_size,), self._seed(before, 0), 0, self.digits, tf.int32)
        real = tf.cast(tf.gather(self.pixels, rows), tf.float32) / 255.0  # (B, 784)
        noise = [
            tf.random.stateless_normal((config.batch_size, LATENT_DIM), self._seed(before, kind)) for kind in (1, 2)
        ]
        gan, verdict = discriminator_step(config, gan, step, real, noise[0])
        gan, g_loss = generator_step(config, gan, step, real, noise[1])
        return gan, tf.stack([verdict.loss, g_loss, verdict.penalty, verdict.accuracy])


def _unpublished(gan: Gan) -> tuple[Learner, Arrays, Arrays]:
    """What a checkpoint keeps besides the network."""
    return gan.generator, gan.discriminator.means, gan.discriminator.squares


def _restored(gan: Gan, arrays: list[np.ndarray]) -> Gan:
    """The GAN with these arrays in place of what `_unpublished` returns. Raises ValueError unless there are as many."""
    tensors = [tf.constant(array) for array in arrays]
    generator, means, squares = tf.nest.pack_sequence_as(_unpublished(gan), tensors)
    return Gan(generator, Learner(gan.discriminator.weights, means, squares), gan.average)
