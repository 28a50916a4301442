"""How long a training will take, estimated from its pace, and before it starts from the user's own runs."""

import dataclasses
from pathlib import Path

import pytest

from tests.unit.builders import CONFIG, make_run, record, step_numbers
from vae_core.config import TrainingConfig
from vae_core.jobs import estimate
from vae_core.runs.progress import NAME, Journal


def trained(root: Path, run_id: str, config: TrainingConfig, *at: tuple[int, float], status: str = "done") -> None:
    """A run of a thousand digits whose progress has these steps and seconds."""
    dataset = dataclasses.replace(record().dataset, train=1000)
    run = make_run(root, run_id, config=config, dataset=dataset, status=status)
    for number, seconds in at:
        Journal(run.directory).write("step", **step_numbers(number, seconds=seconds))


def test_the_expected_time_is_the_compiling_and_the_pace_of_the_most_similar_run(root: Path):
    small, large = CONFIG, dataclasses.replace(CONFIG, encoder_widths=(600,))
    longer = dataclasses.replace(small, epochs=6)
    assert estimate.expected_seconds(longer, 1000) is None
    trained(root, "cancelled", small, (1, 2.0), (20, 3.0), status="cancelled")
    trained(root, "one-step", small, (20, 3.0))
    trained(root, "no-steps", small)
    trained(root, "damaged", small, (1, 2.0), (20, 3.0))
    (root / "damaged" / NAME).write_text("{}\n")
    assert estimate.expected_seconds(longer, 1000) is None

    trained(root, "small", small, (4, 2.0), (10, 3.0), (20, 4.0))  # 16 steps of 100 digits in two seconds
    trained(root, "large", large, (4, 3.0), (20, 19.0))
    assert estimate.expected_seconds(longer, 1000) == pytest.approx(2 + 6000 / 800)
    assert estimate.expected_seconds(longer, 500) == pytest.approx(2 + 3000 / 800)
    nearly = dataclasses.replace(large, encoder_widths=(500,))
    assert estimate.expected_seconds(nearly, 1000) == pytest.approx(3 + 2000 / 100 * nearly.weights / large.weights)


def test_a_run_that_told_of_all_its_steps_at_once_gives_no_endless_pace(root: Path):
    trained(root, "instant", CONFIG, (1, 2.0), (20, 2.0))
    expected = estimate.expected_seconds(CONFIG, 1000)
    assert expected
    assert 2 <= expected < 2.1
