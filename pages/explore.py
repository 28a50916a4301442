"""Explore: the latent map, the digit under the pointer, the manifold, and what lies around the pinned point."""

import numpy as np
import streamlit as st

from vae_core.errors import LatentPointError, VaeError
from vae_core.latent import CROWD, SPARSE_FACTOR, Z_LIMIT, as_point, prior_quantiles, random_point, round_trip
from vae_core.manifold import MAX_QUANTILE, MAX_SIDE, MIN_QUANTILE, MIN_SIDE
from vae_core.runs import list_runs, open_run
from vae_core.ui import session
from vae_core.ui.badge import badge, caveat
from vae_core.ui.latent_map import latent_map, pinned_point
from vae_core.ui.pictures import gallery, vote
from vae_core.ui.resources import Atlas, atlas

NEIGHBOURS = 8
VOTERS = 50


def main() -> None:
    notices = session.begin()
    shown = choose_run()
    for notice in notices:
        st.warning(notice, icon=":material/link_off:")
    explore(shown)


def choose_run() -> Atlas:
    runs, problems = list_runs()
    titles = {run.id: run.record.title for run in runs if run.record.status != "running"}
    if st.session_state[session.RUN] not in titles:  # deleted or damaged since it was chosen
        st.session_state[session.RUN] = session.DEFAULT_RUN
    heading, picker = st.columns([3, 1], vertical_alignment="bottom")
    chosen = picker.selectbox("Run", titles, format_func=titles.__getitem__, key=session.RUN)
    with heading:
        st.title("Walk through the latent space", anchor=False)
        try:
            shown = atlas(open_run(chosen))
            badge(shown.run, shown.run.scores(), shown.digits)
        except VaeError as error:
            st.error(f"This run cannot be shown. {error}", icon=":material/error:")
            st.stop()
    caveat(shown.run, shown.digits)
    for problem in problems:
        st.warning(f"A run is left out. {problem}", icon=":material/folder_off:")
    return shown


@st.fragment
def explore(shown: Atlas) -> None:
    session.write_link()
    state = st.session_state
    try:
        latent_map(
            shown,
            n=state[session.SIDE],
            q=state[session.QUANTILE],
            z=state[session.PINNED],
            moves=state[session.MOVES],
            home=state[session.HOME],
            on_pin=pin_from_map,
        )
    except OSError as error:
        st.error(
            f"The map's files cannot be written to the folder static ({error.strerror}). Make it writable and reload.",
            icon=":material/error:",
        )
    controls(shown)
    surroundings(shown)


def controls(shown: Atlas) -> None:
    """The point and the lattice, by number."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    field = {"min_value": -Z_LIMIT, "max_value": Z_LIMIT, "step": 0.05, "format": "%.4f", "width": 150}
    row.number_input("z1", key=session.Z1, on_change=pin_from_fields, **field)
    row.number_input("z2", key=session.Z2, on_change=pin_from_fields, **field)
    row.button("Random point", on_click=pin_random_point, help="A draw from the prior, N(0, I).")
    row.button("Random digit", on_click=pin_random_digit, args=(shown,), help="Where a test digit lies.")
    row.button("Reset", on_click=session.reset, help="Unpin, show everything, 15 tiles, q = 0.05.")
    row.slider("Tiles a side (n)", MIN_SIDE, MAX_SIDE, key=session.SIDE, width=210)
    row.slider(
        "Outermost quantile (q)",
        MIN_QUANTILE,
        MAX_QUANTILE,
        step=0.005,
        format="%.3f",
        key=session.QUANTILE,
        width=210,
        help="The lattice spans the prior's quantiles q to 1 \u2212 q on each axis.",
    )


def surroundings(shown: Atlas) -> None:
    """What the server knows about the pinned point."""
    z = session.current_point()
    near, votes, place = st.columns([4, 3, 4], gap="large")
    with near:
        st.markdown(f"**The {NEIGHBOURS} nearest test digits**")
        indices, distances = shown.map.nearest(z, NEIGHBOURS)
        captions = [(f"a {shown.map.labels[i]}", f"{d:.3f}") for i, d in zip(indices, distances, strict=True)]
        gallery(shown.digits.test_images[indices], captions)
    with votes:
        counts = shown.map.votes(z, VOTERS)
        st.markdown(f"**Classes of the {counts.sum()} nearest**")
        vote(counts)
    with place:
        st.markdown(f"**Around z = ({z[0]:.4f}, {z[1]:.4f})**")
        describe_place(shown, z)


def describe_place(shown: Atlas, z: tuple[float, float]) -> None:
    standing = shown.map.standing(z)
    left, below = prior_quantiles(z)
    back, drift = round_trip(shown.network, z)
    icon, colour = {"on the map": ("check_circle", "green"), "sparse": ("blur_on", "orange")}.get(
        standing.word, ("explore_off", "red")
    )
    st.markdown(
        f":{colour}-badge[:material/{icon}: {standing.word}] &nbsp; The {CROWD}th nearest digit is "
        f"{standing.crowd_distance:.3f} away; for 95 % of the digits it is within {standing.reach:.3f}.",
        help=f"On the map up to that distance, sparse up to {SPARSE_FACTOR} times it, off the map beyond: there the "
        "decoder draws something, but no test digit is like it.",
    )
    st.markdown(
        f"Prior quantiles: \u03a6(z1) = {left:.3f}, \u03a6(z2) = {below:.3f}. &nbsp; Round trip: decoded and encoded "
        f"again it comes back to ({back[0]:.3f}, {back[1]:.3f}), {drift:.3f} away.",
    )


def pin_from_map() -> None:
    found = pinned_point()
    try:
        session.pin(as_point(*found) if found else None)
    except (LatentPointError, TypeError):
        session.pin(None)  # no map of ours sends this


def pin_from_fields() -> None:
    session.pin(as_point(st.session_state[session.Z1], st.session_state[session.Z2]))
    session.move()


def pin_random_point() -> None:
    session.pin(random_point(np.random.default_rng()))
    session.move()


def pin_random_digit(shown: Atlas) -> None:
    z1, z2 = shown.map.means[np.random.default_rng().integers(len(shown.map.means))]
    session.pin(as_point(*np.clip((z1, z2), -Z_LIMIT, Z_LIMIT)))
    session.move()


main()
