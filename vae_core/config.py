"""`TrainingConfig`: all the settings of a VAE's training, each with its bounds."""

from dataclasses import dataclass
from typing import ClassVar

from vae_core.data.images import PIXELS
from vae_core.settings import Settings, bounded, chained, one_of

LATENT_DIM = 2
"""Dimensions of the latent space."""

LOG_VAR_LIMIT = 20.0
"""The encoder's log_var is clamped to +-20: standard deviations from exp(-10) = 5e-5 to exp(10) = 2e4.

No posterior seen is as narrow as that, and exp(20) is far below float32's largest number. Without the clamp, one bad
batch can overflow and turn every weight into NaN.
"""


@dataclass(frozen=True)
class TrainingConfig(Settings):
    """The settings of a VAE's training. Raises ConfigError, as all Settings do."""

    kind: ClassVar[str] = "vae"

    recipe: str = one_of(("seed", "fast", "deep", "custom"), "Name of these settings; custom: chosen by hand.")
    encoder_widths: tuple[int, ...] = bounded(
        (256,), 1, 4096, "Units of each hidden layer, from the pixels to the latent."
    )
    decoder_widths: tuple[int, ...] = bounded(
        (256,), 1, 4096, "Units of each hidden layer, from the latent to the pixels."
    )
    activation: str = one_of(
        ("relu", "silu"), "Activation of the hidden layers: relu has a kink at 0; silu, x sigmoid(x), is smooth."
    )
    proposals: int = bounded(
        1,
        1,
        16,
        "Gaussians that the encoder proposes for a digit; q(z|x) is the one that it expects to be the best.",
    )
    epochs: int = bounded(50, 1, 1000, "Passes over the training digits.")
    batch_size: int = bounded(100, 1, 10_000, "Digits a gradient step sees.")
    optimizer: str = one_of(("rmsprop", "adam"), "How a gradient becomes a step; the blog post used rmsprop.")
    learning_rate: float = bounded(1e-3, 1e-6, 1.0, "Size of a gradient step, at its largest.")
    schedule: str = one_of(
        ("constant", "linear", "cosine"),
        "The learning rate over time: linear rises for a fifth of the steps, then falls to zero; cosine only falls.",
    )
    clip_norm: float = bounded(
        0.0, 0.0, 1e6, "Largest norm of the gradient over all weights; a larger one is scaled down to it. 0: no limit."
    )
    initialization: str = one_of(
        ("glorot", "he"),
        "Distribution of the hidden layers' initial weights: Glorot's uniform, or He's normal, made for ReLU.",
    )
    output_bias: str = one_of(
        ("zero", "mean digit"), "What the decoder draws before training: grey, or the mean of the training digits."
    )
    beta: float = bounded(1.0, 0.0, 100.0, "Weight of the KL term; 1 is the ELBO itself.")
    epsilon_std: float = bounded(1.0, 0.0, 10.0, "Standard deviation of the sampling noise; 1 is the VAE.")
    hidden_pixels: float = bounded(
        0.0,
        0.0,
        0.9,
        "Share of the pixels that are black in the encoder's input, chosen anew at each step, against overfitting.",
    )
    bent_digits: float = bounded(
        0.0,
        0.0,
        1.0,
        "Share of a batch that the encoder alone is trained on a second time, rotated, stretched, sheared and shifted.",
    )
    validation: int = bounded(0, 0, 50_000, "Training digits held out, to measure the loss on digits not trained on.")
    seed: int = bounded(0, 0, 2**31 - 1, "Seed of the weights, the shuffle and the noise.")

    @property
    def layers(self) -> dict[str, tuple[int, int]]:
        """The dense layers in order: by name, the numbers of inputs and outputs."""
        mean = self.encoder_widths[-1], LATENT_DIM * self.proposals
        shapes = chained("encoder", PIXELS, self.encoder_widths) | {"encoder.mean": mean, "encoder.log_var": mean}
        if self.proposals > 1:
            shapes["encoder.choice"] = (self.encoder_widths[-1], self.proposals)
        shapes |= chained("decoder", LATENT_DIM, self.decoder_widths)
        return shapes | {"decoder.logits": (self.decoder_widths[-1], PIXELS)}

    @property
    def flop_per_digit(self) -> int:
        """Floating-point operations of a gradient step for each digit: 2 a weight forward, and 4 backward.

        Choosing among proposals takes each of them once more through the decoder, forward only.
        """
        choosing = 2 * self.proposals * self.weights_of("decoder.") if self.proposals > 1 else 0
        return round((1 + self.bent_digits) * (6 * self.weights + choosing))

    @property
    def step_flop(self) -> float:
        return self.flop_per_digit * self.batch_size

    def row_steps(self, digits: int) -> int:
        """Gradient steps between two rows of the history: those of an epoch. The batch of the last may be smaller."""
        return -(-digits // self.batch_size)

    def total_steps(self, digits: int) -> int:
        """Gradient steps of the whole training on so many digits."""
        return self.epochs * self.row_steps(digits)
