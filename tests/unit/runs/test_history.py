"""history.csv: what is written is read back, six digits of it, and NaN is an empty cell."""

from pathlib import Path

from tests.unit.builders import HISTORY, make_run
from vae_core.runs import history


def test_a_history_has_six_digits_and_empty_cells_for_nan(root: Path):
    run = make_run(root)
    history.write(run.directory, [HISTORY[0] | {"loss": 1234.56789, "val_loss": 0.1 + 0.2}])
    text = (run.directory / "history.csv").read_text()
    header = "epoch,seconds,loss,reconstruction,kl,val_loss,val_reconstruction,val_kl"
    assert text == f"{header}\n1,0.5,1234.57,195,5,0.3,,\n"
    assert run.history()["val_kl"].isna().to_numpy().all()
