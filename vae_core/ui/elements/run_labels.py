"""What runs are called where one is chosen or drawn: by name alone, or on a line with the figures to choose by."""

import math
from collections import Counter
from collections.abc import Iterable

from vae_core.config import TrainingConfig
from vae_core.errors import RunDamaged
from vae_core.runs.record import Score
from vae_core.runs.run import Run


def names(runs: Iterable[Run]) -> dict[str, str]:
    """What each run is called, by id: its name, with its id where another run has the same."""
    runs = list(runs)
    common = Counter(run.name for run in runs)
    return {run.id: run.name if common[run.name] == 1 else f"{run.name} [{run.id}]" for run in runs}


def lines(runs: Iterable[Run]) -> dict[str, str]:
    """A line for each run, by id: name, -ELBO, beta, weights, and the digits that it was trained on; of a GAN its loss.

    Those that train come first, then the best first, those on MNIST before those on other digits, whose scores do not
    compare; then those without a score.
    """
    runs = list(runs)
    scores = {run.id: _negative_elbo(run) for run in runs}
    called = names(runs)

    def rank(run: Run) -> tuple[bool, bool, float]:
        score = scores[run.id]
        return run.record.status != "running", not run.record.dataset.is_mnist, score.value if score else math.inf

    return {run.id: _line(run, called[run.id], scores[run.id]) for run in sorted(runs, key=rank)}


def _line(run: Run, name: str, score: Score | None) -> str:
    record = run.record
    found = (
        f"\u2212ELBO {score.value:.1f} nats" if score else "in training" if record.status == "running" else "no score"
    )
    size = f"{record.config.weights / 1000:,.0f} k weights"
    if isinstance(config := record.config, TrainingConfig):
        return " \u00b7 ".join([name, found, f"beta {config.beta:g}", size, record.dataset.name])
    going = [found] if record.status == "running" else []
    return " \u00b7 ".join([name, "GAN", *going, config.loss, size, record.dataset.name])


def _negative_elbo(run: Run) -> Score | None:
    try:
        return run.negative_elbo()
    except RunDamaged:
        return None
