"""A trainer that learns nothing and needs no TensorFlow: what it leaves in a run can be said beforehand.

Step k, from 0, gives each of its digits a reconstruction of 200 - k nats and a KL of 1 + k / 10, and moves every
weight by (k + 1) / 100,000.
"""

import sys
import types
from collections.abc import Callable, MutableMapping
from types import ModuleType

import numpy as np

from tests.unit.builders import CONFIG, random_digits
from vae_core.config import TrainingConfig
from vae_core.jobs import control
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import Run
from vae_core.storage.tensors import Tensors

DIGITS = random_digits(train=13, test=4)
STEPS = [4, 4, 3]
"""How many of the 11 training digits the steps of an epoch see."""
FAKE_CONFIG = TrainingConfig(
    encoder_widths=CONFIG.encoder_widths, decoder_widths=(4,), epochs=3, batch_size=4, validation=2, beta=2.0
)
TOTAL = 9
Hook = Callable[[str, "FakeTrainer"], None]
FakeTrainers = Callable[[Hook | None], None]
"""The fixture `fake_trainers`: gives the fake_trainers to come a hook, or none."""
Begin = Callable[..., Run]
"""The fixture `begin`."""


def reconstruction(step: int) -> float:
    return 200.0 - step


def kl(step: int) -> float:
    return 1 + step / 10


def step_once(tensors: Tensors, step: int) -> Tensors:
    return {name: tensor + np.float32(1e-5 * (step + 1)) for name, tensor in tensors.items()}


def moved(start: Tensors, steps: int) -> Tensors:
    """The weights after so many steps."""
    for step in range(steps):
        start = step_once(start, step)
    return start


class FakeTrainer:
    """Has what a worker uses of a Trainer. Its hook is called with "made", "compile", "advance" and "checkpoint"."""

    device = "strings"
    terms = ("reconstruction", "kl")
    hook: Hook = staticmethod(lambda event, trainer: None)

    def __init__(self, config: TrainingConfig, images: np.ndarray, checkpoint: Checkpoint):
        self.config, self.images, self.digits, self.step = config, images, len(images), checkpoint.step
        self.row_steps = -(-self.digits // config.batch_size)
        self.sums = np.array(list(checkpoint.sums.values()))
        self.network = dict(checkpoint.network)
        self.hook("made", self)

    @property
    def epoch(self) -> int:
        return self.step // self.row_steps

    @property
    def seen(self) -> int:
        taken = (self.step - 1) % self.row_steps + 1 if self.step else 0
        return min(taken * self.config.batch_size, self.digits)

    def compile(self) -> None:
        self.hook("compile", self)

    def advance(self, until: int) -> None:
        """One step."""
        assert self.step < until
        self.hook("advance", self)
        position = self.step % self.row_steps
        if position == 0:
            self.sums = np.zeros(2)
        count = min(self.config.batch_size, self.digits - position * self.config.batch_size)
        self.sums = self.sums + count * np.array([reconstruction(self.step), kl(self.step)])
        self.network = step_once(self.network, self.step)
        self.step += 1

    def tensors(self) -> Tensors:
        return dict(self.network)

    def checkpoint(self, seconds: float) -> Checkpoint:
        self.hook("checkpoint", self)
        sums: dict[str, float] = dict(zip(self.terms, self.sums.tolist(), strict=True))
        return Checkpoint(self.step, seconds, sums, self.tensors(), [np.array(self.step)])


def install(modules: MutableMapping[str, ModuleType] = sys.modules, hook: Hook | None = None) -> type[FakeTrainer]:
    """Let workers find a fake trainer where they look for the trainer."""
    kind = type("FakeTrainer", (FakeTrainer,), {"hook": staticmethod(hook)} if hook else {})
    stage = types.ModuleType("vae_core.training.trainer")
    stage.Trainer = kind  # pyright: ignore[reportAttributeAccessIssue]
    modules["vae_core.training.trainer"] = stage
    return kind


def stopping(run: Run, step: int) -> Hook:
    """Asks to stop while step number `step` is taken."""

    def hook(event: str, trainer: FakeTrainer) -> None:
        if event == "advance" and trainer.step == step - 1:
            control.ask_to_stop(run)

    return hook
