"""What one visitor's session holds, and the links that carry it: the explorer's ?run=<id>&z1=<float>&z2=<float>, with
&layer=<name> where one is shown, the report's ?run=<id>&digit=<number>, and ?watch=<id>.

The pinned point is the one fact that everything else follows: the map, what is said about it, the link. It is None
until something is pinned; then the origin stands in for it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from vae_core.errors import LatentPointError, RunError, RunNotFound
from vae_core.latent.manifold import DEFAULT_QUANTILE, DEFAULT_SIDE
from vae_core.latent.points import Point, as_point
from vae_core.runs.catalog import open_run
from vae_core.ui.resources.layers import LAYERS
from vae_core.ui.session.url import LINK, OUTDATED, asked_anew, write

RUN = "run"
PINNED = "pinned"
TARGET, REVISION = "target", "revision"
SIDE, QUANTILE = "side", "quantile"
LAYER = "layer"
VIEW_RESETS = "view_resets"


ORIGIN: Point = (0.0, 0.0)
DEFAULT_RUN = "deep"


@dataclass(frozen=True)
class Link:
    """What a URL asks for, and one sentence for each thing in it that was refused."""

    run: str | None
    z: Point | None
    layer: str | None
    notices: tuple[str, ...]

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> "Link":
        """Never raises: what is no run's id, no point within the bounds or no layer becomes a notice, and None."""
        run, z, layer, notices = parameters.get("run"), None, parameters.get(LAYER), []
        if run is not None:
            try:
                if open_run(run).record.status == "running":
                    raise RunNotFound(f"The run {run!r} is still in training.")
            except RunError as error:
                notices.append(f"The link's run is not used: {error}")
                run = None
        if "z1" in parameters or "z2" in parameters:
            try:
                z = as_point(parameters.get("z1", 0.0), parameters.get("z2", 0.0))
            except LatentPointError as error:
                notices.append(f"The link's point is not used: {error}")
        if layer is not None and layer not in LAYERS:
            notices.append(f"The link's layer is not used: no layer is called {layer[:40]!r}.")
            layer = None
        return cls(run, z, layer, tuple(notices))


def begin() -> tuple[str, ...]:
    """Set the session's defaults and follow the URL if it is news. Returns the notices that the URL deserves."""
    set_defaults()
    state, notices = st.session_state, ()
    if asked := asked_anew("run", "z1", "z2", LAYER):
        link = Link.parse(asked)
        state[RUN], state[LAYER], notices = link.run or DEFAULT_RUN, link.layer, link.notices
        move(link.z)
    state[TARGET] = state[PINNED]  # the map may be a new one
    return notices


def set_defaults() -> None:
    """What every page may rely on; nothing that is set already is touched."""
    if PagesManager.uses_pages_directory:
        # The first visit to a server that has not run app.py yet, straight to a page's own address: Streamlit took the
        # folder pages for its older kind of multipage app, which passes the router by. This is what st.navigation sets.
        PagesManager.uses_pages_directory = False
        st.rerun()
    state = st.session_state
    point = {RUN: DEFAULT_RUN, PINNED: None, LAYER: None, REVISION: first_revision(), LINK: None, OUTDATED: {}}
    view = {VIEW_RESETS: 0, SIDE: DEFAULT_SIDE, QUANTILE: DEFAULT_QUANTILE}
    for key, value in (point | view).items():
        state.setdefault(key, value)


def first_revision() -> int:
    """Where a session's turns begin: at none that a browser may know from its session before a restart."""
    return time.time_ns() // 1_000_000


def current_point() -> Point:
    """The pinned point, or the origin."""
    return st.session_state[PINNED] or ORIGIN


def pin(z: Point | None, revision: int) -> None:
    """Pin z, or unpin with None, as the map did. A pin sent under an older revision is ignored."""
    if revision == st.session_state[REVISION]:
        st.session_state[PINNED] = z


def move(z: Point | None) -> None:
    """Pin z, or unpin with None, from Python. Raising the revision makes the browser adopt it; a pin sent under an
    older revision is ignored. TARGET stays what it is when the map pins by itself, so that nothing is sent back."""
    st.session_state[PINNED] = st.session_state[TARGET] = z
    st.session_state[REVISION] += 1


def show(run_id: str) -> None:
    """Let the explorer show this run, with nothing pinned on it."""
    st.session_state[RUN] = run_id
    move(None)


def reset() -> None:
    """Unpin, and restore the lattice and the map's view."""
    move(None)
    st.session_state[VIEW_RESETS] += 1
    st.session_state[SIDE], st.session_state[QUANTILE] = DEFAULT_SIDE, DEFAULT_QUANTILE


def link_to(run_id: str, z: Point | None, layer: str | None = None) -> dict[str, str]:
    """The parameters of a link to the explorer, on this run, pinned there, with this layer under the points."""
    link = {"run": run_id}
    if z:
        link |= {name: f"{value:.4f}" for name, value in zip(("z1", "z2"), z, strict=True)}
    return link | ({LAYER: layer} if layer else {})


def write_link() -> None:
    """Let the URL say what is shown, for whoever copies it."""
    write(link_to(st.session_state[RUN], st.session_state[PINNED], st.session_state[LAYER]))
