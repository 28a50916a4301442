"""GAN: how a generator and a discriminator train each other, what a generator learns, and how it differs from a VAE."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import streamlit as st

from vae_core.errors import LatentPointError, RunDamaged, RunError, VaeError
from vae_core.kinds import GAN
from vae_core.latent.points import Point, as_point
from vae_core.runs import progress
from vae_core.runs.catalog import list_runs
from vae_core.runs.run import Run
from vae_core.ui.components.component import pinned_point
from vae_core.ui.components.decoder_maps import KEY, Side, decoder_maps
from vae_core.ui.components.time_machine import time_machine
from vae_core.ui.components.two_steps import shown_step, two_steps
from vae_core.ui.elements.digit_search import digit_search, find_places
from vae_core.ui.elements.digits_on_show import digits_on_show
from vae_core.ui.elements.drawn_classes import drawn_classes
from vae_core.ui.elements.loss_curve import loss_curve
from vae_core.ui.elements.notices import damaged_runs, link_warnings, show_error, showing_errors
from vae_core.ui.elements.run_labels import names
from vae_core.ui.elements.run_select import select_run
from vae_core.ui.elements.score_comparison import score_comparison
from vae_core.ui.resources.drawing_layers import DRAWING_LAYERS, JUDGED, REALNESS, drawing_layer
from vae_core.ui.resources.drawn_layer import DrawnLayer
from vae_core.ui.resources.loaded_decoder import LoadedDecoder
from vae_core.ui.resources.loaded_run import Loaded, digits_for, load_any, load_run
from vae_core.ui.session.digits import digits
from vae_core.ui.session.gan import BESIDE, LEARNED, MOST_STEPS, STEPS, VIEWS, GanState

state = GanState()

L = TypeVar("L", bound=Loaded)

_NOT_YET = DrawnLayer(None, 0.0)


def main() -> None:
    notices = state.begin(len(digits_for(digits()).test_images))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("A GAN, beside the VAE", anchor=False, width="content")
        st.segmented_control(
            "Part",
            list(VIEWS),
            format_func=VIEWS.__getitem__,
            key=GanState.view.key,
            persist_state="session",
            required=True,
            label_visibility="collapsed",
        )
    link_warnings(notices)
    {STEPS: the_two_steps, LEARNED: what_it_learned, BESIDE: beside_a_vae}[state.view]()


# --- The two steps


@st.fragment
def the_two_steps() -> None:
    """Drawn anew by itself when a visitor steps on, for its link; or takes a live step."""
    st.markdown(
        "A **generator** G draws digits from random points; a **discriminator** D tells real digits from drawn ones. "
        "They are trained in turn, each against the other. Take a step, or play."
    )
    two_steps(state.target_step, state.revision, keep_step)
    state.write_link()


def keep_step() -> None:
    if type(step := shown_step()) is int and 0 <= step <= MOST_STEPS:  # no recording of ours sends anything else
        state.step = step


# --- What it has learned


def what_it_learned() -> None:
    gans, _, problems = offered()
    link_warnings(state.keep_among(gans, {}))
    learned(gans, problems, state.run)
    drawn_classes(gans[state.run])
    training(gans[state.run])


@st.fragment
def learned(gans: dict[str, Run], problems: list[str], run_id: str) -> None:
    """The map of a generator. Drawn anew whatever the visitor does there, so that the rest of the page stays.

    run_id: of the run that the page as a whole shows.
    """
    if state.run != run_id:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        choose_run("GAN", GanState.run.key, gans)
        choose_layer(list(DRAWING_LAYERS))
        let_go()
    damaged_runs(problems)
    decoder_maps([side_of(opened(load_any, gans[state.run]).drawing)], state.target, state.revision, pin_from_maps)
    state.write_link()
    st.markdown(
        "A generator has no encoder, so no digits can be placed on its map. The layers show what it draws where. It "
        "must draw something at every point, and its drawing changes smoothly: between two classes lies a **seam**, "
        "where the drawing is a bit of both."
    )


def training(run: Run) -> None:
    """How the run came to be, in the time machine."""
    st.header("How it came to be", anchor=False)
    try:
        history = run.history().to_dict("records")
        figure = loss_curve(run.record, history, progress.read(run.directory).steps)
        problems = time_machine(run, None, figure, None)
    except RunDamaged as error:
        problems = [str(error)]
    for problem in problems:
        show_error(problem)


# --- Beside a VAE


def beside_a_vae() -> None:
    gans, vaes, problems = offered()
    link_warnings(state.keep_among(gans, vaes))
    both(gans, vaes, problems, (state.run, state.vae))
    gan, vae = gans[state.run], vaes[state.vae]
    score_comparison(opened(load_any, gan, vae), opened(load_run, vae, gan))


@st.fragment
def both(gans: dict[str, Run], vaes: dict[str, Run], problems: list[str], run_ids: tuple[str, str]) -> None:
    """Both models, drawn anew whatever the visitor does, so that their maps keep their zoom.

    run_ids: of the runs that the page as a whole shows.
    """
    if (state.run, state.vae) != run_ids:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        choose_run("GAN", GanState.run.key, gans)
        choose_run("VAE", GanState.vae.key, vaes)
        choose_layer([name for name in DRAWING_LAYERS if name != REALNESS])
        let_go()
    above = st.container()
    gan = opened(load_any, gans[state.run]).drawing
    encoded = opened(load_run, vaes[state.vae], gan.run)
    found = find_places(encoded, gan)
    sides = [
        side_of(gan, found=found and found.gan),
        side_of(encoded.drawing, map_url=encoded.map_url(), found=found and found.encoded),
    ]
    decoder_maps(sides, state.target, state.revision, pin_from_maps)
    with above:
        digits_on_show(encoded.digits, [encoded.run], encoded.run.scores_on(encoded.digits))
        damaged_runs(problems)
    digit_search(encoded, gan, found)
    state.write_link()


# --- What several parts need


def offered() -> tuple[dict[str, Run], dict[str, Run], list[str]]:
    """The GANs and the VAEs that are not being trained, each by id, and what is wrong with other runs."""
    runs, problems = list_runs()
    ready = [run for run in runs if run.record.status != "running"]
    gans = {run.id: run for run in ready if run.record.kind == GAN}
    return gans, {run.id: run for run in ready if run.record.kind != GAN}, problems


def choose_run(label: str, key: str, runs: dict[str, Run]) -> None:
    select_run({run_id: f"{label}: {name}" for run_id, name in names(runs.values()).items()}, key, width=190)


def choose_layer(layers: list[str]) -> None:
    if state.layer not in layers:
        state.layer = JUDGED
    st.pills(
        "Layer",
        layers,
        format_func=lambda name: DRAWING_LAYERS[name].label,
        key=GanState.layer.key,
        persist_state="session",
        required=True,
        label_visibility="collapsed",
    )


def let_go() -> None:
    st.button("Reset", icon=":material/restart_alt:", on_click=state.move, args=(None,), help="Let the point go.")


def opened(load: Callable[..., L], run: Run, *beside: Run) -> L:
    """The run with the digits to show it on, beside others; where it cannot be read, the page says so and ends here."""
    try:
        return load(digits(), run, *beside)
    except RunError as error:
        show_error(error, "This run cannot be shown.")
        st.stop()


def side_of(loaded: LoadedDecoder, map_url: str | None = None, found: Point | None = None) -> Side:
    judged, layer = layer_as_far(loaded, JUDGED), state.layer
    return Side(loaded, judged, layer, judged if layer == JUDGED else layer_as_far(loaded, layer), map_url, found)


def layer_as_far(loaded: LoadedDecoder, layer: str) -> DrawnLayer:
    """A layer as far as it is computed; if it cannot be, that is said."""
    try:
        return drawing_layer(loaded, layer)
    except VaeError as error:
        show_error(error, "The layer is not shown.")
        return _NOT_YET


def pin_from_maps() -> None:
    z, revision = pinned_point(KEY)
    with suppress(LatentPointError, TypeError):  # no map of ours sends what is none
        state.pin(as_point(*z) if z else None, revision)


with showing_errors():
    main()
