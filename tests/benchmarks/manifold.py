"""The 15 x 15 manifold: one batch in NumPy against the seed's 225 calls of Keras's `predict`."""

import time

import numpy as np

from tests.benchmarks.measurement import Measurement
from vae_core.latent.manifold import lattice_points, mosaic
from vae_core.networks.dense import sigmoid
from vae_core.runs.catalog import open_run

REPEATS = 50


def measure() -> Measurement:
    """Row 4."""
    import keras

    from vae_core.training.vae import build_decoder

    keras.config.disable_interactive_logging()  # no progress bar for each of 225 calls

    run = open_run("seed")
    network = run.network()
    mosaic(network.decoder.decode)
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        ours = mosaic(network.decoder.decode)
        times.append(time.perf_counter() - began)

    decoder = build_decoder(run.vae_config)
    tensors = run.tensors()
    decoder.set_weights([tensors[f"decoder.{layer.name}.{w.name}"] for layer in decoder.layers for w in layer.weights])
    decoder.predict(np.zeros((1, 2), np.float32))  # the first call compiles
    began = time.perf_counter()
    tiles = [decoder.predict(point[None]) for point in lattice_points()]
    seconds = time.perf_counter() - began
    corner = sigmoid(tiles[0]).reshape(28, 28)
    assert np.abs(ours[:28, :28] - corner).max() < 1e-4
    return Measurement(
        f"15 x 15 manifold in NumPy, median of {REPEATS}",
        1000 * float(np.median(times)),
        "ms",
        "1,000 x faster",
        "225 calls of `predict`, warm",
        1000 * seconds,
    )
