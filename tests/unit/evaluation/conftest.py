"""Fixtures for the tests of the evaluation."""

import pytest

from tests.unit.evaluation.measured import DIGITS, NETWORK
from vae_core.evaluation.report import Report


@pytest.fixture(scope="session")
def reported() -> list[tuple[float, str]]:
    """How far the measuring of `report` was, and what it did, each time that it said so."""
    return []


@pytest.fixture(scope="session")
def report(reported: list[tuple[float, str]]) -> Report:
    return Report.measure(NETWORK, DIGITS, lambda share, what: reported.append((share, what)))
