"""A GAN's gradient steps: the recipe `gan` against the same game on Keras's own `fit`, a model with a `train_step` as
Keras's examples write one; interleaved in one process."""

import time
from collections.abc import Iterator

import numpy as np

from tests.benchmarks.measurement import Measurement
from vae_core.data.images import to_pixels
from vae_core.data.sources import load_digits
from vae_core.gan_config import GanConfig
from vae_core.networks.initialization import initial_tensors
from vae_core.recipes import GAN_RECIPES
from vae_core.runs.checkpoint import TERMS, Checkpoint

STEPS = 200
"""Timed at once, of each."""
ROUNDS = 3


def measure() -> Iterator[Measurement]:
    ours, stock = OurSteps(GAN_RECIPES["gan"]), StockSteps(GAN_RECIPES["gan"])
    for steps in (ours, stock):
        steps.take()  # compiles
    rounds = [(ours.take(), stock.take()) for _ in range(ROUNDS)]
    found, reference = (1000 / STEPS * float(np.median(seconds)) for seconds in zip(*rounds, strict=True))
    yield Measurement(
        f"1,000 steps of `gan`, both networks each, median of {ROUNDS} times {STEPS}",
        found,
        "s",
        "",
        "the same on Keras's own `fit`, with a tape in a tape for the penalties",
        reference,
    )


class OurSteps:
    def __init__(self, config: GanConfig):
        from vae_core.training.gan_trainer import GanTrainer

        images = load_digits().train_images
        start = Checkpoint(0, 0.0, dict.fromkeys(TERMS["gan"], 0.0), initial_tensors(config, images), [])
        self.trainer = GanTrainer(config, images, start)
        self.trainer.compile()

    def take(self) -> float:
        """Seconds of STEPS more steps."""
        until = self.trainer.step + STEPS
        began = time.perf_counter()
        while self.trainer.step < until:
            self.trainer.advance(until)
        return time.perf_counter() - began


class StockSteps:
    """The same networks, losses and optimizers."""

    def __init__(self, config: GanConfig):
        import keras
        import tensorflow as tf

        def network(inputs: int, widths: tuple[int, ...], activation: object, outputs: int) -> keras.Model:
            layers = [keras.layers.Dense(width, activation) for width in widths]
            return keras.Sequential([keras.Input((inputs,)), *layers, keras.layers.Dense(outputs)])

        class StockGan(keras.Model):
            def __init__(self):
                super().__init__()
                self.generator = network(2, config.generator_widths, "silu", 784)
                leaky = keras.layers.LeakyReLU(negative_slope=0.2)
                self.discriminator = network(784, config.discriminator_widths, leaky, 1)
                self.optimizers = [keras.optimizers.Adam(config.learning_rate, 0.0, 0.99, 1e-8) for _ in range(2)]

            def draw(self, count: int):
                return tf.sigmoid(self.generator(tf.random.normal((count, 2))))

            def slope(self, pixels):
                with tf.GradientTape() as tape:
                    tape.watch(pixels)
                    logits = self.discriminator(pixels)
                slopes = tape.gradient(logits, pixels)
                return logits, tf.reduce_mean(tf.reduce_sum(tf.square(slopes), axis=1))

            def train_step(self, real):  # type: ignore[override]
                drawn = self.draw(config.batch_size)
                with tf.GradientTape() as tape:
                    (real_logits, first), (drawn_logits, second) = self.slope(real), self.slope(drawn)
                    loss = tf.reduce_mean(tf.nn.softplus(drawn_logits - real_logits))
                    loss += 0.5 * config.gamma * (first + second)
                weights = self.discriminator.trainable_variables
                self.optimizers[0].apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
                with tf.GradientTape() as tape:
                    logits = self.discriminator(self.draw(config.batch_size))
                    loss = tf.reduce_mean(tf.nn.softplus(self.discriminator(real) - logits))
                weights = self.generator.trainable_variables
                self.optimizers[1].apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
                return {"loss": loss}

        pixels = to_pixels(load_digits().train_images)
        batches = tf.data.Dataset.from_tensor_slices(pixels).shuffle(10_000).repeat()
        self.batches = batches.batch(config.batch_size, drop_remainder=True).prefetch(2)
        self.gan = StockGan()
        self.gan.compile()

    def take(self) -> float:
        """Seconds of STEPS more steps."""
        began = time.perf_counter()
        self.gan.fit(self.batches, steps_per_epoch=STEPS, epochs=1, verbose=0)  # type: ignore[arg-type]
        return time.perf_counter() - began
