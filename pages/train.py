"""Train: choose a recipe, watch its map form, and move through what any run kept of its training."""

import streamlit as st

from vae_core.data.digits import Digits
from vae_core.errors import RunDamaged, RunError
from vae_core.jobs import actions
from vae_core.jobs.job import Job
from vae_core.runs.catalog import list_runs, open_run
from vae_core.runs.progress import Progress
from vae_core.ui.components.time_machine import time_machine
from vae_core.ui.elements.digits_on_show import draw_line
from vae_core.ui.elements.loss_curve import loss_curve
from vae_core.ui.elements.notices import damaged_runs, link_warnings, show_error, showing_errors
from vae_core.ui.elements.run_actions import run_actions
from vae_core.ui.elements.run_labels import lines
from vae_core.ui.elements.run_select import select_run
from vae_core.ui.elements.training_form import training_form
from vae_core.ui.elements.training_status import training_status
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.session.digits import digits
from vae_core.ui.session.explore import ExploreState
from vae_core.ui.session.train import TrainState

state = TrainState()

POLL_SECONDS = 1.0


def main() -> None:
    state.set_defaults()
    link_warnings(ExploreState().begin())
    at_hand = digits()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Train a model", anchor=False, width="content")
        draw_line(at_hand, [f":material/database: {escape_markdown(describe_training(at_hand))}"])
    watching = watches_a_training()
    above, watched, below = st.container(), st.container(), st.container()
    # While one is watched that trains, its map, manifold and losses come first, all in sight.
    with (
        below if watching else above,
        st.expander("Start a training", icon=":material/model_training:", expanded=not watching),
    ):
        training_form(at_hand)
    with watched:
        watch(at_hand)


def describe_training(at_hand: Digits) -> str:
    return f"{at_hand.name}, {len(at_hand.train_images):,} training digits, {len(at_hand.test_images):,} test digits"


def watches_a_training() -> bool:
    try:
        return state.watched is not None and open_run(state.watched).record.status == "running"
    except RunError:
        return False


def watch(at_hand: Digits) -> None:
    """A run, while it trains and afterwards."""
    runs, problems = list_runs()
    titles = lines(runs, at_hand)
    link_warnings(state.begin([run.id for run in sorted(runs, key=lambda run: run.shipped)]))
    picker, tools = st.columns([2, 3], vertical_alignment="center")
    with picker:
        chosen = select_run(titles, TrainState.watched.key)
    state.write_link()
    damaged_runs(problems)
    try:
        run = open_run(chosen)
    except RunError as error:
        show_error(error, "This run cannot be shown.")
        return
    try:
        job = Job.of(run)
    except RunError as error:
        show_error(error, "Its progress cannot be shown.")
        job = Job(run, Progress(), run.record.status, run.record.reason)
    with tools:
        run_actions(job, at_hand)
    st.fragment(run_every=POLL_SECONDS if job.going else None)(follow)(job, at_hand)


def follow(job: Job, at_hand: Digits) -> None:
    """The run as it stands; polled while it trains."""
    if job.going:
        try:
            job = Job.of(job.run)
        except RunError as error:
            show_error(error)
            return
        if not job.going:
            st.rerun()  # all of the page, which stops asking
    with st.container():  # always one: what stands below it would be drawn anew whenever it says more or less
        training_status(job)
    record = job.run.record
    shown = at_hand if record.dataset.digest == at_hand.digest else None
    if record.has_encoder and not shown and not record.dataset.is_mnist:
        st.info("This run was trained on other digits than the ones at hand: its snapshots cannot be shown with them.")
        return
    history, problems = [], []
    try:
        history = job.run.history().to_dict("records")
    except RunDamaged as error:
        problems.append(str(error))
    figure = loss_curve(record, history, job.progress.steps)
    problems += time_machine(job.run, shown, figure, actions.watch(job.run) if job.phase == "training" else None)
    for problem in problems:
        show_error(problem)


with showing_errors():
    main()
