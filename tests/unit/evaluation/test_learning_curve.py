"""A learning curve keeps the two terms of the loss, from whatever the run tells."""

from pathlib import Path

import pytest

from tests.unit.builders import CONFIG, HISTORY, NAN, make_run, random_tensors, record, step_numbers
from vae_core.errors import RunDamaged
from vae_core.evaluation.learning_curve import LearningCurve
from vae_core.runs import store
from vae_core.runs.progress import Journal
from vae_core.runs.run import Run


def with_history(root: Path, *rows: tuple[float, float, float, float, float]) -> Run:
    """rows: epoch, reconstruction, KL, and both on validation digits."""
    history = [
        dict(HISTORY[0])
        | dict(zip(("epoch", "reconstruction", "kl", "val_reconstruction", "val_kl"), row, strict=True))
        for row in rows
    ]
    return store.put(root, record(), random_tensors(CONFIG), history, [])


def test_the_history_is_the_curve_where_nothing_finer_is_told(root: Path):
    curve = LearningCurve.of(make_run(root))
    assert curve.trained == [(1.0, 195.0, 5.0), (2.0, 175.0, 5.5)]
    assert curve.held_out == []
    assert curve.epochs == 2


def test_steps_within_the_epochs_are_finer(root: Path):
    run = make_run(root)
    journal = Journal(run.directory)
    for step in (10, 20):
        journal.write("step", **step_numbers(step, reconstruction=200.0, kl=float(step)))
    curve = LearningCurve.of(run)
    assert run.record.row_steps == 40
    assert curve.trained == [(0.25, 200.0, 10.0), (0.5, 200.0, 20.0)]


def test_validation_is_where_digits_were_held_out_and_no_point_is_without_a_number(root: Path):
    run = with_history(root, (1, 190, 5, 191, 6), (2, NAN, 5, NAN, NAN), (3, 170, 7, 171, 8))
    curve = LearningCurve.of(run)
    assert curve.trained == [(1, 190, 5), (3, 170, 7)]
    assert curve.held_out == [(1, 191, 6), (3, 171, 8)]


def test_a_long_course_is_thinned(root: Path):
    run = make_run(root)
    journal = Journal(run.directory)
    for step in range(1, 1204):
        journal.write("step", **step_numbers(step))
    curve = LearningCurve.of(run)
    assert 200 < len(curve.trained) <= 400
    assert curve.trained == sorted(curve.trained)
    assert curve.epochs == 1203 / run.record.row_steps


def test_a_damaged_history_is_named(root: Path):
    run = make_run(root)
    (run.directory / "history.csv").write_text("epoch\n1\n")
    with pytest.raises(RunDamaged, match=r"history\.csv"):
        LearningCurve.of(run)
