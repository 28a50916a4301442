"""How tests look at runs, at folders, and at what takes its time."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vae_core.runs import progress, snapshots
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.run import Run


def read_everything(run: Run) -> None:
    """Raises RunDamaged if any file of the run is not what the format says."""
    run.tensors()
    run.history()
    run.scores()
    for path in snapshots.kept(run):
        snapshots.read(path, snapshots.probe_of(run.record))
    Checkpoint.read(run)
    progress.read(run.directory)


def wait_until(condition: Callable[[], Any], seconds: float = 120.0) -> Any:
    """What the condition returns, as soon as it is true. Fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not true within {seconds:g} s"
        time.sleep(0.02)
    return found


def listing(folder: Path) -> list[str]:
    """The names in a folder, or none where there is no folder."""
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []


def contents(run: Run) -> dict[str, bytes]:
    """Every file of a run but its lock."""
    files = [path for path in run.directory.rglob("*") if path.is_file() and path.name != "lock"]
    return {str(path.relative_to(run.directory)): path.read_bytes() for path in files}
