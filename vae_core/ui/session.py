"""What one visitor's session holds, and the links that carry it: the explorer's ?run=<id>&z1=<float>&z2=<float>, with
&layer=<name> where one is shown, the report's ?run=<id>&digit=<number>, and ?watch=<id>.

The pinned point is the one fact that everything else follows: the map, what is said about it, the link. It is None
until something is pinned; then the origin stands in for it.
"""

import math
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from vae_core.errors import LatentPointError, RunError, RunNotFound
from vae_core.latent import Point, as_point
from vae_core.manifold import DEFAULT_QUANTILE, DEFAULT_SIDE
from vae_core.runs import open_run
from vae_core.ui.layers import LAYERS

RUN = "run"
WATCHED = "watch"
PINNED = "pinned"
DIGIT = "digit"
AIM, TURN = "aim", "turn"
SIDE, QUANTILE = "side", "quantile"
LAYER = "layer"
LINK, OUTDATED, FOLLOWED = "link", "outdated links", "link was followed"
HOME = "home"

_OUTDATED_SECONDS = 1.0
"""A browser that sends a link which we replaced less than so long ago has not heard of the newer one yet. Later it
means it: the visitor went back in the browser's history, which undoes a move."""

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
    state[AIM] = state[PINNED]  # the map may be a new one
    return notices


def begin_report(digits: int) -> tuple[str, ...]:
    """`begin` for the report, whose links name a run and one of so many test digits. What is pinned stays pinned."""
    set_defaults()
    st.session_state.setdefault(DIGIT, 0)
    if not (asked := asked_anew("run", DIGIT)):
        return ()
    link = Link.parse({key: value for key, value in asked.items() if key == "run"})
    st.session_state[RUN] = link.run or DEFAULT_RUN
    digit, told = parse_digit(asked.get(DIGIT, str(st.session_state[DIGIT])), digits)
    st.session_state[DIGIT] = digit or 0
    return (*link.notices, *told)


def parse_digit(text: str, digits: int) -> tuple[int | None, tuple[str, ...]]:
    """The test digit, of so many, that a link names; or None, and the notice that it deserves. Never raises."""
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < digits:
        return int(text), ()
    expected = f"expected a number from 0 to {digits - 1}; found {text[:40]!r}"
    return None, (f"The link's digit is not used: {expected}.",)


def set_defaults() -> None:
    """What every page may rely on; nothing that is set already is touched."""
    if PagesManager.uses_pages_directory:
        # The first visit to a server that has not run app.py yet, straight to a page's own address: Streamlit took the
        # folder pages for its older kind of multipage app, which passes the router by. This is what st.navigation sets.
        PagesManager.uses_pages_directory = False
        st.rerun()
    state = st.session_state
    point = {RUN: DEFAULT_RUN, PINNED: None, LAYER: None, TURN: first_turn(), LINK: None, OUTDATED: {}}
    view = {HOME: 0, SIDE: DEFAULT_SIDE, QUANTILE: DEFAULT_QUANTILE}
    for key, value in (point | view).items():
        state.setdefault(key, value)


def first_turn() -> int:
    """Where a session's turns begin: at none that a browser may know from its session before a restart."""
    return time.time_ns() // 1_000_000


def begin_watching(known: Collection[str]) -> tuple[str, ...]:
    """Choose the run to watch: the URL's if it is news, else the same as before, else the first that is known."""
    state, notices = st.session_state, ()
    if asked := asked_anew(WATCHED):
        if asked[WATCHED] in known:
            state[WATCHED] = asked[WATCHED]
        else:
            notices = (f"The link's run is not used: no run is called {asked[WATCHED][:80]!r}.",)
    if state.get(WATCHED) not in known:
        state[WATCHED] = next(iter(known))
    return notices


def current_point() -> Point:
    """The pinned point, or the origin."""
    return st.session_state[PINNED] or ORIGIN


def pin(z: Point | None, turn: int) -> None:
    """Pin z, or unpin, as the map did when it knew this turn. Has it since been moved, that stands: it will follow."""
    if turn == st.session_state[TURN]:
        st.session_state[PINNED] = z


def move(z: Point | None) -> None:
    """Pin z, or unpin, from outside the map, which goes to AIM whenever TURN has changed. What it pins afterwards it
    knows by itself: AIM stays as it is, so that nothing is sent."""
    st.session_state[PINNED] = st.session_state[AIM] = z
    st.session_state[TURN] += 1


def show(run_id: str) -> None:
    """Let the explorer show this run, with nothing pinned on it."""
    st.session_state[RUN] = run_id
    move(None)


def reset() -> None:
    """Unpin, and restore the lattice and the map's view."""
    move(None)
    st.session_state[HOME] += 1
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


def write_report_link() -> None:
    """Let the URL say which run the report is on, and which digit is looked at."""
    write({"run": st.session_state[RUN], DIGIT: str(st.session_state[DIGIT])})


def write_watched_link() -> None:
    """Let the URL say which run is watched."""
    write({WATCHED: st.session_state[WATCHED]})


def asked_anew(*keys: str) -> dict[str, str]:
    """What the URL says under these keys, if it is news; else nothing."""
    state = st.session_state
    asked = {key: st.query_params[key] for key in keys if key in st.query_params}
    replaced = state[OUTDATED].get(_text(asked), -math.inf)
    if not asked or asked == state[LINK] or time.monotonic() - replaced < _OUTDATED_SECONDS:
        return {}  # another page was visited, or it was followed already, or it is old
    state[LINK], state[FOLLOWED] = asked, True
    return asked


def write(link: dict[str, str]) -> None:
    """Let the URL say this and no more."""
    state, now = st.session_state, time.monotonic()
    recent = {text: at for text, at in state[OUTDATED].items() if now - at < _OUTDATED_SECONDS}
    # An answer that was still under way when the visitor went back puts its own link over the one that was asked for.
    overwritten = state.pop(FOLLOWED, False) and recent
    if link != state[LINK]:
        recent |= {_text(state[LINK] or {}): now}
    state[LINK], state[OUTDATED] = link, recent
    if overwritten or dict(st.query_params) != link:
        st.query_params.from_dict(link)


def _text(link: Mapping[str, str]) -> str:
    return "&".join(f"{key}={value}" for key, value in sorted(link.items()))
