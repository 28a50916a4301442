"""What the Train page shows, and its link: ?watch=<id>."""

import math
from collections.abc import Callable, Collection

from vae_core.errors import VaeError
from vae_core.runs.run import Run
from vae_core.ui.session import url
from vae_core.ui.session.state import State, Value


class TrainState(State):
    """The Train page's part of a visitor's session."""

    recipe: Value[str] = Value("recipe", lambda: "fast")
    title: Value[str] = Value("title", lambda: "")
    """Of the run to come."""
    watched: Value[str | None] = Value("watch", lambda: None)
    """The id of the run that is watched."""
    started: Value[float] = Value("training started", lambda: -math.inf)
    """When a training was started last, in seconds of this process's clock."""
    error: Value[str | None] = Value("training error", lambda: None)
    """Why what was asked for last could not be done."""

    def begin(self, known: Collection[str]) -> tuple[str, ...]:
        """Choose the run to watch: the URL's if it is news, else the same as before, else the first that is known.

        known: ids of runs. Returns the notices that the URL deserves.
        """
        notices = ()
        if asked := url.news("watch"):
            if asked["watch"] in known:
                self.watched = asked["watch"]
            else:
                notices = (f"The link's run is not used: no run is called {asked['watch'][:80]!r}.",)
        if self.watched not in known:
            self.watched = next(iter(known))
        return notices

    def attempt(self, action: Callable[[], Run | None]) -> None:
        """Do something to a run and watch the run that it returns, or keep why it cannot be done."""
        try:
            if run := action():
                self.watched = run.id
        except VaeError as error:
            self.error = str(error)

    def write_link(self) -> None:
        """Let the URL say which run is watched."""
        if self.watched:
            url.write({"watch": self.watched})
