"""How long a training will take is told from its pace, and before it starts from the user's own runs."""

import dataclasses
from pathlib import Path

import pytest

from tests.unit.builders import CONFIG, make_run, record
from vae_core.config import TrainingConfig
from vae_core.jobs import estimate
from vae_core.jobs.job import Job
from vae_core.runs.progress import NAME, STEP_NUMBERS, Journal, Progress
from vae_core.runs.run import Run


def step(number: float, **changes: float) -> dict[str, float]:
    return dict.fromkeys(STEP_NUMBERS, 1.0) | {"step": number} | changes


def job_with(steps: list[dict[str, float]], phase: str = "training") -> Job:
    config = dataclasses.replace(CONFIG, batch_size=100, epochs=10)
    dataset = dataclasses.replace(record().dataset, train=950)
    return Job(Run(Path("/nowhere"), record(config=config, dataset=dataset)), Progress(steps=steps), phase, "")


def test_the_time_left_follows_from_the_pace_of_late():
    """90 of 100 steps are left, of 100 digits each; the latest five events were at 2,000 digits a second."""
    early = [step(number, digits_per_second=10.0) for number in range(1, 6)]
    late = [step(number, digits_per_second=500.0 * (number - 4)) for number in range(6, 11)]
    job = job_with(early + late)
    assert job.step == 10
    assert job.seconds_left == pytest.approx(90 * 100 / 2000)


@pytest.mark.parametrize(
    ("steps", "phase"), [([], "training"), ([step(1)], "scoring"), ([step(1, digits_per_second=0.0)], "training")]
)
def test_without_a_pace_the_time_left_is_unknown(steps: list[dict[str, float]], phase: str):
    assert job_with(steps, phase).seconds_left is None


def test_before_its_first_step_a_training_has_taken_none():
    assert job_with([]).step == 0


def trained(root: Path, run_id: str, config: TrainingConfig, *at: tuple[int, float], status: str = "done") -> None:
    """A run of a thousand digits that told of its steps at these steps and seconds."""
    dataset = dataclasses.replace(record().dataset, train=1000)
    run = make_run(root, run_id, config=config, dataset=dataset, status=status)
    for number, seconds in at:
        Journal(run.directory).write("step", **step(number, seconds=seconds))


def test_the_expected_time_is_the_compiling_and_the_pace_of_the_most_similar_run(root: Path):
    small, large = CONFIG, dataclasses.replace(CONFIG, encoder_widths=(600,))
    longer = dataclasses.replace(small, epochs=6)
    assert estimate.expected_seconds(longer, 1000) is None
    trained(root, "cancelled", small, (1, 2.0), (20, 3.0), status="cancelled")
    trained(root, "told-once", small, (20, 3.0))
    trained(root, "told-nothing", small)
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
