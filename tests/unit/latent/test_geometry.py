"""The pullback metric against finite differences of a decoder in double precision."""

import numpy as np
import pytest
import scipy.special
import scipy.stats

from tests.unit.builders import random_tensors
from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.latent import geometry
from vae_core.latent.geometry import log_magnification, metric
from vae_core.networks.decoder import Decoder
from vae_core.runs.catalog import open_run

AXES = np.eye(2, dtype=np.float32)
Z = np.random.default_rng(6).normal(0, 1.5, (9, 2)).astype(np.float32)


def decode(tensors: dict[str, np.ndarray], z: np.ndarray) -> np.ndarray:
    """(N, 784) float64."""
    depth = sum(name.startswith("decoder.hidden") for name in tensors) // 2
    for i in range(depth):
        z = np.maximum(z @ tensors[f"decoder.hidden.{i}.kernel"].astype(float) + tensors[f"decoder.hidden.{i}.bias"], 0)
    return scipy.special.expit(z @ tensors["decoder.logits.kernel"].astype(float) + tensors["decoder.logits.bias"])


def test_the_metric_measures_how_far_the_picture_moves(tensors: dict[str, np.ndarray]):
    """dz' G dz = |x(z + dz) - x(z)|^2 for small steps in any direction."""
    found = metric(Decoder.from_tensors(tensors), Z)
    assert (found.shape, found.dtype) == ((9, 2, 2), np.float64)
    step = 1e-5
    for angle in np.linspace(0, np.pi, 7):
        direction = np.array([np.cos(angle), np.sin(angle)])
        moved = decode(tensors, Z + step * direction) - decode(tensors, Z - step * direction)
        expected = (moved**2).sum(axis=1) / (2 * step) ** 2
        np.testing.assert_allclose(direction @ found @ direction, expected, rtol=1e-4)
    np.testing.assert_array_equal(found, found.transpose(0, 2, 1))


def test_the_magnification_is_the_area_of_the_picture_of_a_small_square():
    tensors = random_tensors(TrainingConfig(decoder_widths=(20, 20)))
    step = 1e-5
    right, up = (
        (decode(tensors, Z + step * unit) - decode(tensors, Z - step * unit)) / (2 * step) for unit in np.eye(2)
    )
    across, along = np.linalg.norm(right, axis=1), np.linalg.norm(up, axis=1)
    cosine = (right * up).sum(axis=1) / (across * along)
    found = log_magnification(Decoder.from_tensors(tensors), Z)
    np.testing.assert_allclose(found, np.log(across * along * np.sqrt(1 - cosine**2)), atol=1e-3)


def test_where_the_decoder_is_flat_the_logarithm_stops(tensors: dict[str, np.ndarray]):
    tensors["decoder.logits.kernel"] = np.zeros_like(tensors["decoder.logits.kernel"])
    np.testing.assert_allclose(log_magnification(Decoder.from_tensors(tensors), Z), np.log(1e-6))


def test_blocks_leave_no_point_out(monkeypatch: pytest.MonkeyPatch, tensors: dict[str, np.ndarray]):
    decoder = Decoder.from_tensors(tensors)
    whole = metric(decoder, Z)
    monkeypatch.setattr(geometry, "_BLOCK", 4)
    np.testing.assert_allclose(metric(decoder, Z), whole, rtol=1e-5)
    assert metric(decoder, Z[:0]).shape == (0, 2, 2)
    assert log_magnification(decoder, Z[:0]).shape == (0,)


@pytest.mark.parametrize("run_id", ["deep", "seed"])
def test_where_digits_lie_the_fisher_metric_ranks_places_nearly_alike(run_id: str, digits: Digits):
    """G = J' diag(p (1 - p)) J, J of the logits: their central differences."""
    network, step = open_run(run_id).network(), 1e-3
    z, _ = network.encoder.encode(to_pixels(digits.test_images[:400]))
    jacobian = np.stack(
        [
            (network.decoder.logits(z + step * axis) - network.decoder.logits(z - step * axis)) / (2 * step)
            for axis in AXES
        ],
        axis=2,
    ).astype(float)  # (400, 784, 2)
    p = network.decoder.decode(z).reshape(400, 784, 1).astype(float)
    fisher = np.linalg.slogdet(jacobian.transpose(0, 2, 1) @ (p * (1 - p) * jacobian))[1]
    ranks = [scipy.stats.rankdata(values) for values in (fisher, log_magnification(network.decoder, z))]
    assert np.corrcoef(ranks)[0, 1] > 0.99
