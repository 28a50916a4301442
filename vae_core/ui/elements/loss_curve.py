"""The losses of a run so far, as the time machine shows them."""

from collections.abc import Mapping, Sequence

from vae_core.config import TrainingConfig
from vae_core.evaluation.learning_curve import LearningCurve, thinned
from vae_core.figures.adversarial_losses import adversarial_losses
from vae_core.figures.losses import training_losses
from vae_core.figures.traces import Figure
from vae_core.runs.record import Record


def loss_curve(record: Record, history: Sequence[Mapping], steps: Sequence[Mapping]) -> Figure:
    """A figure whose x is epochs for a VAE, steps for a GAN. history: rows; steps: step events."""
    if isinstance(config := record.config, TrainingConfig):
        curve = LearningCurve.from_rows(history, steps, record.row_steps)
        return training_losses(curve, config, with_post=record.dataset.is_mnist)
    return adversarial_losses(thinned(steps or history), record.steps)
