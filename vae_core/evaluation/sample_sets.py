"""The sets of pictures that the scores of a model's drawings compare: samples, digits, and other digits beside them.

The others stand in for the samples, so that a reader sees what a score would be if a model drew as digits are. They are
training digits where there are any; else one half of the digits is set against the other.
"""

from dataclasses import dataclass

import numpy as np

from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.evaluation.samples import SEED, Judged
from vae_core.networks.classifier import Classifier


@dataclass(frozen=True)
class SampleSets:
    """Pictures as the judge sees them."""

    samples: Judged
    real: Judged
    """The test digits, in a random order, so that the first ones of them are like all of them."""
    others: Judged
    """Other digits, as many as there are samples, or fewer."""
    against: Judged
    """What these are set against: `real`, or half of it."""
    words: str
    """What the others are, in words."""

    @classmethod
    def of(cls, pixels: np.ndarray, judge: Classifier, digits: Digits) -> "SampleSets":
        """pixels: (N, 784), the samples."""
        noise = np.random.default_rng(SEED)
        shuffled = noise.permutation(len(digits.test_images))
        samples, real = Judged.of(pixels, judge), Judged.of(to_pixels(digits.test_images[shuffled]), judge)
        if training := len(digits.train_images):
            chosen = noise.choice(training, min(training, len(pixels)), replace=False)
            others = Judged.of(to_pixels(digits.train_images[chosen]), judge)
            return cls(samples, real, others, real, f"{len(chosen):,} training digits instead of samples")
        half = -(-len(shuffled) // 2)
        # A single digit is set against itself.
        others, against = real.part(slice(half)), real.part(slice(len(shuffled) - half, None))
        return cls(samples, real, others, against, f"{half:,} of the digits against {half:,}, for want of others")
