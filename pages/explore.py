"""Explore: the latent map, the digit under the pointer, the manifold, and what lies around the pinned point."""

from contextlib import suppress

import numpy as np
import streamlit as st

from vae_core.data.digits import class_text
from vae_core.errors import LatentPointError, VaeError
from vae_core.latent.latent_map import round_trip
from vae_core.latent.manifold import MAX_QUANTILE, MAX_SIDE, MIN_QUANTILE, MIN_SIDE, mosaic
from vae_core.latent.points import Z_LIMIT, as_point, as_points, point_text, prior_quantiles, random_point
from vae_core.latent.support import SPARSE_FACTOR, SUPPORT_RANK
from vae_core.ui.components.component import pinned_point
from vae_core.ui.components.latent_map import KEY, latent_map, seen_view
from vae_core.ui.elements.glossary import PRIOR
from vae_core.ui.elements.notices import link_warnings, show_error, showing_errors
from vae_core.ui.elements.pictures import gallery, png, vote
from vae_core.ui.elements.run_picker import RunPicker
from vae_core.ui.resources.layers import LAYERS, DrawnLayer, drawn_layer
from vae_core.ui.resources.loaded_run import LoadedRun, load_run
from vae_core.ui.session.explore import ExploreState
from vae_core.ui.session.map_view import MapView

state = ExploreState()

NEIGHBOURS = 8
VOTE_K = 50


def main() -> None:
    notices = (*state.begin(), *state.leave_gan())
    with st.container(key="page-title"):
        st.title("Explore the latent space", anchor=False)
    explore(RunPicker.open(load_run, lambda run: run.explorable), notices, state.revision)


@st.fragment
def explore(picker: RunPicker[LoadedRun], notices: tuple[str, ...], revision: int) -> None:
    """All of one run, drawn anew whatever the visitor does. The page as a whole runs for another run or link alone:
    while it does, a click would have Streamlit take the map away and draw it again, its zoom lost.

    notices: what the link that led here asked for in vain, shown until the point is moved; revision: the one
    that it came with.
    """
    loaded = picker.loaded
    link_warnings(notices if state.revision == revision else ())
    toolbar, above = st.container(horizontal=True, vertical_alignment="center", key="toolbar"), st.container()
    draw_map(loaded)  # first: the browser fetches what it needs for it meanwhile
    with toolbar:
        picker.draw()
        choose_layer()
        choose_lattice()
        buttons(loaded)
    with above:
        picker.describe()
        say_what_lies_beyond(loaded)
    surroundings(loaded)


def say_what_lies_beyond(loaded: LoadedRun) -> None:
    """Some runs, above all those that diverged, encode digits farther out than points may be."""
    with st.container():  # always one, as for notices
        if beyond := len(loaded.map.means) - len(loaded.map.within):
            st.warning(
                f"{beyond:,} of the {len(loaded.map.means):,} digits lie beyond \u00b1{Z_LIMIT:g} on an axis. They are "
                f"on the map, but points, layers and the manifold end at \u00b1{Z_LIMIT:g}: a click on one of them "
                "pins the nearest point inside.",
                icon=":material/open_in_full:",
            )


def chosen_layer(loaded: LoadedRun) -> DrawnLayer | None:
    """The chosen layer as far as it is computed; if it cannot be, that is said."""
    with st.container():  # always one, as for notices
        try:
            return drawn_layer(loaded, state.layer) if state.layer else None
        except VaeError as error:
            show_error(error, "The layer is not shown.")
            return None


def draw_map(loaded: LoadedRun) -> None:
    state.begin_map(loaded.run.id)
    latent_map(
        loaded,
        layer=state.layer,
        drawn=chosen_layer(loaded),
        n=state.side,
        q=state.quantile,
        z=state.target,
        revision=state.revision,
        view=state.view,
        view_revision=state.view_revision,
        on_pin=pin_from_map,
        on_view=see_what_the_map_shows,
    )


def choose_layer() -> None:
    """What lies under the map's points."""
    st.pills(
        "Layer under the points",
        list(LAYERS),
        format_func=lambda name: LAYERS[name].label,
        label_visibility="collapsed",
        key=ExploreState.layer.key,
        persist_state="session",
    )


def choose_lattice() -> None:
    with st.popover("Lattice", icon=":material/grid_on:"):
        st.slider("Tiles a side (n)", MIN_SIDE, MAX_SIDE, key=ExploreState.side.key, persist_state="session")
        st.slider(
            "How far out: from quantile q to 1 \u2212 q",
            MIN_QUANTILE,
            MAX_QUANTILE,
            step=0.005,
            format="%.3f",
            key=ExploreState.quantile.key,
            persist_state="session",
            help=f"The share of the prior ({PRIOR}) that lies beyond the manifold on each side. A smaller q reaches "
            "farther out.",
        )


