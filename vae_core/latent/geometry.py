"""The geometry that the decoder gives to the latent plane: how much the picture changes where one moves on the map.

A small step dz changes the pixels by |J dz|, with J the decoder's Jacobian. So the plane has the metric G = J'J, pulled
back from the pixels (Arvanitidis, Hansen and Hauberg 2018, section 2), and sqrt(det G) says how much area of pictures a
unit of area on the map stands for: the magnification factor (Bishop, Svensen and Williams 1997).
"""

import numpy as np

from vae_core.networks.network import Network

_BLOCK = 1000  # Jacobians of so many points take 6 MB, and the tangents of wide layers somewhat more
_FLAT = 1e-12  # where the decoder does not change at all, the logarithm stops here


def metric(network: Network, z: np.ndarray) -> np.ndarray:
    """G = J'J at each point. z: (N, 2) float32. Returns (N, 2, 2) float64, symmetric, in squared pixels a unit of z."""
    parts = []
    for start in range(0, len(z), _BLOCK):
        jacobian = network.jacobian(z[start : start + _BLOCK]).astype(np.float64)  # (B, 784, 2)
        parts.append(jacobian.transpose(0, 2, 1) @ jacobian)
    return np.concatenate(parts) if parts else np.zeros((0, 2, 2))


def log_magnification(network: Network, z: np.ndarray) -> np.ndarray:
    """1/2 log det J'J at each point. z: (N, 2) float32. Returns (N,) float64, at least log(1e-12) / 2."""
    return 0.5 * np.log(np.maximum(np.linalg.det(metric(network, z)), _FLAT))
