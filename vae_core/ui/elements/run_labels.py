"""What runs are called where one is chosen or drawn: by name alone, or on a line with the figures to choose by."""

import math
from collections import Counter
from collections.abc import Iterable

from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.errors import RunDamaged
from vae_core.runs.record import Score
from vae_core.runs.run import Run
from vae_core.ui.resources.loaded_run import digits_for


def names(runs: Iterable[Run]) -> dict[str, str]:
    """What each run is called, by id: its name, with its id where another run has the same."""
    runs = list(runs)
    common = Counter(run.name for run in runs)
    return {run.id: run.name if common[run.name] == 1 else f"{run.name} [{run.id}]" for run in runs}


def lines(runs: Iterable[Run], at_hand: Digits) -> dict[str, str]:
    """A line for each run, by id: name, -ELBO, beta, weights, and the digits that it was trained on; of a GAN its loss.

    Those that train come first, then the best first, those on MNIST before those on other digits, whose scores do not
    compare; then those without a score. Scores are those on the digits that the run is shown on, else its own.
    """
    runs = list(runs)
    scores = {run.id: _negative_elbo(run, digits_for(at_hand, run)) for run in runs}
    called = names(runs)

    def rank(run: Run) -> tuple[bool, bool, float]:
        score = scores[run.id]
        return run.record.status != "running", not run.record.dataset.is_mnist, score.value if score else math.inf

    return {run.id: _line(run, called[run.id], scores[run.id]) for run in sorted(runs, key=rank)}


def _line(run: Run, name: str, score: Score | None) -> str:
    """Without the run's status: the browser goes on showing the line that was chosen, even after that has changed."""
    config = run.record.config
    size = f"{config.weights / 1000:,.0f} k weights"
    if isinstance(config, TrainingConfig):
        found = [f"\u2212ELBO {score.value:.1f} nats"] if score else []
        return " \u00b7 ".join([name, *found, f"beta {config.beta:g}", size, run.record.dataset.name])
    return " \u00b7 ".join([name, "GAN", f"{config.loss} loss", size, run.record.dataset.name])


def _negative_elbo(run: Run, digits: Digits) -> Score | None:
    try:
        return next((score for score in run.scores_on(digits) or run.scores() if score.name == "-ELBO"), None)
    except RunDamaged:
        return None
