"""Whatever happens at the very end of a training, be it a full disk or a kill, does not cost its results."""

import logging
import tempfile
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.fake_trainer import DIGITS, TOTAL, Begin, FakeTrainer, FakeTrainers
from tests.unit.inspection import listing, read_everything
from tests.unit.outcomes import assert_as_if_never_stopped, assert_weights, rows_without_seconds
from tests.unit.storage.full_disk import fill_up_below, no_room
from vae_core.errors import RunNotWritable
from vae_core.runs import history, progress, store
from vae_core.runs.catalog import list_runs
from vae_core.runs.run import Run, read_run
from vae_core.training import worker

pytestmark = pytest.mark.usefixtures("fake_trainers")


@pytest.fixture
def refuge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where results are kept that the runs' directory does not take."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "tmp" / "vae-latent-explorer-runs"


@pytest.mark.parametrize("journal", [True, False], ids=["a line still fits", "no line fits either"])
def test_a_disk_that_is_full_at_the_very_end_does_not_cost_the_results(
    begin: Begin,
    fake_trainers: FakeTrainers,
    root: Path,
    refuge: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    uninterrupted: Run,
    journal: bool,
):
    begun = begin()

    with monkeypatch.context() as patch:

        def hook(event: str, trainer: FakeTrainer) -> None:
            if event == "checkpoint" and trainer.step == TOTAL:
                fill_up_below(root, patch)
                if not journal:
                    patch.setattr(progress.Journal, "write", no_room)

        fake_trainers(hook)
        with caplog.at_level(logging.WARNING):
            run = worker.train(begun, DIGITS)
    assert run.directory == refuge / begun.id
    assert run.record.status == "done"
    assert_weights(run, uninterrupted.tensors())
    assert run.scores() == uninterrupted.scores()
    pd.testing.assert_frame_equal(rows_without_seconds(run), rows_without_seconds(uninterrupted))
    assert "No space left on device" in caplog.text
    assert str(run.directory) in caplog.text
    read_everything(read_run(begun.directory))
    if journal:
        written = progress.read(begun.directory)
        assert written.phase == "failed"
        assert f"The trained run is kept in {run.directory}; move that folder once there is room." in written.reason
    monkeypatch.setenv("VAE_RUNS", str(refuge))
    assert run in list_runs()[0]


def test_a_training_whose_results_nobody_takes_goes_on_without_a_step_once_there_is_room(
    begin: Begin,
    fake_trainers: FakeTrainers,
    tmp_path: Path,
    refuge: Path,
    monkeypatch: pytest.MonkeyPatch,
    uninterrupted: Run,
):
    begun = begin()
    with monkeypatch.context() as patch:

        def listen(event: str, values: object) -> None:
            if event == "scoring":
                fill_up_below(tmp_path, patch)

        with pytest.raises(RunNotWritable, match="No space left on device"):
            worker.train(begun, DIGITS, listen)
    assert listing(refuge) == []

    fake_trainers(lambda event, trainer: pytest.fail("a step is taken twice") if event == "advance" else None)
    run = worker.train(read_run(begun.directory), DIGITS)
    assert_as_if_never_stopped(run, uninterrupted)


@pytest.mark.parametrize("moment", ["fill", "mark"])
def test_a_worker_that_is_killed_between_the_results_files_loses_nothing(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, uninterrupted: Run, moment: str
):
    """An exception that nobody catches stands for SIGKILL."""

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    begun = begin()
    with monkeypatch.context() as patch:
        if moment == "mark":
            patch.setattr(store, "mark", killed)
        else:
            patch.setattr(history, "write", lambda *a: killed() if len(a[1]) == 3 else None)
        with pytest.raises(Killed):
            worker.train(begun, DIGITS)
    run = read_run(begun.directory)
    assert run.record.status == "running"
    read_everything(run)
    done = worker.train(run, DIGITS)
    assert_weights(done, uninterrupted.tensors())
    pd.testing.assert_frame_equal(rows_without_seconds(done), rows_without_seconds(uninterrupted))
