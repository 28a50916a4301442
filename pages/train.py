"""Train: choose a recipe, watch its map form, and move through what any run kept of its training."""

import time
from collections.abc import Callable

import streamlit as st

from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.errors import ConfigError, RunDamaged, RunError, TrainingOff, VaeError
from vae_core.evaluation.learning_curve import LearningCurve
from vae_core.figures.losses import training_losses
from vae_core.jobs import actions, estimate
from vae_core.jobs.job import Job
from vae_core.jobs.queue import slots
from vae_core.recipes import RECIPES, recipe_for
from vae_core.runs.catalog import list_runs, open_run
from vae_core.runs.progress import Progress
from vae_core.runs.run import Run
from vae_core.ui.components.time_machine import time_machine
from vae_core.ui.elements.config_form import CUSTOM, form
from vae_core.ui.elements.notices import damaged_runs, link_warnings, show_error, showing_errors
from vae_core.ui.elements.run_picker import labels
from vae_core.ui.elements.training_status import duration, training_status
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.resources.loaded_run import digits
from vae_core.ui.session.explore import ExploreState
from vae_core.ui.session.train import TrainState

state = TrainState()

ABOUT = {
    "fast": "**fast**: three narrow layers in each half, trained in seconds.",
    "seed": "**seed**: the network and the 50 epochs of the blog post that this app grew from, here called the post.",
    "deep": "**deep**: three wide layers in each half and 200 epochs: the best map, in half an hour or more.",
    CUSTOM: "**custom**: every number by hand.",
}
POLL_SECONDS = 1.0
DOUBLE_CLICK_SECONDS = 1.0


def main() -> None:
    state.set_defaults()
    link_warnings(ExploreState().begin())
    st.title("Train a model", anchor=False)
    at_hand = digits()
    st.markdown(f":gray-badge[:material/database: {describe_training(at_hand)}]")
    with st.container(border=True):
        choose(at_hand)
    watch(at_hand)


def describe_training(at_hand: Digits) -> str:
    return f"{at_hand.name}, {len(at_hand.train_images):,} training digits, {len(at_hand.test_images):,} test digits"


# --- What to train


def choose(at_hand: Digits) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.segmented_control(
            "Recipe",
            [*RECIPES, CUSTOM],
            key=TrainState.recipe.key,
            persist_state="session",
            required=True,
        )
        recipe = state.recipe
        st.markdown(ABOUT[recipe])
    right.text_input(
        "Title", key=TrainState.title.key, max_chars=100, placeholder="How the run is called", persist_state="session"
    )
    try:
        config = recipe_for("fast" if recipe == CUSTOM else recipe, len(at_hand.train_images))
        if recipe == CUSTOM:
            config = form(config)
    except ConfigError as error:
        show_error(error)
        config = None
    with st.container(horizontal=True, vertical_alignment="center"):
        off = training_off()
        st.button(
            "Start training",
            type="primary",
            icon=":material/play_arrow:",
            on_click=start,
            args=(config, at_hand),
            disabled=config is None or off is not None,
        )
        if config:
            st.markdown(expectation(config, at_hand))
    if off:
        st.info(escape_markdown(off), icon=":material/lock:")
    if state.error:
        show_error(state.error)
        state.error = None


def training_off() -> str | None:
    try:
        slots()
    except TrainingOff as error:
        return str(error)


def expectation(config: TrainingConfig, at_hand: Digits) -> str:
    count = max(0, len(at_hand.train_images) - config.validation)
    seconds = estimate.expected_seconds(config, count)
    pace = (
        f"about {duration(seconds)} here, going by your runs" if seconds else "time unknown before the first run here"
    )
    return (
        f"{config.weights:,} weights, {config.epochs} epoch{'s' * (config.epochs > 1)} of {count:,} digits; {pace}, "
        "after some seconds for TensorFlow."
    )


def start(config: TrainingConfig, at_hand: Digits) -> None:
    now = time.monotonic()
    if now - state.started < DOUBLE_CLICK_SECONDS:
        return
    state.started = now
    attempt(lambda: actions.start(config, at_hand, state.title.strip() or None))


def resume(run: Run, at_hand: Digits) -> None:
    attempt(lambda: actions.resume(run, at_hand))


def attempt(action: Callable[[], Run | None]) -> None:
    """Do something to a run and watch what comes of it, or say why it cannot be done."""
    try:
        if run := action():
            state.watched = run.id
    except VaeError as error:
        state.error = str(error)


# --- A run, while it trains and afterwards


def watch(at_hand: Digits) -> None:
    runs, problems = list_runs()
    titles = labels(sorted(runs, key=lambda run: run.shipped))
    link_warnings(state.begin(titles))
    picker, tools = st.columns([2, 3], vertical_alignment="bottom")
    chosen = picker.selectbox(
        "Run", list(titles), format_func=titles.__getitem__, key=TrainState.watched.key, persist_state="session"
    )
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
        manage(job, at_hand)
    st.fragment(run_every=POLL_SECONDS if job.going else None)(follow)(job, at_hand)


def manage(job: Job, at_hand: Digits) -> None:
    """What can be done with the run."""
    with st.container(horizontal=True):
        if job.going:
            cancel = {"on_click": attempt, "args": (lambda: actions.cancel(job.run),)}
            st.button("Cancel", icon=":material/stop:", disabled=job.stopping, **cancel)
            return
        if job.resumable:
            st.button("Resume", icon=":material/resume:", on_click=resume, args=(job.run, at_hand))
        if st.button("Open in the explorer", icon=":material/explore:", type="primary"):
            ExploreState().show(job.run.id)
            st.switch_page("pages/explore.py")
        if not job.run.shipped:
            with st.popover("Rename", icon=":material/edit:"):
                key = f"title {job.run.id}"
                st.text_input("New title", job.run.record.title, max_chars=100, key=key)
                st.button("Save", on_click=attempt, args=(lambda: actions.rename(job.run, st.session_state[key]),))
            if st.button("Delete", icon=":material/delete:"):
                confirm_deletion(job.run)


@st.dialog("Delete this run?")
def confirm_deletion(run: Run) -> None:
    st.markdown(f"**{escape_markdown(run.title)}** with its weights, scores and snapshots will be gone for good.")
    if st.button("Delete it", type="primary", icon=":material/delete:"):
        attempt(lambda: actions.delete(run))
        st.rerun()


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
    if record.dataset.digest != at_hand.digest:
        st.info("This run was trained on other digits than the ones at hand: its snapshots cannot be shown with them.")
        return
    history, problems = [], []
    try:
        history = job.run.history().to_dict("records")
    except RunDamaged as error:
        problems.append(str(error))
    curve = LearningCurve.from_rows(history, job.progress.steps, record.steps_per_epoch)
    figure = training_losses(curve, record.config, with_post=record.dataset.is_mnist)
    try:
        problems += time_machine(job.run, at_hand, figure, actions.watch(job.run) if job.phase == "training" else None)
        for problem in problems:
            show_error(problem)
    except OSError as error:
        show_error(error)


with showing_errors():
    main()
