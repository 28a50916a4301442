"""Compare: two runs side by side, their maps linked by digit or what they draw, and how their scores, losses and
settings differ."""

import numpy as np
import streamlit as st

from vae_core.errors import RunError
from vae_core.evaluation.comparison import compare_configs
from vae_core.runs.catalog import list_runs
from vae_core.runs.run import Run
from vae_core.ui.components.linked_maps import linked_maps, pinned_digit
from vae_core.ui.elements.difference_tables import config_differences
from vae_core.ui.elements.digits_on_show import digits_on_show
from vae_core.ui.elements.glossary import PRIOR
from vae_core.ui.elements.loss_comparison import loss_comparison
from vae_core.ui.elements.notices import damaged_runs, link_warnings, show_error, showing_errors
from vae_core.ui.elements.run_labels import lines
from vae_core.ui.elements.run_select import select_run
from vae_core.ui.elements.sample_comparison import sample_comparison
from vae_core.ui.elements.score_comparison import score_comparison
from vae_core.ui.markdown import escape_markdown
from vae_core.ui.resources.loaded_run import Loaded, LoadedRun, digits_for, load_any
from vae_core.ui.session.compare import LEFT, RIGHT, CompareState
from vae_core.ui.session.digits import digits

state = CompareState()


def main() -> None:
    state.set_defaults()
    st.title("Compare two runs", anchor=False)
    runs, problems = list_runs()
    runs = [run for run in runs if run.scorable]
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
    if isinstance(left, LoadedRun) and isinstance(right, LoadedRun):
        st.markdown(what_differs(left, right))
        maps(left, right, state.digit)
        score_comparison(left, right)
        losses, settings = st.columns(2, gap="large")
        with losses:
            loss_comparison(left.run, right.run)
        with settings:
            draw_settings(left.run, right.run)
    else:
        drawings = st.container()
        both = score_comparison(left, right)
        with drawings:
            sample_comparison((left, right), both)
        draw_settings(left.run, right.run)
        state.write_link()


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


def opened(run: Run, beside: Run) -> Loaded:
    """The run with the digits for both; where it cannot be read, the page says so and ends here."""
    try:
        return load_any(digits(), run, beside)
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


# --- The settings


def draw_settings(left: Run, right: Run) -> None:
    st.header("Settings", anchor=False)
    if settings := compare_configs(left.record.config, right.record.config):
        config_differences(settings)
        same_kind = left.record.kind == right.record.kind
        without = "" if same_kind else " \u2013: a setting that only the other kind of model has."
        st.caption(f"Settings that are the same are left out.{without}")
    else:
        st.markdown("Both were trained with the same settings.")
    if left.record.dataset.digest != right.record.dataset.digest:
        st.info("They were trained on different digits.", icon=":material/database:")


with showing_errors():
    main()
