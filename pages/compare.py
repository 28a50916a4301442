"""Compare: two runs side by side, their maps linked by digit, and how their scores, losses and settings differ."""

import numpy as np
import streamlit as st

from vae_core.errors import RunError, VaeError
from vae_core.evaluation.comparison import Measured, compare_configs, compare_scores
from vae_core.evaluation.digit_metrics import by_score
from vae_core.evaluation.report import Report
from vae_core.evaluation.scores import OVERALL
from vae_core.runs.catalog import list_runs
from vae_core.runs.run import Run
from vae_core.ui.components.linked_maps import linked_maps, pinned_digit
from vae_core.ui.elements.difference_tables import config_differences, score_differences
from vae_core.ui.elements.digits_on_show import digits_on_show
from vae_core.ui.elements.glossary import NATS, PRIOR
from vae_core.ui.elements.loss_comparison import loss_comparison
from vae_core.ui.elements.notices import damaged_runs, link_warnings, show_error, showing_errors
from vae_core.ui.elements.report_progress import pending_reports
from vae_core.ui.elements.run_labels import lines
from vae_core.ui.elements.run_select import select_run
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.resources.loaded_run import LoadedRun, digits_for, load_run
from vae_core.ui.resources.measurement import measured
from vae_core.ui.session.compare import LEFT, RIGHT, CompareState
from vae_core.ui.session.digits import digits

state = CompareState()


def main() -> None:
    state.set_defaults()
    st.title("Compare two runs", anchor=False)
    runs, problems = list_runs()
    runs = [run for run in runs if run.explorable]
    if len(runs) < 2:
        nothing_to_compare(runs)
        damaged_runs(problems)
        return
    link_warnings(state.begin(runs, len(digits_for(digits()).test_images)))
    chosen = choose(runs)
    damaged_runs(problems)
    left, right = opened(*chosen), opened(*reversed(chosen))
    link_warnings(state.keep_within(len(left.digits.test_images)))
    digits_on_show(left.digits, [left.run, right.run])
    st.markdown(what_differs(left, right))
    maps(left, right, state.digit)
    scores(left, right)
    losses, settings = st.columns(2, gap="large")
    with losses:
        loss_comparison(left.run, right.run)
    with settings:
        draw_settings(left.run, right.run)


def nothing_to_compare(runs: list[Run]) -> None:
    there = f"There is only one run to show, {escape_markdown(runs[0].title)}." if runs else "There is no run to show."
    st.info(f"{there} To compare, train a second one: the recipe **fast** takes seconds.", icon=":material/compare:")
    st.page_link("pages/train.py", label="Train a model", icon=":material/model_training:")


# --- What is compared


def choose(runs: list[Run]) -> list[Run]:
    """Two pickers, and a button that swaps them."""
    titles = lines(runs, digits())
    columns = st.columns([20, 5, 20], vertical_alignment="bottom")
    for side, column in zip((LEFT, RIGHT), columns[::2], strict=True):
        with column:
            select_run(titles, side, side.capitalize(), on_change=state.choose, args=(side,))
    columns[1].button("Swap", icon=":material/swap_horiz:", on_click=state.swap, width="stretch")
    by_id = {run.id: run for run in runs}
    return [by_id[run_id] for run_id in state.pair]


def opened(run: Run, beside: Run) -> LoadedRun:
    """The run encoded on the digits for both; where it cannot be read, the page says so and ends here."""
    try:
        return load_run(digits(), run, beside)
    except RunError as error:
        show_error(error, "This run cannot be shown.")
        st.stop()


