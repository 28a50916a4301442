"""The scores of what a model draws at random points: each with its unit, its counts, its estimator, and the same figure
for real digits in place of the samples."""

import numpy as np

from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.evaluation import frechet
from vae_core.evaluation.copies import near_copies, two_nearest
from vae_core.evaluation.density_coverage import NEIGHBOURS, density_coverage, squared_radii
from vae_core.evaluation.digit_metrics import standard_error
from vae_core.evaluation.frechet import Gaussian, frechet_distance
from vae_core.evaluation.sample_sets import SampleSets
from vae_core.evaluation.samples import (
    COVERED,
    SEAM,
    SEED,
    Decode,
    class_shares,
    diversity,
    draw,
    kl_of_classes,
)
from vae_core.networks.classifier import CLASSES, Classifier
from vae_core.runs.record import Score

SAMPLE_SCORES = (
    "classes covered",
    "rarest class",
    "KL of classes",
    "seam share",
    "Frechet distance",
    "density",
    "coverage",
    "diversity within a class",
    "nearest training digit",
    "near copies",
)
"""Their names in the order of the report."""

COMPARED = 1000
"""So many samples, and so many digits, are compared with all training digits."""

_DRAWN = f"points of N(0, I), seed {SEED}"


def of_class(label: int) -> str:
    """The name of the score of one class: the share of the samples that the judge takes for it."""
    return f"share of samples, class {label}"


def sample_scores(decode: Decode, judge: Classifier, digits: Digits, count: int) -> list[Score]:
    """The scores of SAMPLE_SCORES in order, then those of each class, for `count` samples.

    Takes some six seconds on two cores for 10,000 samples and 10,000 digits. Raises RunDamaged, as `draw` does.
    """
    pixels = draw(decode, count)
    sets = SampleSets.of(pixels, judge, digits)
    return [
        *_class_scores(sets, digits),
        *_feature_scores(sets, digits, judge.digest),
        *_copy_scores(pixels, digits),
        *_shares(sets, digits),
    ]


def _class_scores(sets: SampleSets, digits: Digits) -> list[Score]:
    """How the samples are spread over the classes, and how many are of none."""
    classes, seams = sets.samples.classes, sets.samples.seams
    drawn, real = class_shares(classes), class_shares(digits.test_labels)
    rarest, rarest_real = drawn.argmin(), real.argmin()
    logs, floor = kl_of_classes(classes, digits.test_labels), kl_of_classes(sets.others.classes, sets.against.classes)
    counts = len(classes), len(digits.test_labels)
    covered = f"classes with {100 * COVERED:.0f} % of the samples or more; {_DRAWN}"
    rare = f"class {rarest}; of the digits class {rarest_real}; {_DRAWN}"
    apart = f"from the shares of the digits' labels, one more of each; real: {sets.words}"
    seam = f"probability of the most probable class below {SEAM:g}; {_DRAWN}"
    return [
        _score(
            digits, "classes covered", (drawn >= COVERED).sum(), "classes", covered, counts, (real >= COVERED).sum()
        ),
        _mean(digits, "rarest class", classes == rarest, "share", rare, counts, real[rarest_real]),
        _mean(digits, "KL of classes", logs, "nats", apart, counts, floor.mean()),
        _mean(digits, "seam share", seams, "share", seam, counts, sets.real.seams.mean()),
    ]


