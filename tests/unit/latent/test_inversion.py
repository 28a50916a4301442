"""The search for the point that draws a digit best, against SciPy's least squares from a denser lattice."""

import numpy as np
import pytest
import scipy.optimize

from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.latent.inversion import Inverter
from vae_core.latent.manifold import lattice_points
from vae_core.networks.decoder import Decoder
from vae_core.runs.catalog import open_run


@pytest.fixture(scope="module", params=["gan", "seed"])
def decoder(request: pytest.FixtureRequest) -> Decoder:
    return open_run(request.param).decoder()


def error(decoder: Decoder, z: np.ndarray, pixels: np.ndarray) -> float:
    drawn = decoder.decode(np.asarray(z, np.float32).reshape(1, 2)).reshape(-1)
    return float(np.square(drawn - pixels, dtype=np.float64).mean())


def test_what_was_drawn_is_found_again(decoder: Decoder):
    inverter = Inverter(decoder)
    for z in np.random.default_rng(3).uniform(-2, 2, (4, 2)).astype(np.float32):
        found = inverter.invert(decoder.decode(z[None]).reshape(-1))
        assert found.error < 1e-4
        assert found.error == pytest.approx(error(decoder, np.array(found.z), decoder.decode(z[None]).reshape(-1)))


def test_no_other_search_finds_a_much_better_place(decoder: Decoder, sample: Digits):
    inverter = Inverter(decoder)
    nodes = lattice_points(101, 0.002)
    drawn = decoder.decode(nodes).reshape(len(nodes), -1)
    for pixels in to_pixels(sample.test_images[:60:20]):
        found = inverter.invert(pixels)
        assert found.error == pytest.approx(error(decoder, np.array(found.z), pixels))
        assert found.starts > 1
        best = nodes[np.square(drawn - pixels).sum(axis=1).argsort()[:3]]

        def residuals(z: np.ndarray, pixels: np.ndarray = pixels) -> np.ndarray:
            return (decoder.decode(z.astype(np.float32)[None]).reshape(-1) - pixels).astype(float)

        others = [scipy.optimize.least_squares(residuals, z, diff_step=1e-3).fun for z in best.astype(float)]
        assert found.error <= min(np.square(other).mean() for other in others) + 5e-4


def test_a_picture_that_it_cannot_draw_has_an_answer(decoder: Decoder):
    found = Inverter(decoder).invert(np.ones(784, np.float32))
    assert np.isfinite(found.error)
    assert max(map(abs, found.z)) <= 4
