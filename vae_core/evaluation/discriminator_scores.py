"""How well a GAN's discriminator tells test digits from what the generator draws.

Its accuracy on each apart has a meaning where it was trained to give digits logits above 0 and samples logits below
(Goodfellow et al. 2014). In a relativistic training it only ever saw differences, so that adding a number to all logits
would change nothing: there, pairs are all that can be judged (Jolicoeur-Martineau 2019).
"""

import math

import numpy as np

from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.evaluation.digit_metrics import standard_error
from vae_core.evaluation.samples import draw
from vae_core.networks.gan_network import GanNetwork
from vae_core.runs.record import Score

PAIRS = "pairs told apart"
ON_DIGITS, ON_SAMPLES = "discriminator accuracy, digits", "discriminator accuracy, samples"
DISCRIMINATOR_SCORES = (PAIRS, ON_DIGITS, ON_SAMPLES)
"""Their names in the order of the report."""


def discriminator_scores(network: GanNetwork, digits: Digits, count: int) -> list[Score]:
    """The scores of DISCRIMINATOR_SCORES in order, for `count` samples; the first alone where the loss was
    relativistic. Raises RunDamaged if what is drawn, or a logit, is not finite."""
    real = network.discriminator.logits(to_pixels(digits.test_images))
    drawn = network.discriminator.logits(draw(network.decoder.decode, count))
    value, error = pairs_told_apart(real, drawn)
    pairs = "all pairs of a digit and a sample: the digit's logit is the higher one"
    if network.relativistic:
        why = "; the loss was relativistic: a logit alone says nothing, so that there is no accuracy on each apart"
        return [_share(digits, PAIRS, value, error, pairs + why, count)]
    taken, seen_through = real > 0, drawn < 0
    return [
        _share(digits, PAIRS, value, error, pairs, count),
        _share(digits, ON_DIGITS, taken.mean(), standard_error(taken), "digits whose logit is above 0", None),
        _share(
            digits,
            ON_SAMPLES,
            seen_through.mean(),
            standard_error(seen_through),
            "samples whose logit is below 0",
            count,
        ),
    ]


def pairs_told_apart(real: np.ndarray, drawn: np.ndarray) -> tuple[float, float | None]:
    """The share of pairs whose real logit is the higher one, ties for half; and its standard error.

    It is the area under the ROC curve; the error is that of DeLong, DeLong and Clarke-Pearson 1988. real: (N,); drawn:
    (M,).
    """
    of_real, of_drawn = _share_below(drawn, real), 1 - _share_below(real, drawn)
    errors = [standard_error(of_real), standard_error(of_drawn)]
    known = [error for error in errors if error is not None]
    return float(of_real.mean()), math.hypot(*known) if len(known) == 2 else None


def _share_below(values: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """The share of the values that lie below each limit, ties for half: as many as limits, float64."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, limits, "left") + np.searchsorted(ordered, limits, "right")
    return below / (2 * len(values))


def _share(digits: Digits, name: str, value: float, error: float | None, estimator: str, samples: int | None) -> Score:
    """A share of pairs or pictures, rounded to four decimals. samples: how many; None if they play no part."""
    count, error = len(digits.test_images), None if error is None else round(error, 4)
    return Score(name, round(float(value), 4), "share", count, digits.source, estimator, error, samples)
