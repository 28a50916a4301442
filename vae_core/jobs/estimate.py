"""How long a training will take on this machine, going by the user's own runs."""

import contextlib
import math

from vae_core.errors import RunDamaged
from vae_core.kinds import AnyConfig
from vae_core.runs import progress
from vae_core.runs.catalog import runs_in
from vae_core.storage.directories import runs_directory


def expected_seconds(config: AnyConfig, digits: int) -> float | None:
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
                taken = (last["step"] - first["step"]) * own.step_flop
                pace = taken / max(last["seconds"] - first["seconds"], 1e-3)
                unlike = abs(math.log(config.step_flop / own.step_flop))
                work = config.total_steps(digits) * config.step_flop
                guesses.append((unlike, first["seconds"] + work / pace))
    return min(guesses)[1] if guesses else None
