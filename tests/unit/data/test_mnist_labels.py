"""The classes that are at hand without MNIST are those of its first test digits."""

import numpy as np
import pytest

from vae_core.data.digits import Digits
from vae_core.data.mnist_labels import FIRST_TEST_LABELS
from vae_core.runs.snapshots import PROBE


def test_there_is_one_for_each_digit_of_a_snapshot():
    assert (FIRST_TEST_LABELS.shape, FIRST_TEST_LABELS.dtype) == ((PROBE,), np.uint8)
    assert not FIRST_TEST_LABELS.flags.writeable


@pytest.mark.mnist
def test_they_are_mnists(mnist: Digits):
    np.testing.assert_array_equal(FIRST_TEST_LABELS, mnist.test_labels[:PROBE])
