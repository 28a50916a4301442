"""The launcher: starts a run's worker, a process of its own that outlives the app and its terminal."""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

from vae_core.errors import RunNotWritable
from vae_core.runs import store
from vae_core.runs.run import Run

_ROOT = Path(__file__).parents[2]


def launch(run: Run) -> None:
    """Start the run's worker. Raises RunNotWritable if it cannot be started, and the run says so too."""
    command = [sys.executable, "-m", "vae_core", "train", "--resume", run.id, "--queue"]
    command += ["--runs", str(run.directory.parent.absolute())]
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        with (run.directory / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                command,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        reason = f"failed: its worker cannot be started ({error.strerror})"
        with contextlib.suppress(RunNotWritable):
            store.fail(run, reason)
        raise RunNotWritable(f"The training {reason}.") from error
    threading.Thread(target=worker.wait, daemon=True).start()  # or it would stay in the process table when it has ended
