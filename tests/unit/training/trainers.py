"""Where the tests of the trainer start from, and how a first gradient is found out."""

import dataclasses

import numpy as np

from vae_core.config import TrainingConfig
from vae_core.networks.initialization import initial_tensors
from vae_core.runs.checkpoint import Checkpoint
from vae_core.storage.tensors import Tensors
from vae_core.training.trainer import Trainer

CONFIG = TrainingConfig(encoder_widths=(8,), decoder_widths=(8,), epochs=3, batch_size=50, seed=7)
"""On the 230 digits of the fixture `train_images`, five steps an epoch."""


def start(config: TrainingConfig, images: np.ndarray) -> Checkpoint:
    return Checkpoint(0, 0.0, {"reconstruction": 0.0, "kl": 0.0}, initial_tensors(config, images), [])


def gradients(images: np.ndarray, **changes: float) -> Tensors:
    """A tenth of each weight's first gradient, which is what Adam remembers of it, without sampling noise."""
    config = dataclasses.replace(CONFIG, epsilon_std=0, optimizer="adam", **changes)
    trainer = Trainer(config, images, start(config, images))
    trainer.advance(1)
    kept = (variable for variable in trainer.optimizer.variables if "momentum" in variable.path)
    return {name: np.array(one.numpy()) for name, one in zip(trainer.vae.variables_by_name, kept, strict=True)}
