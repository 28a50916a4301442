"""The run picker's labels."""

from collections import Counter

from vae_core.runs import Run


def labels(runs: list[Run]) -> dict[str, str]:
    """What each run is called, by id: its name, with its id where another run has the same.

    Without its status: Streamlit tells options apart by their labels, so they must be unique and stay as they are.
    """
    common = Counter(run.name for run in runs)
    return {run.id: run.name if common[run.name] == 1 else f"{run.name} [{run.id}]" for run in runs}
