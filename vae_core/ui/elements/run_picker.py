"""The run picker: which run a page shows, with its badge, and what is wrong with the others."""

from collections import Counter

import streamlit as st

from vae_core.errors import RunDamaged, RunError
from vae_core.runs.catalog import list_runs, open_run
from vae_core.runs.run import Run
from vae_core.ui.elements.badge import badge, caveat
from vae_core.ui.elements.notices import damaged_runs, link_warnings, show_error
from vae_core.ui.resources.loaded_run import LoadedRun, load_run
from vae_core.ui.session import explore
from vae_core.ui.session.explore import ExploreState


def choose_run(title: str) -> LoadedRun:
    """The page's title, and the run that its visitor chose, encoded on the digits at hand.

    Where that run cannot be read, the page says so and ends here.
    """
    runs, problems = list_runs()
    titles = labels([run for run in runs if run.record.status != "running"])
    state = ExploreState()
    run_id = state.run
    missing = run_id not in titles
    link_warnings(
        [f"The run {run_id} is gone, damaged, or in training. This is {explore.DEFAULT_RUN}."] if missing else []
    )
    if missing:
        run_id = explore.DEFAULT_RUN
    # Said anew each time: Streamlit takes the picker of another page for another one, which starts at its first choice.
    state.run = run_id
    heading, picker = st.columns([3, 1], vertical_alignment="bottom")
    chosen = picker.selectbox(
        "Run", list(titles), format_func=titles.__getitem__, key=ExploreState.run.key, persist_state="session"
    )
    with heading:
        st.title(title, anchor=False)
        try:
            loaded = load_run(open_run(chosen))
        except RunError as error:
            show_error(error, "This run cannot be shown.")
            st.stop()
        try:
            scores = loaded.run.scores_on(loaded.digits)
            if not scores and (loaded.digits.are_mnist or loaded.digits.are_sample):
                scores = loaded.run.scores()
        except RunDamaged as error:
            scores = []
            problems.append(str(error))
        badge(loaded.run, scores, loaded.digits)
    caveat(loaded.digits, loaded.run)
    damaged_runs(problems)
    return loaded


def labels(runs: list[Run]) -> dict[str, str]:
    """What each run is called, by id: its name, with its id where another run has the same.

    Without its status: Streamlit tells options apart by their labels, so they must be unique and stay as they are.
    """
    common = Counter(run.name for run in runs)
    return {run.id: run.name if common[run.name] == 1 else f"{run.name} [{run.id}]" for run in runs}
