"""Training: the recipes against stock Keras, interleaved in one process; and a training from the page's button on.

The baseline is the seed's network and recipe on Keras's own `fit`, as the post has it: a few epochs are timed and
multiplied by its 50.
"""

import contextlib
import dataclasses
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from tests.benchmarks.measurement import Measurement
from tests.server import running_app
from vae_core.config import TrainingConfig
from vae_core.data.digits import split
from vae_core.data.images import to_pixels
from vae_core.data.sources import load_digits
from vae_core.likelihood import elbo
from vae_core.networks.initialization import initial_tensors
from vae_core.networks.network import Network
from vae_core.recipes import VAE_RECIPES
from vae_core.runs.catalog import runs_in
from vae_core.runs.checkpoint import Checkpoint
from vae_core.training.optimizer import build_optimizer

SEEDS = (0, 1, 2)
TARGET_NATS = 151.65
POST_EPOCHS = VAE_RECIPES["seed"].epochs


def measure(browser: Browser, folder: Path) -> Iterator[Measurement]:
    """Rows of the training half."""
    stock, fast, ours = [], [], []
    baseline = StockTraining()
    baseline.epoch()  # compiles
    for seed in SEEDS:
        stock.append(baseline.epoch())
        fast.append(fast_recipe(seed))
        stock.append(baseline.epoch())
        ours.append(seed_epoch(seed))
    whole = float(np.median(stock)) * POST_EPOCHS
    scores = ", ".join(f"{nats:.2f}" for _, nats in fast)
    yield Measurement(
        f"`fast`, compilation counted, slowest of seeds {', '.join(map(str, SEEDS))}: test \u2212ELBO {scores} nats, "
        f"at most {TARGET_NATS}",
        max(seconds for seconds, _ in fast),
        "s",
        "20 x faster",
        f"the post's {POST_EPOCHS} epochs on stock `fit`: {len(stock)} timed, median times {POST_EPOCHS}",
        whole,
    )
    yield Measurement(
        f"an epoch of `seed`, compiled, median of {len(ours)}",
        float(np.median(ours)),
        "s",
        "2.5 x faster",
        f"an epoch of stock `fit`, median of {len(stock)}",
        float(np.median(stock)),
    )
    yield from from_the_button(browser, folder, whole)


class StockTraining:
    """The seed's network, loss and optimizer on Keras's own `fit`."""

    def __init__(self):
        import keras

        from vae_core.training import vae

        class StockVAE(keras.Model):
            def __init__(self, config: TrainingConfig):
                super().__init__()
                self.encoder, self.decoder = vae.build_encoder(config), vae.build_decoder(config)
                self.noise = keras.random.SeedGenerator(config.seed)

            def call(self, pixels):
                mean, log_var = self.encoder(pixels)
                epsilon = keras.random.normal(keras.ops.shape(mean), seed=self.noise)
                return self.decoder(vae.sample(mean, log_var, epsilon)), mean, log_var

            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                logits, mean, log_var = y_pred  # type: ignore[misc]
                return keras.ops.mean(vae.reconstruction_nats(x, logits) + vae.kl_nats(mean, log_var))  # type: ignore[operator]

        self.config = VAE_RECIPES["seed"]
        self.pixels = to_pixels(load_digits().train_images)
        self.vae = StockVAE(self.config)
        self.vae.compile(optimizer=build_optimizer(self.config, steps=0))

    def epoch(self) -> float:
        """Seconds of one more epoch."""
        began = time.perf_counter()
        self.vae.fit(self.pixels, batch_size=self.config.batch_size, epochs=1, verbose=0)  # type: ignore[arg-type]
        return time.perf_counter() - began


