"""Small networks and runs for the unit tests."""

import dataclasses
import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits, given
from vae_core.gan_config import GanConfig
from vae_core.networks.decoder import Decoder
from vae_core.networks.dense import Layer
from vae_core.networks.encoder import Encoder
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import Network
from vae_core.runs import history, store
from vae_core.runs.progress import STEP_NUMBERS
from vae_core.runs.record import Dataset, Record, Score
from vae_core.runs.run import Run
from vae_core.runs.snapshots import Snapshot

CONFIG = TrainingConfig(encoder_widths=(6,), decoder_widths=(4,), epochs=2)
GAN_CONFIG = GanConfig(generator_widths=(5, 4), discriminator_widths=(6, 3), steps=600, batch_size=8)
NAN = float("nan")
HISTORY: list[history.Row] = [
    dict(zip(history.COLUMNS, (1.0, 0.5, 200.0, 195.0, 5.0, NAN, NAN, NAN), strict=True)),
    dict(zip(history.COLUMNS, (2.0, 1.0, 180.5, 175.0, 5.5, NAN, NAN, NAN), strict=True)),
]
FILES = ["history.csv", "metrics.json", "network.safetensors", "run.json"]
"""What every run has."""
SCORES = [Score("-ELBO", 181.25, "nats", 1000, "sample", "Monte Carlo")]

Call = Callable[..., tuple[int, str, str]]
"""The command line: exit status, standard output and standard error."""

GREY = np.full((1, 28, 28), 128, np.uint8)
"""One digit."""
GREYS = np.random.default_rng(2).integers(0, 256, (3, 28, 28), dtype=np.uint8)


def random_tensors(config: TrainingConfig, seed: int = 0) -> dict[str, np.ndarray]:
    """Weights of about the size that training gives, so that nothing saturates."""
    noise = np.random.default_rng(seed)
    tensors: dict[str, np.ndarray] = {}

    def layer(name: str, inputs: int, outputs: int) -> None:
        tensors[f"{name}.kernel"] = noise.normal(0, inputs**-0.5, (inputs, outputs)).astype(np.float32)
        tensors[f"{name}.bias"] = noise.normal(0, 0.1, outputs).astype(np.float32)

    for half, widths in (("encoder", (784, *config.encoder_widths)), ("decoder", (2, *config.decoder_widths))):
        for i, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
            layer(f"{half}.hidden.{i}", inputs, outputs)
    layer("encoder.mean", config.encoder_widths[-1], 2 * config.proposals)
    layer("encoder.log_var", config.encoder_widths[-1], 2 * config.proposals)
    layer("decoder.logits", config.decoder_widths[-1], 784)
    if config.proposals > 1:
        layer("encoder.choice", config.encoder_widths[-1], config.proposals)
    return tensors


def linear_network(decoder: Layer, mean: tuple[float, float] = (0.0, 0.0), std: float = 0.01) -> Network:
    """Logits that are linear in z, and an encoder that finds every digit at `mean`, so wide."""
    nothing = np.zeros((784, 2), np.float32)
    return Network(
        Encoder(
            hidden=(),
            mean=(nothing, np.array(mean, np.float32)),
            log_var=(nothing, np.full(2, 2 * math.log(std), np.float32)),
        ),
        Decoder(hidden=(), output=(decoder[0].astype(np.float32), decoder[1].astype(np.float32))),
    )


def peaked_network(centre: tuple[float, float], std: float) -> Network:
    """Half of the pixels depend on z1, half on z2, so that grey digits lie at `centre`, about as wide as `std`."""
    steepness = 2 / (std * math.sqrt(392))
    kernel, bias = np.zeros((2, 784)), np.empty(784)
    for i, half in enumerate((slice(0, 392), slice(392, 784))):
        kernel[i, half], bias[half] = steepness, -steepness * centre[i]
    return linear_network((kernel, bias), centre, std)


def record(run_id: str = "small", **changes: Any) -> Record:
    fields: dict[str, Any] = {
        "title": "A small run",
        "kind": "vae",
        "status": "done",
        "config": CONFIG,
        "dataset": Dataset("sample", 4000, 0, 1000, "0123456789abcdef"),
        "versions": {"numpy": "2"},
        "created": "2026-01-01T00:00:00+00:00",
        "seconds": 1.5,
    }
    return Record(run_id, **fields | changes)


def make_run(root: Path, run_id: str = "small", **changes: Any) -> Run:
    """A small run on disk. changes: other values for the fields of its record."""
    return store.put(root, record(run_id, **changes), random_tensors(CONFIG), HISTORY, SCORES)


def make_gan(root: Path, run_id: str = "a-gan", **changes: Any) -> Run:
    """A small GAN's run on disk, untrained, with a snapshot. changes: other values for the fields of its record."""
    tensors = initial_tensors(GAN_CONFIG, GREY)
    row: history.Row = dict(zip(history.GAN_COLUMNS, (250.0, 0.5, 1.25, 0.75, 0.125, 0.875), strict=True))
    fields = {"title": "A small GAN", "kind": "gan", "config": GAN_CONFIG} | changes
    snapshot = Snapshot.take(None, Decoder.from_tensors(tensors, GAN_CONFIG.activation), GREY, step=0)
    return store.put(root, record(run_id, **fields), tensors, [row], [], snapshot)


def random_digits(train: int = 4, test: int = 3, seed: int = 0) -> Digits:
    """A few random images with their labels; the sample's name."""
    noise = np.random.default_rng(seed)
    images = noise.integers(0, 256, (train + test, 28, 28), dtype=np.uint8)
    labels = noise.integers(0, 10, train + test, dtype=np.uint8)
    return Digits("sample", "random numbers", (), given(images[:train], labels[:train]), images[train:], labels[train:])


TEN_DIGITS = random_digits(train=10, test=4)


def some_of(digits: Digits, train: int, test: int) -> Digits:
    """The first of them, so many to train on and so many to test on."""
    return dataclasses.replace(
        digits,
        training=given(digits.train_images[:train], digits.train_labels[:train]),
        test_images=digits.test_images[:test],
        test_labels=digits.test_labels[:test],
    )


def all_for_testing(digits: Digits, start: int, stop: int) -> Digits:
    """These of the training digits as test digits, without any training digits."""
    images, labels = digits.train_images, digits.train_labels
    return dataclasses.replace(
        digits,
        training=given(images[:0], labels[:0]),
        test_images=images[start:stop],
        test_labels=labels[start:stop],
    )


def step_numbers(step: float, **changes: float) -> dict[str, float]:
    """The numbers of a step event: each is 1 but this step and these changes."""
    return dict.fromkeys(STEP_NUMBERS, 1.0) | {"step": step} | changes
