"""What the page on GANs shows, and its link: ?view=<part>; of the two steps &step=<number>; of the other parts &run=<id
of a GAN>&layer=<name>&z1=<float>&z2=<float>, and beside a VAE &vae=<id>&digit=<number>.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vae_core.errors import LatentPointError, RunError, RunNotFound
from vae_core.kinds import GAN
from vae_core.latent.points import Point, as_point
from vae_core.runs.catalog import open_run
from vae_core.runs.run import Run
from vae_core.ui.resources.drawing_layers import DRAWING_LAYERS, JUDGED
from vae_core.ui.session import explore, url
from vae_core.ui.session.explore import first_revision
from vae_core.ui.session.state import State, Value
from vae_core.ui.session.url import parse_digit

STEPS, LEARNED, BESIDE = "steps", "learned", "beside"
VIEWS = {STEPS: "The two steps", LEARNED: "What it has learned", BESIDE: "Beside a VAE"}
"""The parts of the page, by name."""

DEFAULT_RUN = "gan"

MOST_STEPS = 100_000
"""A link to the two steps may ask for so many; a shorter recording is then shown at its end."""


@dataclass(frozen=True)
class GanLink:
    """What a URL asks for, and one sentence for each thing in it that was refused."""

    view: str
    run: str | None
    vae: str | None
    layer: str
    z: Point | None
    digit: int | None
    step: int
    notices: tuple[str, ...]

    @classmethod
    def parse(cls, parameters: Mapping[str, str], digits: int) -> "GanLink":
        """Never raises. digits: how many test digits there are."""
        notices: list[str] = []
        view, layer, z, digit = parameters.get("view", STEPS), parameters.get("layer", JUDGED), None, None
        if view not in VIEWS:
            notices.append(f"The link's part is not used: expected {', '.join(VIEWS)}; found {view[:40]!r}.")
            view = STEPS
        if layer not in DRAWING_LAYERS:
            notices.append(f"The link's layer is not used: no layer is called {layer[:40]!r}.")
            layer = JUDGED
        runs = {}
        for name, is_gan in (("run", True), ("vae", False)):
            try:
                runs[name] = _trained(parameters[name], is_gan) if name in parameters else None
            except RunError as error:
                notices.append(f"The link's run is not used: {error}")
                runs[name] = None
        if "z1" in parameters or "z2" in parameters:
            try:
                z = as_point(parameters.get("z1", 0.0), parameters.get("z2", 0.0))
            except LatentPointError as error:
                notices.append(f"The link's point is not used: {error}")
        if "digit" in parameters:
            digit, refused = parse_digit(parameters["digit"], digits)
            notices += refused
        step, text = 0, parameters.get("step", "0")
        if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= MOST_STEPS:
            step = int(text)
        else:
            notices.append(f"The link's step is not used: expected a whole number from 0; found {text[:40]!r}.")
        return cls(view, runs["run"], runs["vae"], layer, z, digit, step, tuple(notices))


def _trained(run_id: str, is_gan: bool) -> str:
    """The id of a run of this kind that is not being trained. Raises RunError."""
    run = open_run(run_id)
    if (run.record.kind == GAN) != is_gan:
        raise RunNotFound(f"{run.name} is {'a VAE, not a GAN' if is_gan else 'a GAN, not a VAE'}.")
    if run.record.status == "running":
        raise RunNotFound(f"The run {run_id!r} is still in training.")
    return run.id


class GanState(State):
    """The page's part of a visitor's session."""

    view: Value[str] = Value("gan view", lambda: STEPS)
    run: Value[str] = Value("gan run", lambda: DEFAULT_RUN)
    """The id of the GAN."""
    vae: Value[str] = Value("gan vae", lambda: explore.DEFAULT_RUN)
    """The id of the VAE beside it."""
    layer: Value[str] = Value("gan layer", lambda: JUDGED)
    pinned: Value[Point | None] = Value("gan pinned", lambda: None)
    target: Value[Point | None] = Value("gan target", lambda: None)
    """Where the maps put the pin when `revision` has been raised."""
    revision: Value[int] = Value("gan revision", first_revision)
    """Raised whenever Python moves the pin."""
    digit: Value[int | None] = Value("gan digit", lambda: None)
    """The number of the digit that both models are to draw; None: none yet."""
    step: Value[int] = Value("gan step", int)
    """How many of the recording's steps are taken."""
    target_step: Value[int] = Value("gan target step", int)
    """The one to show when `revision` has been raised, or the component is a new one."""

    def begin(self, digits: int) -> tuple[str, ...]:
        """Set the defaults and follow the URL if it is news. Returns the notices that the URL deserves."""
        self.set_defaults()
        notices = ()
        if asked := url.news("view", "run", "vae", "layer", "z1", "z2", "digit", "step"):
            link = GanLink.parse(asked, digits)
            self.view, self.layer, self.digit, notices = link.view, link.layer, link.digit, link.notices
            self.step = link.step
            self.run, self.vae = link.run or DEFAULT_RUN, link.vae or explore.DEFAULT_RUN
            self.move(link.z)
        self.target, self.target_step = self.pinned, self.step  # the components may be new ones
        return notices

    def keep_among(self, gans: Mapping[str, Run], vaes: Mapping[str, Run]) -> tuple[str, ...]:
        """Choose others for runs that are gone. Returns the notices that this deserves."""
        notices = []
        for value, offered, default in ((GanState.run, gans, DEFAULT_RUN), (GanState.vae, vaes, explore.DEFAULT_RUN)):
            chosen = value.__get__(self, GanState)
            if offered and chosen not in offered:
                another = default if default in offered else next(iter(offered))
                value.__set__(self, another)
                notices.append(f"The run {chosen} is gone, damaged, or in training. This is {another}.")
        return tuple(notices)

    def pin(self, z: Point | None, revision: int) -> None:
        """Hold z, or let it go with None, as the maps did. What was sent under an older revision is ignored."""
        if revision == self.revision:
            self.pinned = z

    def move(self, z: Point | None) -> None:
        """Hold z from Python. Raising the revision makes the browser adopt it."""
        self.pinned = self.target = z
        self.revision += 1

    def write_link(self) -> None:
        """Let the URL say what is shown."""
        link = {"view": self.view}
        if self.view == STEPS and self.step:
            link |= {"step": str(self.step)}
        if self.view != STEPS:
            link |= {"run": self.run}
            link |= {"layer": self.layer} if self.layer != JUDGED else {}
            if self.pinned:
                link |= {name: f"{value:.4f}" for name, value in zip(("z1", "z2"), self.pinned, strict=True)}
        if self.view == BESIDE:
            link |= {"vae": self.vae} | ({} if self.digit is None else {"digit": str(self.digit)})
        url.write(link)
