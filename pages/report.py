"""Report: how good a model is, beside what others reached, and which digits it gets wrong."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from vae_core.data.digits import Digits
from vae_core.data.images import to_images
from vae_core.errors import RunDamaged, VaeError
from vae_core.evaluation import pca
from vae_core.evaluation.digit_metrics import DigitMetrics, by_class
from vae_core.evaluation.hard_digits import ORDERS, ranked
from vae_core.evaluation.references import REFERENCES, Reference, comparable, references
from vae_core.evaluation.report import Report
from vae_core.figures.confusion import confusion
from vae_core.figures.posterior import MASSES, posterior_map, whereabouts
from vae_core.figures.rate_distortion import rate_and_distortion, rate_distortion
from vae_core.figures.traces import Figure
from vae_core.latent.points import Z_LIMIT, as_point
from vae_core.likelihood.posterior import Posterior, exact_posterior
from vae_core.runs.catalog import list_runs
from vae_core.ui.components.digit_cards import Card, digit_cards
from vae_core.ui.elements.notices import link_warnings, show_error, showing_errors
from vae_core.ui.elements.report_progress import wait_for_report
from vae_core.ui.elements.run_picker import choose_run, labels
from vae_core.ui.elements.score_tables import class_table, label, score_table
from vae_core.ui.resources.loaded_run import LoadedRun, digits
from vae_core.ui.resources.measurement import measured
from vae_core.ui.session.explore import ExploreState
from vae_core.ui.session.report import ReportState

state = ReportState()

SHOWN = 16


def main() -> None:
    notices = state.begin(len(digits().test_images))
    loaded = choose_run("Report on a model")
    link_warnings(notices)
    wait_for_report(loaded)
    try:
        report = measured(loaded)
    except VaeError as error:
        show_error(error, "There is no report.")
        return
    overview(loaded, report)
    look_closer(loaded, report.metrics)


# --- All digits together


def overview(loaded: LoadedRun, report: Report) -> None:
    st.header("Scores", anchor=False)
    st.markdown(
        "Means over the test digits. Pixels are grey: taken as the probability of white, they make every likelihood "
        "here a Bernoulli *pseudo*-likelihood, as is usual for MNIST."
    )
    if not comparable(loaded.digits):
        st.info(
            "What others reached was measured on MNIST's 10,000 test digits. These are other digits: it is left out.",
            icon=":material/compare_arrows:",
        )
    score_table(report.overall, comparisons(loaded.digits))
    plane, table, matrix = st.columns([4, 4, 5], gap="large")
    rows = by_class(report.metrics, loaded.digits.test_labels)
    with plane:
        st.subheader("Rate and distortion", anchor=False)
        draw_rate_distortion(loaded, report)
    with table:
        st.subheader("Classes", anchor=False)
        class_table(rows)
        st.caption("\u2212ELBO and reconstruction in nats, means over the digits of the class.")
    with matrix:
        st.subheader("Confusion", anchor=False)
        draw(confusion(rows), "Confusion of classes", key="confusion")
        st.caption("What most of a digit's 5 nearest training digits on the map are.")


def comparisons(loaded: Digits) -> Mapping[str, list[Reference]]:
    """What to set beside each score: PCA on the digits at hand, and what others reached where that compares."""
    floor = Reference("5-NN accuracy", pca_accuracy(loaded, loaded.digest), "PCA", "computed here: a floor")
    found = {reference.score: references(reference.score) for reference in REFERENCES}
    others = found if comparable(loaded) else {}
    return others | {"5-NN accuracy": [floor, *others.get("5-NN accuracy", [])]}


@st.cache_data(show_spinner="Computing PCA, for comparison", max_entries=2)
def pca_accuracy(_shown: Digits, digest: str) -> float:
    return pca.accuracy(_shown)


def draw_rate_distortion(loaded: LoadedRun, report: Report) -> None:
    runs, others, unread = list_runs()[0], {}, 0
    names = labels(runs)
    for run in runs:
        if run.id != loaded.run.id and run.record.dataset.digest == loaded.digits.digest:
            try:
                if point := rate_and_distortion(run.scores()):
                    others[names[run.id]] = point
            except RunDamaged:
                unread += 1
    if own := rate_and_distortion(report.scores):
        name = names.get(loaded.run.id, loaded.run.name)
        draw(rate_distortion((name, *own), others), "Rate and distortion of this and other runs")
    st.caption(
        "The rate is what the map costs, the distortion what the drawing misses. Along a dotted line their sum, the "
        "\u2212ELBO, is the same: it is written at the right. The diamond is this run"
        + (", circles are other runs on the same digits." if others else "; no other run was scored on these digits.")
        + (f" Damaged and left out: {unread}." if unread else "")
    )


# --- Single digits


@st.fragment
def look_closer(loaded: LoadedRun, metrics: DigitMetrics) -> None:
    """The gallery of hard digits, and the exact posterior of the digit that was chosen."""
    st.header("Digits", anchor=False)
    hard, one = st.columns([7, 6], gap="large")
    with hard:
        gallery(loaded, metrics)
    with one:
        one_digit(loaded, metrics)
    state.write_link()


def gallery(loaded: LoadedRun, metrics: DigitMetrics) -> None:
    st.subheader("Hard digits", anchor=False)
    st.segmented_control(
        "Order",
        list(ORDERS),
        format_func=lambda name: ORDERS[name].label,
        key=ReportState.order.key,
        persist_state="session",
        required=True,
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
    st.caption(ORDERS[order].about + " Left the digit, right its reconstruction at the posterior mean. In nats.")
    chosen = ranked(metrics, loaded.digits.test_labels, order, of_class, SHOWN)
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
    drawn = to_images(loaded.network.decode(means).reshape(len(means), -1))
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
    try:
        opened = digit_cards(key, loaded.run.id, found, marked, on_choose=choose)
    except OSError as error:
        show_error(error)
        return
    if opened:
        ExploreState().move(opened.z)
        st.switch_page("pages/explore.py")


def choose(index: int) -> None:
    state.digit = index


def called(loaded: LoadedRun, metrics: DigitMetrics, index: int) -> str:
    label, taken_for = loaded.digits.test_labels[index], metrics.predicted[index]
    return f"a {label}" if label == taken_for else f"a {label}, taken for a {taken_for}"


def one_digit(loaded: LoadedRun, metrics: DigitMetrics) -> None:
    st.subheader("Exact posterior of one digit", anchor=False)
    last = len(loaded.digits.test_images) - 1
    index = st.number_input("Test digit", 0, last, key=ReportState.digit.key, persist_state="session", width=160)
    exact = digit_posterior(loaded, loaded.network.digest, loaded.digits.digest, index)
    mean, spread = loaded.map.means[index].tolist(), loaded.map.std[index].tolist()
    figure = posterior_map(exact, mean, spread, loaded.map)
    with st.container(horizontal=True, gap="small"):
        with st.container(width=180):
            draw_cards("chosen", loaded, metrics, np.array([index]), [f"test digit {index}"], marked=None)
        with st.container(width=130):
            window = figure["layout"]["xaxis"]["range"], figure["layout"]["yaxis"]["range"]
            draw(whereabouts(loaded.map, window), "Where on the map the figure below lies")
        st.markdown(
            f"\u2212log p(x) **{-metrics.evidence[index]:.2f}** nats  \n"
            f"\u2212ELBO **{metrics.negative_elbo[index]:.2f}** nats, sampled  \n"
            f"inference gap **{metrics.gap[index]:z.2f}** nats".replace("-", "\u2212"),
            width="content",
        )
    draw(figure, f"Exact posterior of test digit {index} and the encoder's ellipse")
    held = exact.within(mean, spread, MASSES[-1])
    st.caption(
        "Blue, the exact posterior: the smallest regions that hold 50 % and 95 % of it. Orange, dashed, the encoder's "
        f"ellipses for the same shares, around its mean \u00d7; the outer one holds {100 * held:.0f} % of the exact "
        "posterior. The numerals are test digits around, each at its mean."
    )


@st.cache_resource(show_spinner=False, max_entries=64)
def digit_posterior(_shown: LoadedRun, network: str, digits: str, index: int) -> Posterior:
    return exact_posterior(_shown.network, _shown.digits.test_images[index])


def draw(figure: Figure, alt: str, key: str | None = None) -> None:
    st.plotly_chart(figure, config={"displayModeBar": False}, alt=alt, key=key)


with showing_errors():
    main()
