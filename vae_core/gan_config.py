"""`GanConfig`: all the settings of a GAN's training, each with its bounds.

A generative adversarial network (Goodfellow et al. 2014) has a generator, which draws digits from latent points as a
VAE's decoder does, and a discriminator, which tells them from real ones. Its defaults are the plain GAN.
"""

from dataclasses import dataclass
from typing import ClassVar

from vae_core.config import LATENT_DIM
from vae_core.data.images import PIXELS
from vae_core.settings import Settings, bounded, chained, one_of

_ROW_STEPS = 250
"""Gradient steps between two rows of the history. A GAN has no epochs: it draws its batches with replacement."""


@dataclass(frozen=True)
class GanConfig(Settings):
    """The settings of a GAN's training. Raises ConfigError, as all Settings do."""

    kind: ClassVar[str] = "gan"

    recipe: str = one_of(("gan", "gan-collapsed"), "Name of these settings.")
    generator_widths: tuple[int, ...] = bounded(
        (256, 256, 256), 1, 4096, "Units of each hidden layer of the generator, from the latent to the pixels."
    )
    discriminator_widths: tuple[int, ...] = bounded(
        (512, 512), 1, 4096, "Units of each hidden layer of the discriminator, from the pixels to its verdict."
    )
    activation: str = one_of(
        ("silu", "relu"), "Activation of the generator's hidden layers; the discriminator's is a leaky ReLU."
    )
    loss: str = one_of(
        ("minimax", "non-saturating", "relativistic"),
        "What the two play for: minimax, the generator maximises the discriminator's error; non-saturating, it wants "
        "its digits taken for real; relativistic, for more real than a real one that each is paired with.",
    )
    gamma: float = bounded(
        0.0, 0.0, 1000.0, "Weight of R1 and R2: how steep the discriminator may be at real and at drawn digits."
    )
    steps: int = bounded(6000, 1, 1_000_000, "Gradient steps; each updates the discriminator, then the generator.")
    batch_size: int = bounded(128, 1, 10_000, "Digits, and latent points, that a gradient step draws.")
    learning_rate: float = bounded(5e-4, 1e-6, 1.0, "Size of a gradient step, at its largest.")
    schedule: str = one_of(
        ("constant", "half cosine"),
        "The learning rate over time: half cosine is constant for half of the steps, then falls to zero.",
    )
    beta_1: float = bounded(0.0, 0.0, 0.999, "How slowly Adam's mean of the gradients forgets; 0: it is the last one.")
    beta_2: float = bounded(0.99, 0.0, 0.9999, "How slowly Adam's mean of the squared gradients forgets.")
    averaging: float = bounded(
        0.0,
        0.0,
        0.99999,
        "How slowly the mean of the generator's weights forgets, which is what the run keeps; 0: it is the last ones.",
    )
    validation: int = bounded(0, 0, 50_000, "Training digits held out, to judge settings on digits not trained on.")
    seed: int = bounded(0, 0, 2**31 - 1, "Seed of the weights, the batches and the latent points.")

    @property
    def layers(self) -> dict[str, tuple[int, int]]:
        """The dense layers in order, the generator's under a decoder's names: the numbers of inputs and outputs."""
        return (
            chained("decoder", LATENT_DIM, self.generator_widths)
            | {"decoder.logits": (self.generator_widths[-1], PIXELS)}
            | chained("discriminator", PIXELS, self.discriminator_widths)
            | {"discriminator.logits": (self.discriminator_widths[-1], 1)}
        )

    @property
    def flop_per_digit(self) -> int:
        """Floating-point operations of a gradient step for each digit of a batch: 2 a weight for each pass.

        The discriminator's step draws a digit and takes it and a real one forward and, as two passes, backward; with
        penalties also to the gradient at the pixels and backward from there, as three passes. The generator's step
        takes both forward, and the drawn one backward through the discriminator to the pixels and through the
        generator.
        """
        discriminator_passes = (2 * 6 if self.gamma else 2 * 3) + 3
        return 2 * (discriminator_passes * self.weights_of("discriminator.") + 4 * self.weights_of("decoder."))

    @property
    def step_flop(self) -> float:
        return self.flop_per_digit * self.batch_size

    def row_steps(self, digits: int) -> int:
        """Gradient steps between two rows of the history. digits: how many it is trained on, which does not matter."""
        return _ROW_STEPS

    def total_steps(self, digits: int) -> int:
        """Gradient steps of the whole training. digits: as above."""
        return self.steps
