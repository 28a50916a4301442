"""What is compared, two runs and a digit that is pinned in both, and its link: ?left=<id>&right=<id>&digit=<number>.

Invariant: the two runs are different ones. Who chooses the other side's run swaps the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vae_core.runs.run import Run
from vae_core.ui.session import url
from vae_core.ui.session.explore import first_revision
from vae_core.ui.session.state import State, Value
from vae_core.ui.session.url import parse_digit, parse_run

LEFT, RIGHT = "left", "right"
"""The sides: keys of their pickers, and parameters of the link."""

_SERIES = "beta-"
"""What the ids of the shipped runs begin with that differ in beta alone."""


@dataclass(frozen=True)
class CompareLink:
    """What a URL asks for, and one sentence for each thing in it that was refused."""

    left: str | None
    right: str | None
    digit: int | None
    notices: tuple[str, ...]

    @classmethod
    def parse(cls, parameters: Mapping[str, str], digits: int) -> "CompareLink":
        """Never raises. digits: how many test digits there are."""
        runs, digit, notices = {}, None, []
        for side in (LEFT, RIGHT):
            runs[side], refused = parse_run(parameters[side]) if side in parameters else (None, ())
            notices += refused
        if runs[LEFT] and runs[LEFT] == runs[RIGHT]:
            notices.append(f"The link's right run is not used: expected another than the left one, {runs[LEFT]}.")
            runs[RIGHT] = None
        if (text := parameters.get("digit")) is not None:
            digit, refused = parse_digit(text, digits)
            notices += refused
        return cls(runs[LEFT], runs[RIGHT], digit, tuple(notices))


def default_pair(runs: Sequence[Run]) -> tuple[str, str]:
    """The shipped runs of the least and of the greatest beta; without two of them, the first two runs."""
    series = [run for run in runs if run.shipped and run.id.startswith(_SERIES)]
    series.sort(key=lambda run: run.vae_config.beta)
    chosen = series if len(series) > 1 else runs[:2]
    return chosen[0].id, chosen[-1].id


def completed(left: str | None, right: str | None, default: tuple[str, str]) -> tuple[str, str]:
    """The pair, with what is missing or there twice filled in from the default pair."""
    right = None if left == right else right
    left = left or next(run for run in default if run != right)
    return left, right or next(run for run in reversed(default) if run != left)


class CompareState(State):
    """The comparison's part of a visitor's session."""

    left: Value[str | None] = Value(LEFT, lambda: None)
    right: Value[str | None] = Value(RIGHT, lambda: None)
    """The ids of the two runs, as the pickers have them."""
    pair: Value[tuple[str, str]] = Value("pair", lambda: ("", ""))
    """The same as they were when the page ran last."""
    digit: Value[int | None] = Value("pinned digit", lambda: None)
    """The number of the pinned test digit."""
    revision: Value[int] = Value("revision of the pair", first_revision)
    """Raised whenever Python moves the pin."""
    term: Value[str] = Value("term", lambda: "-ELBO")
    """The term of the loss that is drawn."""
    measured: Value[set[str]] = Value("reports asked for", set)
    """The digests of the networks whose reports were asked for."""

    def begin(self, runs: Sequence[Run], digits: int) -> tuple[str, ...]:
        """Set what is compared, and follow the URL if it is news. Returns the notices that the visitor deserves.

        runs: at least two, those that are offered; digits: how many test digits any run is shown on.
        """
        self.set_defaults()
        notices = []
        if asked := url.news(LEFT, RIGHT, "digit"):
            link = CompareLink.parse(asked, digits)
            notices += link.notices
            self.left, self.right = link.left, link.right
            self.move(link.digit)
        offered = {run.id for run in runs}
        sides = []
        for run_id in (self.left, self.right):
            if run_id and run_id not in offered:
                notices.append(f"The run {run_id} is gone, damaged, or in training: another takes its place.")
                run_id = None
            sides.append(run_id)
        self.pair = completed(sides[0], sides[1], default_pair(runs))
        if (self.left, self.right) != self.pair:
            self.left, self.right = self.pair
        return tuple(notices)

    def choose(self, side: str) -> None:
        """A picker has changed: if it now shows the other side's run, that side takes what this one had."""
        if self.left == self.right:
            if side == LEFT:
                self.right = self.pair[0]
            else:
                self.left = self.pair[1]

    def swap(self) -> None:
        """Left becomes right; the digit stays."""
        self.left, self.right = self.right, self.left

    def pin(self, digit: int | None) -> None:
        """Pin a digit, or unpin with None, as the maps did."""
        self.digit = digit

    def move(self, digit: int | None) -> None:
        """Pin a digit, or unpin with None, from Python. Raising the revision makes the browser adopt it."""
        self.pin(digit)
        self.revision += 1

    def keep_within(self, digits: int) -> tuple[str, ...]:
        """Unpin the digit if it is not among so many. Returns the notice that this deserves."""
        if self.digit is None or self.digit < digits:
            return ()
        absent = self.digit
        self.move(None)
        return (f"These runs are shown on {digits:,} digits, and there is no digit {absent}.",)

    def write_link(self) -> None:
        """Let the URL say what is compared, for whoever copies it."""
        pinned = {} if self.digit is None else {"digit": str(self.digit)}
        url.write({LEFT: self.pair[0], RIGHT: self.pair[1]} | pinned)
