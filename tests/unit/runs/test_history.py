"""history.csv: what is written is read back, six digits of it, and NaN is an empty cell."""

from pathlib import Path

import pytest

from tests.unit.builders import HISTORY, make_gan, make_run
from vae_core.errors import RunDamaged
from vae_core.runs import history


def test_a_history_has_six_digits_and_empty_cells_for_nan(root: Path):
    run = make_run(root)
    history.write(run.directory, [HISTORY[0] | {"loss": 1234.56789, "val_loss": 0.1 + 0.2}])
    text = (run.directory / "history.csv").read_text()
    header = "epoch,seconds,loss,reconstruction,kl,val_loss,val_reconstruction,val_kl"
    assert text == f"{header}\n1,0.5,1234.57,195,5,0.3,,\n"
    assert run.history()["val_kl"].isna().to_numpy().all()


def test_a_gans_history_counts_steps(root: Path):
    run = make_gan(root)
    path = run.directory / "history.csv"
    assert path.read_text() == "step,seconds,d_loss,g_loss,penalty,d_accuracy\n250,0.5,1.25,0.75,0.125,0.875\n"
    assert run.history()["step"].tolist() == [250]
    for steps in ("500\n500", "0", "1.5", "-3"):
        lines = [f"{step},1,1,1,1,1" for step in steps.split("\n")]
        path.write_text("\n".join(["step,seconds,d_loss,g_loss,penalty,d_accuracy", *lines]) + "\n")
        with pytest.raises(RunDamaged, match="expected whole, ascending steps"):
            run.history()
