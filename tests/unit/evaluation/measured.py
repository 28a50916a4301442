"""What the fixture `report` is measured on, random weights and random digits; and metrics made by hand."""

from typing import Any

import numpy as np

from tests.unit.builders import CONFIG, random_digits, random_tensors
from vae_core.evaluation.digit_metrics import DigitMetrics, metric_shapes
from vae_core.networks.network import Network

DIGITS = random_digits(train=80, test=40)
NETWORK = Network.from_tensors(random_tensors(CONFIG))


def metrics_with(count: int, **known: Any) -> DigitMetrics:
    """The metrics of so many digits: those that are given, and zeros for the others."""
    zeros = {name: np.zeros(shape, dtype) for name, (shape, dtype) in metric_shapes(count).items()}
    return DigitMetrics(**zeros | {name: np.asarray(values, zeros[name].dtype) for name, values in known.items()})
