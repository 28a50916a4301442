"""The breakdown of a report, against figures by hand."""

import numpy as np

from tests.unit.evaluation.measured import metrics_with
from vae_core.evaluation.digit_metrics import by_class


def test_figures_of_a_class_are_those_of_its_digits_alone():
    metrics = metrics_with(
        3,
        reconstruction=[100, 200, 300],
        kl=[1, 2, 3],
        evidence=[-90, -190, -290],
        predicted=[7, 0, 2],
        same_class_neighbours=[50, 0, 7],
    )
    np.testing.assert_array_equal(metrics.negative_elbo, [101, 202, 303])
    np.testing.assert_array_equal(metrics.gap, [11, 12, 13])
    two, seven = by_class(metrics, np.array([7, 7, 2], np.uint8))
    assert (two.label, two.digits, two.negative_elbo, two.accuracy) == (2, 1, 303, 1)
    assert (seven.label, seven.digits, seven.negative_elbo, seven.reconstruction) == (7, 2, 151.5, 150)
    assert seven.accuracy == 0.5
    assert seven.predicted == (1, 0, 0, 0, 0, 0, 0, 1, 0, 0)