def _feature_scores(sets: SampleSets, digits: Digits, judge: str) -> list[Score]:
    """How the samples lie among the digits in the judge's features. judge: its digest."""
    samples, real, others, against = (part.features for part in (sets.samples, sets.real, sets.others, sets.against))
    counts = len(samples), len(real)
    halves = [-(-count // 2) for count in counts]
    drawn, known = Gaussian(samples), Gaussian(real)
    fewer = frechet_distance(Gaussian(samples[: halves[0]]), Gaussian(real[: halves[1]]))
    floor = frechet_distance(Gaussian(others), known if against is real else Gaussian(against))
    distance = f"judge {judge}; {halves[0]:,} samples and {halves[1]:,} digits give {fewer:.2f}; real: {sets.words}"
    radii = squared_radii(real)
    among = density_coverage(real, radii, samples)
    others_among = density_coverage(against, radii if against is real else squared_radii(against), others)
    balls = f"balls that reach to the {NEIGHBOURS}th nearest digit in the judge's features; real: {sets.words}"
    return [
        _score(
            digits,
            "Frechet distance",
            frechet_distance(drawn, known),
            "squared distance",
            distance,
            counts,
            floor,
            frechet.standard_error(drawn, known),
        ),
        _mean(digits, "density", among.densities, "0 or more", balls, counts, others_among.densities.mean()),
        _mean(digits, "coverage", among.covered, "share", balls, counts, others_among.covered.mean()),
        _diversity(sets, digits),
    ]


def _diversity(sets: SampleSets, digits: Digits) -> Score:
    """How different two samples of a class are, over the classes that are drawn at least twice."""
    among = np.flatnonzero(np.bincount(sets.samples.classes) >= 2)
    several = np.bincount(sets.real.classes, minlength=CLASSES)[among] >= 2
    value, error = diversity(sets.samples, among)
    real = diversity(sets.real, among)[0] if several.all() else None
    pairs = f"mean distance of random pairs in the judge's features, mean over {len(among)} classes"
    counts = len(sets.samples.classes), len(sets.real.classes)
    return _score(digits, "diversity within a class", value, "distance", pairs, counts, real, error)


def _copy_scores(pixels: np.ndarray, digits: Digits) -> list[Score]:
    """How near samples are to training digits, or to the digits where no training digits are at hand."""
    tests, training = digits.test_images, digits.train_images
    order = np.random.default_rng(SEED).permutation(len(tests))
    real, alone = to_pixels(tests[order[:COMPARED]]), not len(training)
    to, words = (tests[order], "digits, for want of training digits") if alone else (training, "training digits")
    nearest, nearest_real = two_nearest(pixels[:COMPARED], to), two_nearest(real, to, itself=alone)
    counts, among = (len(nearest), len(real)), f"among {len(to):,} {words}"
    near = f"the nearest less than a third as far as the second nearest, {among}"
    levels = f"root mean square over the pixels, {among}"
    return [
        _mean(
            digits, "nearest training digit", nearest[:, 0], "grey levels", levels, counts, nearest_real[:, 0].mean()
        ),
        _mean(digits, "near copies", near_copies(nearest), "share", near, counts, near_copies(nearest_real).mean()),
    ]


def _shares(sets: SampleSets, digits: Digits) -> list[Score]:
    """The share of each class among the samples; `real`: among the digits."""
    classes, real = sets.samples.classes, class_shares(digits.test_labels)
    counts = len(classes), len(digits.test_labels)
    return [
        _mean(digits, of_class(label), classes == label, "share", _DRAWN, counts, real[label])
        for label in range(CLASSES)
    ]


def _mean(
    digits: Digits,
    name: str,
    values: np.ndarray,
    unit: str,
    estimator: str,
    counts: tuple[int, int],
    real: float,
) -> Score:
    """The mean of values of single pictures, with its standard error."""
    value = values.mean(dtype=np.float64)
    return _score(digits, name, value, unit, estimator, counts, real, standard_error(values))


def _score(
    digits: Digits,
    name: str,
    value: float,
    unit: str,
    estimator: str,
    counts: tuple[int, int],
    real: float | None,
    error: float | None = None,
) -> Score:
    """A score rounded to four decimals. counts: of samples and of digits."""
    error, real = (None if number is None else round(float(number), 4) for number in (error, real))
    samples, compared = counts
    return Score(name, round(float(value), 4), unit, compared, digits.source, estimator, error, samples, real)
