"""How long a training will take on this machine, going by the user's own runs."""

import contextlib
import math

from vae_core.config import TrainingConfig
from vae_core.errors import RunDamaged
from vae_core.runs import progress
from vae_core.runs.catalog import runs_in
from vae_core.storage.directories import runs_directory


def expected_seconds(config: TrainingConfig, digits: int) -> float | None:
    """About how long this training takes on this machine, by the pace of the user's own runs; None if there are none.

    digits: how many it is trained on. The run whose steps are most alike in size counts, for small ones are slower;
    its first step event tells how long compiling took, the others the pace.
    """
    guesses = []
    for run in runs_in(runs_directory())[0]:
        own = run.record.config
        with contextlib.suppress(RunDamaged):
            steps = progress.read(run.directory).steps
            if run.record.status == "done" and len(steps) > 1:
                first, last = steps[0], steps[-1]
                taken = (last["step"] - first["step"]) * own.batch_size * own.flop_per_digit
                pace = taken / max(last["seconds"] - first["seconds"], 1e-3)
                unlike = abs(math.log(config.flop_per_digit * config.batch_size / own.flop_per_digit / own.batch_size))
                work = digits * config.epochs * config.flop_per_digit
                guesses.append((unlike, first["seconds"] + work / pace))
    return min(guesses)[1] if guesses else None
