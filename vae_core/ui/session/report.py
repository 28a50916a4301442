"""What the report shows, and its link: ?run=<id>&digit=<number>."""

from vae_core.ui.session import explore, url
from vae_core.ui.session.explore import ExploreState
from vae_core.ui.session.state import State, Value
from vae_core.ui.session.url import parse_digit, parse_run


class ReportState(State):
    """The report's part of a visitor's session. Its run is the explorer's."""

    run: Value[str] = ExploreState.run
    digit: Value[int | None] = Value("digit", lambda: None)
    """The number of the test digit that is looked at; None: the one that is drawn worst, once the report knows it."""
    order: Value[str] = Value("hard digits order", lambda: "drawn")
    """The name of the order of the hard digits."""
    of_class: Value[int | None] = Value("hard digits class", lambda: None)
    """The class that the hard digits are of; None: of any."""
    taken_for: Value[int | None] = Value("hard digits taken for", lambda: None)
    """The class that they are taken for; None: any."""
    cancelled: Value[str] = Value("cancelled report", str)
    """The digest of the network whose report the visitor does not want to wait for."""
    notices: Value[tuple[str, ...]] = Value("report link notices", tuple)
    """What could not be done as was asked. They stay until the report is there: the page runs anew by then."""

    def begin(self, digits: int) -> None:
        """Set the defaults and follow the URL if it is news. What is pinned in the explorer stays pinned.

        digits: how many test digits any run is shown on.
        """
        self.set_defaults()
        if asked := url.news("run", "digit"):
            run, self.notices = parse_run(asked["run"]) if "run" in asked else (None, ())
            self.run = run or explore.DEFAULT_RUN
            if "digit" in asked:
                self.digit, notices = parse_digit(asked["digit"], digits)
                self.notices += notices

    def keep_within(self, digits: int) -> None:
        """Look at another digit if the one looked at is not among so many, which deserves a notice."""
        if self.digit is not None and self.digit >= digits:
            notice = f"This run is shown on {digits:,} digits, and there is no digit {self.digit}."
            self.notices, self.digit = (*self.notices, notice), None

    def write_link(self) -> None:
        """Let the URL say which run the report is on, and which digit is looked at, once the report is there."""
        self.notices = ()
        url.write({"run": self.run} | ({} if self.digit is None else {"digit": str(self.digit)}))
