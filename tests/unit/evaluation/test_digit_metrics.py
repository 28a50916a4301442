"""The breakdown of a report, against figures by hand."""

import numpy as np

from vae_core.evaluation.digit_metrics import DigitMetrics, by_class


def test_figures_of_a_class_are_those_of_its_digits_alone():
    metrics = DigitMetrics(
        reconstruction=np.array([100, 200, 300], np.float32),
        kl=np.array([1, 2, 3], np.float32),
        evidence=np.array([-90, -190, -290], np.float32),
        predicted=np.array([7, 0, 2], np.uint8),
        same_class_neighbours=np.array([50, 0, 7], np.uint8),
    )
    np.testing.assert_array_equal(metrics.negative_elbo, [101, 202, 303])
    np.testing.assert_array_equal(metrics.gap, [11, 12, 13])
    two, seven = by_class(metrics, np.array([7, 7, 2], np.uint8))
    assert (two.label, two.digits, two.negative_elbo, two.accuracy) == (2, 1, 303, 1)
    assert (seven.label, seven.digits, seven.negative_elbo, seven.reconstruction) == (7, 2, 151.5, 150)
    assert seven.accuracy == 0.5
    assert seven.predicted == (1, 0, 0, 0, 0, 0, 0, 1, 0, 0)
