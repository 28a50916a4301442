"""Report: how good a model is, beside what others reached, and which digits it gets wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from vae_core.data.digits import class_text
from vae_core.data.images import to_images, to_pixels
from vae_core.errors import VaeError
from vae_core.evaluation.digit_metrics import DigitMetrics
from vae_core.evaluation.hard_digits import ORDERS, ranked
from vae_core.figures.posterior import MASSES, posterior_map, whereabouts
from vae_core.latent.points import Z_LIMIT, as_point, as_points, point_text
from vae_core.likelihood.elbo import reconstruction_nats
from vae_core.likelihood.posterior import Posterior, exact_posterior
from vae_core.ui.components.digit_cards import Card, digit_cards
from vae_core.ui.elements.chart import chart
from vae_core.ui.elements.gan_overview import gan_overview
from vae_core.ui.elements.notices import link_warnings, show_error, showing_errors
from vae_core.ui.elements.pictures import strip
from vae_core.ui.elements.report_progress import pending_reports
from vae_core.ui.elements.report_summary import report_summary
from vae_core.ui.elements.run_picker import RunPicker
from vae_core.ui.elements.sample_overview import sample_overview
from vae_core.ui.elements.score_overview import score_overview
from vae_core.ui.elements.score_tables import label
from vae_core.ui.resources.loaded_run import LoadedGan, LoadedRun, digits_for, load_any
from vae_core.ui.resources.measurement import measured
from vae_core.ui.session.digits import digits
from vae_core.ui.session.explore import ExploreState
from vae_core.ui.session.report import ReportState

state = ReportState()

SHOWN = 16
WRONG_PLACE = 0.1  # a digit lies there if another place saves this share of its reconstruction loss


def main() -> None:
    state.begin(len(digits_for(digits()).test_images))
    picker = RunPicker.open(load_any, lambda run: run.scorable)
    loaded = picker.loaded
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Report on a model", anchor=False, width="content")
        picker.draw()
    picker.describe()
    state.keep_within(len(loaded.digits.test_images))
    link_warnings(state.notices)
    if state.cancelled == loaded.network.digest:
        st.info("The report on this run is not measured yet. It takes up to half a minute.")
        st.button("Measure", icon=":material/straighten:", on_click=cancel, args=("",))
        return
    if pending_reports([loaded], on_cancel=lambda: cancel(loaded.network.digest)):
        return
    try:
        report = measured(loaded)
    except VaeError as error:
        show_error(error, "There is no report.")
        return
    if isinstance(loaded, LoadedGan):
        gan_overview(loaded, report)
        state.digit = None
        state.write_link()
        return
    if state.digit is None:
        state.digit = int(ranked(report.metrics, loaded.digits.test_labels, "drawn", None, 1)[0])
    report_summary(loaded, report)
    add_pca = score_overview(loaded, report, show_confused)
    sample_overview(loaded.network, report)
    look_closer(loaded, report.metrics)
    add_pca()


def cancel(digest: str) -> None:
    """Do not wait for the report on this network; on none, with an empty digest."""
    state.cancelled = digest


def show_confused(cell: Mapping[str, Any] | None) -> None:
    """Let the gallery show the digits of a cell of the confusion: those of its class that are taken for another."""
    if cell is None:
        state.of_class = state.taken_for = None
        return
    state.of_class, state.taken_for = int(cell["y"]), int(cell["x"])
    state.order = "astray" if state.of_class != state.taken_for else "drawn"


@st.fragment
def look_closer(loaded: LoadedRun, metrics: DigitMetrics) -> None:
    """The gallery of hard digits, and the exact posterior of the digit that was chosen."""
    st.header("Digits", anchor=False)
    hard, one = st.columns([7, 6], gap="large")
    with hard:
        hard_digits(loaded, metrics)
    with one:
        one_digit(loaded, metrics)
    state.write_link()


def hard_digits(loaded: LoadedRun, metrics: DigitMetrics) -> None:
    st.subheader("Hard digits", anchor=False)
    st.segmented_control(
        "Order",
        list(ORDERS),
        format_func=lambda name: ORDERS[name].label,
        key=ReportState.order.key,
        persist_state="session",
        required=True,
        wrap=True,
        label_visibility="collapsed",
    )
    order = state.order
    of_class = st.pills(
        "Class",
        range(10),
        wrap=True,
        key=ReportState.of_class.key,
        persist_state="session",
        label_visibility="collapsed",
    )
    st.caption(
        ORDERS[order].about
        + " Left: the digit. Right: what the model draws for it. Losses are in nats. Click a pair to see why."
    )
    if (taken_for := state.taken_for) is not None:
        st.button(
            f"Only those among {taken_for}s: show all again",
            icon=":material/close:",
            type="tertiary",
            on_click=show_confused,
            args=(None,),
        )
    chosen = ranked(metrics, loaded.digits.test_labels, order, of_class, SHOWN, taken_for)
    if not len(chosen):
        st.info("No digit of this class belongs here.")
        return
    texts = [ORDERS[order].describe(metrics, index) for index in chosen.tolist()]
    draw_cards("hard digits", loaded, metrics, chosen, texts, marked=state.digit)


def draw_cards(
    key: str, loaded: LoadedRun, metrics: DigitMetrics, indices: np.ndarray, texts: Sequence[str], marked: int | None
) -> None:
    """Digits to choose, or to go to on the map. texts: a metric of each, in words; marked: the one that is chosen."""
    means = loaded.map.means[indices]
    drawn = to_images(loaded.network.decoder.decode(means).reshape(len(means), -1))
    found = [
        Card(
            digit=index,
            image=loaded.digits.test_images[index],
            reconstruction=reconstruction,
            title=called(loaded, metrics, index),
            figures=label(text),
            z=as_point(*np.clip(mean, -Z_LIMIT, Z_LIMIT)),
        )
        for index, mean, reconstruction, text in zip(indices.tolist(), means, drawn, texts, strict=True)
    ]
    if opened := digit_cards(key, loaded.run.id, found, marked, on_choose=choose):
        ExploreState().move(opened.z)
        st.switch_page("pages/explore.py")


def choose(index: int) -> None:
    state.digit = index


def called(loaded: LoadedRun, metrics: DigitMetrics, index: int) -> str:
    label, taken_for = loaded.digits.test_labels[index], metrics.predicted[index]
    return class_text(label) if label == taken_for else f"{class_text(label)} among {taken_for}s"


def one_digit(loaded: LoadedRun, metrics: DigitMetrics) -> None:
    st.subheader("Why one digit is drawn as it is", anchor=False)
    last = len(loaded.digits.test_images) - 1
    index = st.number_input("Test digit", 0, last, key=ReportState.digit.key, persist_state="session", width=160)
    exact = digit_posterior(loaded, loaded.network.digest, loaded.digits.digest, index)
    mean, std = loaded.map.means[index].tolist(), loaded.map.std[index].tolist()
    figure = posterior_map(exact, mean, std, loaded.map)
    with st.container(horizontal=True, gap="small"):
        with st.container(width=180):
            draw_cards("chosen", loaded, metrics, np.array([index]), [f"test digit {index}"], marked=None)
        with st.container(width=130):
            window = figure["layout"]["xaxis"]["range"], figure["layout"]["yaxis"]["range"]
            chart(whereabouts(loaded.map, window), "Where on the map the figure below lies")
        st.markdown(
            f"\u2212log p(x) **{-metrics.evidence[index]:.2f}** nats  \n"
            f"\u2212ELBO **{metrics.negative_elbo[index]:.2f}** nats, sampled  \n"
            f"inference gap **{metrics.gap[index]:z.2f}** nats".replace("-", "\u2212"),
            width="content",
        )
    why_drawn_so(loaded, exact, index)
    chart(figure, f"Exact posterior of test digit {index} and the encoder's ellipse")
    held = exact.within(mean, std, MASSES[-1])
    st.caption(
        "Blue: the smallest regions that hold 50 % and 95 % of the exact posterior. Orange, dashed: the encoder's "
        f"ellipses for the same shares, around its mean \u00d7; the outer one holds {100 * held:.0f} % of the exact "
        "posterior. Each small number is a nearby test digit, at its mean."
    )


def why_drawn_so(loaded: LoadedRun, exact: Posterior, index: int) -> None:
    """Say whether a digit is drawn as it is because of its place on the map, or because the decoder cannot do better;
    and show its drawing at the most probable place."""
    places = as_points(np.array([loaded.map.means[index], exact.mode]))
    pixels = to_pixels(loaded.digits.test_images[index])
    here, there = reconstruction_nats(pixels, loaded.network.decoder.logits(places)).tolist()
    wrong = here - there > WRONG_PLACE * here
    words = "The encoder put it in the wrong place." if wrong else "No place on the map gives a clearly better drawing."
    said = (
        f"**{words}** Drawn at the encoder's mean, its loss is {here:.0f} nats. Drawn at the most probable place for "
        f"it, {point_text(exact.mode)}, it would be {there:.0f}."
    )
    picture, text = st.columns([1, 7], vertical_alignment="center")
    with picture:
        strip(
            to_images(loaded.network.decoder.decode(places[1:]).reshape(1, -1)),
            "The drawing at the most probable place",
            1,
        )
    text.markdown(said)


@st.cache_resource(show_spinner=False, max_entries=64)
def digit_posterior(_loaded: LoadedRun, network: str, digits: str, index: int) -> Posterior:
    return exact_posterior(_loaded.network, _loaded.digits.test_images[index])


with showing_errors():
    main()