def what_differs(left: LoadedRun, right: LoadedRun) -> str:
    """How far the digits of both maps spread, and why if that is known."""
    reach = [f"{np.percentile(np.hypot(*side.map.means.T), 95):.1f}" for side in (left, right)]
    names = [f"**{escape_markdown(side.run.name)}**" for side in (left, right)]
    said = (
        f"95 % of the digits lie within {reach[0]} of the origin on the map of {names[0]}, and within {reach[1]} on "
        f"that of {names[1]}; 95 % of the prior ({PRIOR}) lies within 2.4."
    )
    betas = [side.run.vae_config.beta for side in (left, right)]
    if betas[0] == betas[1]:
        return said
    (low, loose), (high, tight) = sorted(zip(betas, names, strict=True))
    return (
        f"{said} The KL, which holds the digits near the origin, counts {low:g} times in the loss of {loose} and "
        f"{high:g} times in that of {tight}. With a smaller beta they may spread, and are usually drawn more exactly, "
        "but random points of the prior hit fewer of them."
    )


# --- The maps


@st.fragment
def maps(left: LoadedRun, right: LoadedRun, digit: int | None) -> None:
    """Both maps, linked. digit: the one pinned when the page last ran as a whole: what is pinned later they know."""
    linked_maps(left, right, digit, state.revision, on_pin=lambda: pin_from_maps(len(left.digits.test_images)))
    state.write_link()


def pin_from_maps(count: int) -> None:
    """count: how many digits the maps show."""
    found = pinned_digit()
    known = type(found) is int and 0 <= found < count
    state.pin(found if known else None)  # no map of ours sends anything else


# --- Scores


def scores(left: LoadedRun, right: LoadedRun) -> None:
    st.header("Scores", anchor=False, help=NATS)
    asked_for = [side for side in (left, right) if side.network.digest in state.measured]
    pending = pending_reports(asked_for, on_cancel=lambda: take_back(asked_for))
    both = [
        scores_of(side, measure=side.network.digest in state.measured and side not in pending) for side in (left, right)
    ]
    same = both[0].digest == both[1].digest
    lacking = [
        side
        for side, found in zip((left, right), both, strict=True)
        if len(found.scores) < len(OVERALL) or not (same or found.digest == side.digits.digest)
    ]
    if lacking and not pending:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Measure", icon=":material/straighten:", on_click=ask, args=(lacking,))
            names = " and of ".join(f"**{escape_markdown(side.run.name)}**" for side in lacking)
            st.markdown(f"Not all scores of {names} are measured on the digits at hand. It takes some seconds.")
    score_differences(compare_scores(*both))
    st.caption(
        "One model is called better only where the difference is larger than its standard error (\u00b1): so far may "
        "other test digits move it. Another seed of the same recipe moves the \u2212ELBO by a nat or two."
    )


def scores_of(side: LoadedRun, measure: bool) -> Measured:
    """The report that the run keeps, or that was measured here; else what its training left."""
    try:
        if report := measured(side) if measure else Report.read(side.run, side.network, side.digits):
            values = by_score(report.metrics, side.digits.test_labels)
            return Measured(report.overall, side.digits.digest, values)
        own = [score for score in side.run.scores() if score.name in OVERALL]
        return Measured(own, side.run.record.dataset.digest)
    except VaeError as error:
        state.measured -= {side.network.digest}
        st.error(
            f"The scores of {escape_markdown(side.run.name)} cannot be shown. {escape_markdown(str(error))}",
            icon=":material/error:",
        )
        return Measured([], side.digits.digest)


def ask(sides: list[LoadedRun]) -> None:
    state.measured |= {side.network.digest for side in sides}


def take_back(sides: list[LoadedRun]) -> None:
    state.measured -= {side.network.digest for side in sides}


def draw_settings(left: Run, right: Run) -> None:
    st.header("Settings", anchor=False)
    if settings := compare_configs(left.vae_config, right.vae_config):
        config_differences(settings)
        st.caption("Settings that are the same are left out.")
    else:
        st.markdown("Both were trained with the same settings.")
    if left.record.dataset.digest != right.record.dataset.digest:
        st.info("They were trained on different digits.", icon=":material/database:")


with showing_errors():
    main()
