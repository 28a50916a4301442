"""How a training stands: how far it is, what it has reached, or why it ended."""

import math

import streamlit as st

from vae_core.config import TrainingConfig
from vae_core.errors import RunError
from vae_core.jobs.job import Job
from vae_core.runs.catalog import open_run
from vae_core.runs.run import Run
from vae_core.ui.elements.glossary import NATS
from vae_core.ui.elements.notices import show_error
from vae_core.ui.markdown import escape_markdown

_THE_POSTS = "seed"  # the run that a training is compared with
_WAITING = {
    "created": "The worker is starting.",
    "resumed": "The worker is starting.",
    "starting": "Starting TensorFlow, which takes some seconds.",
    "scoring": "Trained. Scoring the test digits.",
}


def training_status(job: Job) -> None:
    """How the training stands, in words and figures."""
    record = job.run.record
    if job.going and job.stopping:
        st.progress(min(1.0, job.step / record.steps), text="Stopping, and keeping what was learned.")
    elif job.phase == "queued":
        st.progress(0.0, text=f"Waiting for another training to end: place {job.progress.place} in the queue.")
    elif job.phase == "compiling":
        st.progress(0.0, text=f"Compiling the gradient step for {escape_markdown(job.progress.device)}.")
    elif job.phase in _WAITING:
        st.progress(1.0 if job.phase == "scoring" else 0.0, text=_WAITING[job.phase])
    elif job.phase == "training":
        share = min(1.0, job.step / record.steps)
        left = f", about {duration(job.seconds_left)} left" if job.seconds_left else ""
        st.progress(share, text=f"{record.moment(job.step, '.1f').capitalize()}{left}")
    elif job.phase == "silent":
        message = f"The training seems to have failed: {job.reason}. If its process answers again, it goes on."
        st.warning(message, icon=":material/heart_broken:")
    elif job.phase == "done":
        _outcome(job.run)
    else:
        reason = job.reason.rstrip(".")
        kept = " What it had learned is kept." if job.kept else ""
        st.warning(f"{escape_markdown(reason[:1].upper() + reason[1:])}.{kept}", icon=":material/pause_circle:")
    if job.going and job.progress.steps:
        _figures_now(job)


def _figures_now(job: Job) -> None:
    latest, config = job.progress.steps[-1], job.run.record.config
    pace = f"&nbsp;\u00b7&nbsp; {job.digits_per_second:,.0f} digits/s" if job.phase == "training" else ""
    if isinstance(config, TrainingConfig):
        weight = "" if config.beta == 1 else f"{config.beta:g} \u00d7 "
        st.markdown(
            f"Loss **{latest['loss']:.1f}** nats = reconstruction **{latest['reconstruction']:.1f}** + {weight}KL "
            f"**{latest['kl']:.2f}** {pace}",
            help=NATS,
        )
        return
    st.markdown(
        f"Losses: discriminator **{latest['d_loss']:.2f}**, generator **{latest['g_loss']:.2f}** nats. Of "
        f"**{100 * latest['d_accuracy']:.0f} %** of the pairs the discriminator finds the real digit {pace}"
    )


def _outcome(run: Run) -> None:
    """What the training reached, beside the blog post's recipe where both were scored on the same digits."""
    if not run.record.has_encoder:
        st.success(
            f"Trained in {duration(run.record.seconds)}. A GAN has no encoder, and so no \u2212ELBO: its report says "
            "how good its digits are.",
            icon=":material/flag:",
        )
        return
    try:
        reference = open_run(_THE_POSTS)
        own, theirs = run.negative_elbo(), reference.negative_elbo()
    except RunError as error:
        show_error(error)
        return
    if own is None:
        return
    message = (
        f"Test \u2212ELBO {own.value:.1f} nats (lower is better) on {own.digits:,} digits, trained in "
        f"{duration(run.record.seconds)}."
    )
    if run.id == reference.id or theirs is None:
        st.success(message, icon=":material/flag:")
    elif run.record.dataset.digest != reference.record.dataset.digest:
        st.success(
            f"{message} The included models were scored on other digits, so the figures cannot be compared.",
            icon=":material/flag:",
        )
    else:
        verdict = "Better than" if own.value < theirs.value else "Not as good as"
        versus = f"{own.value:.1f} against {theirs.value:.1f} nats"
        st.success(f"{message} {verdict} the blog post's 50 epochs: {versus}.", icon=":material/flag:")


def duration(seconds: float) -> str:
    """Rounded up, in the unit that suits it."""
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    return f"{math.ceil(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