def fast_recipe(seed: int) -> tuple[float, float]:
    """Seconds from the digits to the trained network, everything counted, and its test -ELBO in nats."""
    from vae_core.training.trainer import Trainer

    config = dataclasses.replace(VAE_RECIPES["fast"], seed=seed)
    digits = load_digits()
    began = time.perf_counter()
    images, _ = split(digits.train_images, config.validation, config.seed)
    trainer = Trainer(
        config, images, Checkpoint(0, 0.0, {"reconstruction": 0.0, "kl": 0.0}, initial_tensors(config, images), [])
    )
    trainer.compile()
    while trainer.epoch < config.epochs:
        trainer.advance(trainer.step + trainer.row_steps)
    tensors = trainer.vae.tensors()
    seconds = time.perf_counter() - began
    nats = float(elbo.negative_elbo(Network.from_tensors(tensors), digits.test_images).total.mean())
    assert nats <= TARGET_NATS
    return seconds, nats


def seed_epoch(seed: int) -> float:
    """Seconds of the second epoch of the seed's recipe: the first one compiles."""
    from vae_core.training.trainer import Trainer

    config, digits = dataclasses.replace(VAE_RECIPES["seed"], seed=seed), load_digits()
    start = initial_tensors(config, digits.train_images)
    trainer = Trainer(config, digits.train_images, Checkpoint(0, 0.0, {"reconstruction": 0.0, "kl": 0.0}, start, []))
    trainer.compile()
    while trainer.epoch < 1:
        trainer.advance(trainer.row_steps)
    began = time.perf_counter()
    while trainer.epoch < 2:
        trainer.advance(2 * trainer.row_steps)
    return time.perf_counter() - began


def from_the_button(browser: Browser, folder: Path, whole: float) -> Iterator[Measurement]:
    """A training started on the page by a visitor who watches it."""
    runs = folder / "trained"
    with running_app(runs, folder / "log") as (address, _), browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        page.get_by_role("link", name="Train").click()
        page.wait_for_selector('[data-testid="time-machine"][data-ready="true"]')
        page.get_by_role("button", name="Start training").click()
        began = time.perf_counter()
        (shown, learning, over), peak = watch(page, began)
    (run,), _ = runs_in(runs)
    seconds = run.record.seconds
    size = sum(path.stat().st_size for path in run.directory.rglob("*") if path.is_file()) / 1e6
    yield Measurement(
        "button to the untrained network on screen", shown, "s", "", "button to the first trained snapshot", learning
    )
    yield Measurement(
        "button to the scored run, watched all the time", over, "s", "15 s", "the gradient steps' share of it", seconds
    )
    yield Measurement("the worker's peak memory", peak, "MB", "", "a process that has only imported TensorFlow", bare())
    yield Measurement(
        "a run of `fast` on disk, snapshots included",
        size,
        "MB",
        "a few MB",
        "its weights alone",
        (run.directory / "network.safetensors").stat().st_size / 1e6,
    )


def watch(page: Page, began: float) -> tuple[tuple[float, float, float], float]:
    """Seconds until a first snapshot, a first trained one, and the end; and the worker's peak megabytes."""
    machine, peak, times = page.get_by_test_id("time-machine"), 0.0, [0.0, 0.0, 0.0]
    cancel = page.get_by_role("button", name="Cancel")
    cancel.wait_for()
    while not times[2]:
        step = machine.get_attribute("data-step")
        now = time.perf_counter() - began
        if step == "0" and not times[0]:
            times[0] = now
        if times[0] and not times[1] and step not in ("0", ""):
            times[1] = now
        if times[1] and not cancel.count():
            times[2] = now
        peak = max(peak, worker_megabytes())
        page.wait_for_timeout(20)
    return (times[0], times[1], times[2]), peak


def worker_megabytes() -> float:
    """The highest resident memory of the running worker so far; 0 if there is none."""
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            if b"vae_core\0train\0--resume" in (status.parent / "cmdline").read_bytes():
                return high_water(status.read_text())
    return 0.0


def bare() -> float:
    """The peak megabytes of a process that imports TensorFlow and does nothing."""
    code = "import tensorflow; print(open('/proc/self/status').read())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return high_water(done.stdout)


def high_water(status: str) -> float:
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1000
