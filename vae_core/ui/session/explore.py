"""What the explorer shows, and its link: ?run=<id>&z1=<float>&z2=<float>; &layer=<name> where one is shown; &n=<int>
and &q=<float> where the manifold is not as at first; &view and &hidden as in map_view.py.

The pinned point is the one fact that everything else follows: the map, what is said about it, the link. It is None
until something is pinned; then the start of the run's map stands in for it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from vae_core.errors import LatentPointError, LatticeError, NoEncoder, RunError
from vae_core.latent.manifold import DEFAULT_QUANTILE, DEFAULT_SIDE, as_lattice
from vae_core.latent.points import Point, as_point
from vae_core.runs.catalog import open_run
from vae_core.ui.resources.layers import LAYERS
from vae_core.ui.session import url
from vae_core.ui.session.map_view import WHOLE_MAP, MapView
from vae_core.ui.session.state import State, Value
from vae_core.ui.session.url import parse_run

DEFAULT_RUN = "deep"


@dataclass(frozen=True)
class ExploreLink:
    """What a URL asks for, and one sentence for each thing in it that was refused."""

    run: str | None
    z: Point | None
    layer: str | None
    side: int
    quantile: float
    view: MapView
    notices: tuple[str, ...]

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> "ExploreLink":
        """Never raises: what is no run's id, no point, layer, lattice or view becomes a notice, and None or as
        at first."""
        run, z, layer, notices = parameters.get("run"), None, parameters.get("layer"), []
        if run is not None:
            run, refused = parse_run(run)
            notices += refused
        if "z1" in parameters or "z2" in parameters:
            try:
                z = as_point(parameters.get("z1", 0.0), parameters.get("z2", 0.0))
            except LatentPointError as error:
                notices.append(f"The link's point is not used: {error}")
        if layer is not None and layer not in LAYERS:
            notices.append(f"The link's layer is not used: no layer is called {layer[:40]!r}.")
            layer = None
        side, quantile = DEFAULT_SIDE, DEFAULT_QUANTILE
        try:
            side, quantile = as_lattice(parameters.get("n", side), parameters.get("q", quantile))
        except LatticeError as error:
            notices.append(f"The link's tiles are not used: {error}")
        view, refused = MapView.parse(parameters)
        return cls(run, z, layer, side, quantile, view, (*notices, *refused))


def link_to(
    run_id: str,
    z: Point | None,
    layer: str | None = None,
    side: int = DEFAULT_SIDE,
    quantile: float = DEFAULT_QUANTILE,
    view: MapView = WHOLE_MAP,
) -> dict[str, str]:
    """The parameters of a link to the explorer, on this run, pinned there, with this layer, lattice and view."""
    link = {"run": run_id}
    if z:
        link |= {name: f"{value:.4f}" for name, value in zip(("z1", "z2"), z, strict=True)}
    if layer:
        link["layer"] = layer
    if side != DEFAULT_SIDE:
        link["n"] = str(side)
    if quantile != DEFAULT_QUANTILE:
        link["q"] = f"{quantile:g}"
    return link | view.parameters()


def first_revision() -> int:
    """Where a session's revisions begin: at none that a browser may know from a session before a restart."""
    return time.time_ns() // 1_000_000


class ExploreState(State):
    """The explorer's part of a visitor's session."""

    run: Value[str] = Value("run", lambda: DEFAULT_RUN)
    """The id of the run that is shown, here and on the report."""
    pinned: Value[Point | None] = Value("pinned", lambda: None)
    target: Value[Point | None] = Value("target", lambda: None)
    """Where the map puts the pin when `revision` has been raised."""
    revision: Value[int] = Value("revision", first_revision)
    """Raised whenever Python moves the pin."""
    layer: Value[str | None] = Value("layer", lambda: None)
    """The name of the heatmap under the points."""
    side: Value[int] = Value("side", lambda: DEFAULT_SIDE)
    """Tiles along a side of the manifold."""
    quantile: Value[float] = Value("quantile", lambda: DEFAULT_QUANTILE)
    """The prior's mass below the manifold's first node."""
    view: Value[MapView] = Value("map view", MapView)
    view_revision: Value[int] = Value("view revision", first_revision)
    """Raised whenever Python sets the view."""
    framed: Value[str] = Value("framed run", lambda: "")
    """The id of the run whose map the view's frame is of."""

    def begin(self) -> tuple[str, ...]:
        """Set the defaults and follow the URL if it is news. Returns the notices that the URL deserves."""
        self.set_defaults()
        notices = ()
        if asked := url.news("run", "z1", "z2", "layer", "n", "q", "view", "hidden"):
            link = ExploreLink.parse(asked)
            self.run, self.layer, notices = link.run or DEFAULT_RUN, link.layer, link.notices
            self.side, self.quantile = link.side, link.quantile
            self.move(link.z)
            self.look(link.view)
            self.framed = self.run
        self.target = self.pinned  # the map may be a new one
        return notices

    def leave_gan(self) -> tuple[str, ...]:
        """Show the default run if a GAN is chosen, which has no map. Returns the notice that this deserves."""
        try:
            _ = open_run(self.run).vae_config
        except NoEncoder as error:
            self.run = DEFAULT_RUN
            return (f"{error} This is {DEFAULT_RUN}.",)
        except RunError:
            pass  # the page says so where it opens the run
        return ()

    def pin(self, z: Point | None, revision: int) -> None:
        """Pin z, or unpin with None, as the map did. A pin that was sent under an older revision is ignored."""
        if revision == self.revision:
            self.pinned = z

    def move(self, z: Point | None) -> None:
        """Pin z, or unpin with None, from Python. Raising the revision makes the browser adopt it.

        `target` stays as it is while the map pins by itself, so that nothing is sent back to it.
        """
        self.pinned = self.target = z
        self.revision += 1

    def look(self, view: MapView) -> None:
        """Show this part of the map and these classes, from Python. Raising the revision makes the browser adopt it."""
        self.view = view
        self.view_revision += 1

    def see(self, view: MapView, revision: int) -> None:
        """Take over what the map shows. A view that was sent under an older revision is ignored."""
        if revision == self.view_revision:
            self.view = view

    def begin_map(self, run_id: str) -> None:
        """This run's map is drawn: all of it, if the frame is of another run's."""
        if self.framed != run_id:
            self.view, self.framed = replace(self.view, frame=None), run_id

    def show(self, run_id: str) -> None:
        """Let the explorer show this run, with nothing pinned on it."""
        self.run = run_id
        self.move(None)

    def reset(self) -> None:
        """Unpin, and restore the lattice and the map's view."""
        self.move(None)
        self.look(WHOLE_MAP)
        self.side, self.quantile = DEFAULT_SIDE, DEFAULT_QUANTILE

    def write_link(self) -> None:
        """Let the URL say what is shown, for whoever copies it."""
        url.write(link_to(self.run, self.pinned, self.layer, self.side, self.quantile, self.view))
