"""How a model is measured: which scores one of its kind has, and what they are computed from."""

from collections.abc import Callable

import numpy as np

from vae_core.data.digits import Digits
from vae_core.evaluation import embedding_quality
from vae_core.evaluation.digit_metrics import KNN_CLASSIFIER_K, VOTE_K, DigitMetrics, by_score
from vae_core.evaluation.discriminator_scores import DISCRIMINATOR_SCORES, PAIRS, discriminator_scores
from vae_core.evaluation.sample_scores import SAMPLE_SCORES, sample_scores
from vae_core.evaluation.scores import (
    OVERALL,
    bound_scores,
    class_scores,
    evidence_scores,
    map_scores,
    monte_carlo,
)
from vae_core.latent.latent_map import LatentMap
from vae_core.likelihood import elbo
from vae_core.likelihood.evidence import evidence
from vae_core.networks.gan_network import GanNetwork
from vae_core.networks.judge import shipped_judge
from vae_core.networks.network import Model, Network
from vae_core.runs.record import Score

LEFT_OUT = (
    "A GAN has no encoder and gives no digit a probability. So it has no -ELBO, no reconstruction and no map of the "
    "digits, and their scores are left out."
)
"""Which scores a GAN has not, and why."""

_SUMMING = "Summing over the latent plane"
_JUDGING = "Judging what it draws at random points"

OnProgress = Callable[[float, str], None]
"""Called with the share of the time that is over, from 0 to 1, and what is being computed, in words."""


def overall_names(model: Model) -> tuple[str, ...]:
    """The names of the scores that such a model has of all digits together, in the order of its report."""
    if isinstance(model, Network):
        return OVERALL
    return (*SAMPLE_SCORES, *((PAIRS,) if model.relativistic else DISCRIMINATOR_SCORES))


def measure_gan(network: GanNetwork, digits: Digits, count: int, on_progress: OnProgress) -> list[Score]:
    """The scores of a GAN, which takes some seven seconds for 10,000 digits on two cores.

    count: of the samples that are judged. Raises RunDamaged if what it draws, or what its discriminator says, is not
    finite.
    """
    on_progress(0.0, _JUDGING)
    scores = sample_scores(network.decoder.decode, shipped_judge(), digits, count)
    on_progress(0.9, "Asking the discriminator")
    scores += discriminator_scores(network, digits, count)
    on_progress(1.0, "Done")
    return scores


def measure_vae(
    network: Network, digits: Digits, count: int, on_progress: OnProgress
) -> tuple[list[Score], DigitMetrics]:
    """The scores of a VAE, and the metrics of each test digit: some 25 seconds for 10,000 digits and a usual network on
    two cores, with less than 550 MB.

    Two minutes if its training diverged; and some more for the largest network that a config allows.

    count: of the samples that are judged. Raises RunDamaged if the encoder's numbers are not finite.
    """
    images, labels = digits.test_images, digits.test_labels
    on_progress(0.0, "Encoding and decoding the test digits")
    bound = elbo.negative_elbo(network, images)
    binarised = elbo.negative_elbo(network, elbo.binarised(images), elbo.SAMPLES_BINARISED)
    tests = LatentMap.embed(network, images, labels)
    on_progress(0.05, _SUMMING)
    exact = evidence(network, images, lambda share: on_progress(0.05 + 0.6 * share, _SUMMING))
    on_progress(0.65, "Looking for neighbours on the map")
    training = LatentMap.embed(network, digits.train_images, digits.train_labels)
    votes = [tests.votes_of_neighbours(training, k) for k in (1, KNN_CLASSIFIER_K, VOTE_K)]
    nearest, predicted, by_vote = (counts.argmax(axis=1) for counts in votes)
    on_progress(0.67, "Comparing neighbours on the map and in pixels")
    trust, continuity = embedding_quality.trustworthiness_and_continuity(images, tests.means)
    precise = DigitMetrics(  # in float64
        reconstruction=bound.reconstruction,
        kl=bound.kl,
        evidence=exact.nats,
        predicted=predicted,
        same_class_neighbours=votes[-1][np.arange(len(labels)), labels],
        predicted_by_nearest=nearest,
        predicted_by_vote=by_vote,
        binarised=binarised.total,
        trustworthiness=trust,
        continuity=continuity,
        silhouette=embedding_quality.silhouettes(tests),
    )
    sampled = monte_carlo(error=bound.sampling_error_of_mean)
    sampled_binarised = monte_carlo(elbo.SAMPLES_BINARISED, binarised.sampling_error_of_mean)
    on_progress(0.7, _JUDGING)
    values, near = by_score(precise, labels), _among(len(training.means), len(labels))
    scores = [
        *bound_scores(values, tests, digits, sampled, sampled_binarised),
        *evidence_scores(exact, values, digits),
        *map_scores(values, tests, near, digits),
        *sample_scores(network.decoder.decode, shipped_judge(), digits, count),
        *class_scores(precise, near, digits),
    ]
    on_progress(1.0, "Done")
    return scores, precise.rounded()


def _among(training: int, tests: int) -> str:
    """The estimator of the k-NN classifiers, in words: among how many digits the neighbours are."""
    return f"neighbours among {f'{training:,} training' if training else f'the {tests - 1:,} other'} digits"