def buttons(loaded: LoadedRun) -> None:
    """What moves the point elsewhere, and what takes the manifold along."""
    st.button(
        "Random point",
        icon=":material/casino:",
        on_click=move_to_random_point,
        help=f"Random point: a draw from the prior, {PRIOR}.",
    )
    st.button(
        "Random digit",
        icon=":material/shuffle:",
        on_click=move_to_random_digit,
        args=(loaded,),
        help="Random digit: to where a test digit lies.",
        disabled=not len(loaded.map.within),
    )
    st.button(
        "Reset",
        icon=":material/restart_alt:",
        on_click=state.reset,
        help="Reset: all of the map and all classes, no point held, 15 tiles a side, q = 0.05.",
    )
    n, q = state.side, state.quantile
    st.download_button(
        "Save",
        icon=":material/download:",
        data=lambda: png(np.rint(255 * mosaic(loaded.network.decoder.decode, n, q)).astype(np.uint8)),
        file_name=f"manifold-{loaded.run.id}-{n}x{n}.png",
        mime="image/png",
        on_click="ignore",
        help="Save: the manifold as a PNG, pixel by pixel.",
    )


@st.fragment(key="surroundings")
def surroundings(loaded: LoadedRun) -> None:
    """What lies around the point, and the link to it. Alone drawn anew when a point is pinned on the map: that is the
    most frequent click, and the rest of the page stays as it is."""
    state.write_link()
    z = state.pinned or loaded.map.start
    place, near, votes = st.columns([4, 4, 3], gap="large")
    with place:
        st.markdown(f"**Around {point_text(z)}**")
        describe_place(loaded, z)
        st.caption(
            ":material/link: The address in your browser leads to exactly this: the model, the point, the layer, the "
            "tiles, the part of the map and the hidden classes."
        )
    with near:
        indices, distances = loaded.map.nearest(z, NEIGHBOURS)
        captions = [
            (class_text(int(loaded.map.labels[i])), f"{d:.3f}") for i, d in zip(indices, distances, strict=True)
        ]
        gallery(f"The {NEIGHBOURS} nearest test digits", loaded.digits.test_images[indices], captions)
        if hidden := state.view.hidden:
            st.caption(f"These and the vote include the classes hidden on the map: {', '.join(map(str, hidden))}.")
    with votes:
        counts = loaded.map.votes(as_points(np.array(z)), VOTE_K)[0]
        vote(f"Classes of the {counts.sum()} nearest", counts)


def describe_place(loaded: LoadedRun, z: tuple[float, float]) -> None:
    support = loaded.map.support(z)
    left, below = prior_quantiles(z)
    back, drift = round_trip(loaded.network, z)
    icon, colour = {"on the map": ("check_circle", "green"), "sparse": ("blur_on", "orange")}.get(
        support.word, ("explore_off", "red")
    )
    st.markdown(
        f":{colour}-badge[:material/{icon}: {support.word}] &nbsp; Its {SUPPORT_RANK}th nearest digit is "
        f"{support.distance:.3f} away. For 95\u00a0% of the digits themselves, that is at most {support.reach:.3f}.",
        help=f"On the map up to that distance, sparse up to {SPARSE_FACTOR} times it, off the map beyond: there the "
        "decoder draws something, but no test digit is like it.",
    )
    st.markdown(
        f"Of random points of the prior, {100 * left:.0f}\u00a0% lie to the left of it and {100 * below:.0f}\u00a0% "
        f"below. &nbsp; Decoded and encoded again, the point comes back to {point_text(back)}, {drift:.3f} away."
    )


def pin_from_map() -> None:
    z, revision = pinned_point(KEY)
    with suppress(LatentPointError, TypeError):  # no map of ours sends what is none
        state.pin(as_point(*z) if z else None, revision)
    st.rerun("surroundings")


def see_what_the_map_shows() -> None:
    parameters, revision = seen_view()
    view, refused = MapView.parse(parameters)
    if not refused:  # no map of ours sends what is none
        state.see(view, revision)
    st.rerun("surroundings")


def move_to_random_point() -> None:
    state.move(random_point(np.random.default_rng()))


def move_to_random_digit(loaded: LoadedRun) -> None:
    state.move(as_point(*loaded.map.means[np.random.default_rng().choice(loaded.map.within)]))


with showing_errors():
    main()
