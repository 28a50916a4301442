"""StepRecorder: takes the steps of a GAN's training one at a time, and notes what each did to its own batch.

A step is one of the two pure functions of `gan.py`. The batch is judged before and after it with the very same real
digits and latent points. Which digits and which points a step has follows from the config's seed and from the steps
before it. The post's discriminator step draws real digits; a generator step keeps the last ones, which matter to its
loss only if that is relativistic, so that the discriminator's error stays comparable.
"""

# TensorFlow has no types to speak of.
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false

import numpy as np
import tensorflow as tf

from vae_core.config import LATENT_DIM
from vae_core.data.images import to_images, to_pixels
from vae_core.errors import TrainingDiverged
from vae_core.gan_config import GanConfig
from vae_core.networks.initialization import initial_tensors
from vae_core.runs.recording import NETWORKS, SHOWN, NetworkName, Steps
from vae_core.training.adam import Learner, new_learner
from vae_core.training.gan import Gan, classify, discriminator_step, draw, generator_step, judge

_STEPS = {
    "discriminator": discriminator_step,
    "generator": generator_step,
}


class StepRecorder:
    """A GAN in training, from its first step on."""

    def __init__(self, config: GanConfig, images: np.ndarray):
        """images: (N, 28, 28) uint8, the digits to train on."""
        tensors = initial_tensors(config, images)
        generator, discriminator = (
            [tf.constant(tensor) for name, tensor in tensors.items() if name.startswith(part)]
            for part in ("decoder.", "discriminator.")
        )
        self.config = config
        self.images = images
        self.gan = Gan(new_learner(generator), new_learner(discriminator), generator)
        self._taken = dict.fromkeys(NETWORKS, 0)
        self._noise = np.random.default_rng(config.seed)
        self._draw_rows()
        self._compiled = {network: tf.function(self._step) for network in NETWORKS}

    def take(self, network: NetworkName) -> Steps:
        """Train this network for a step. Returns that step. Raises TrainingDiverged."""
        if network == "discriminator":
            self._draw_rows()
        z = self._noise.standard_normal((self.config.batch_size, LATENT_DIM)).astype(np.float32)
        self._taken[network] += 1
        number = tf.constant(self._taken[network])
        real = to_pixels(self.images[self.rows])
        self.gan, before, after, gradient = self._compiled[network](network, self.gan, number, real, z)
        drawn, verdicts, error = (np.stack(pair) for pair in zip(before, after, strict=True))
        if not np.isfinite(error).all():
            raise TrainingDiverged("The training diverged: its error is not finite. Start anew.")
        return Steps(
            trained=np.array([NETWORKS.index(network)], np.uint8),
            rows=self.rows[None, :SHOWN].astype(np.uint16),
            drawn=to_images(drawn.reshape(2 * SHOWN, -1)).reshape(1, 2, SHOWN, *self.images.shape[1:]),
            verdicts=verdicts[None],
            error=error[None],
            gradient=gradient.numpy()[None],
        )

    def compile(self) -> None:
        """Compile both steps, by calls whose results are dropped. It takes seconds."""
        z = np.zeros((self.config.batch_size, LATENT_DIM), np.float32)
        for network, step in self._compiled.items():
            step(network, self.gan, tf.constant(1), to_pixels(self.images[self.rows]), z)

    def _draw_rows(self) -> None:
        """(B,): another random batch of real digits, with replacement."""
        self.rows = self._noise.integers(0, len(self.images), self.config.batch_size)

    def _step(self, network: NetworkName, gan: Gan, number, real, z):
        """Returns the GAN afterwards, how it does on the batch before and after, and the gradient's length."""
        after, _ = _STEPS[network](self.config, gan, number, real, z)
        length = self._gradient_length(getattr(gan, network), getattr(after, network))
        return after, self._look(gan, real, z), self._look(after, real, z), length

    def _look(self, gan: Gan, real, z):
        """The digits shown that G draws (8, 784), D's verdicts on those shown (16,), and its error on the batch."""
        drawn = draw(self.config, gan.generator.weights, z)
        logits, _ = classify(gan.discriminator.weights, tf.concat([real[:SHOWN], drawn[:SHOWN]], axis=0))
        error = judge(self.config, gan.discriminator.weights, real, drawn).loss
        return drawn[:SHOWN], tf.sigmoid(logits), error

    def _gradient_length(self, before: Learner, after: Learner):
        """From what Adam remembers of the gradient g: mean' = beta_1 mean + (1 - beta_1) g."""
        kept = self.config.beta_1
        gradients = [(new - kept * old) / (1 - kept) for old, new in zip(before.means, after.means, strict=True)]
        return tf.linalg.global_norm(gradients)
