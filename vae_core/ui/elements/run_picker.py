"""The run picker: which run a page shows, on which digits, how good it is, and what is wrong with the others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

from vae_core.data.digits import Digits
from vae_core.errors import RunDamaged, RunError
from vae_core.runs.catalog import list_runs, open_run
from vae_core.runs.record import Score
from vae_core.runs.run import Run
from vae_core.ui.elements.digits_on_show import digits_on_show
from vae_core.ui.elements.notices import damaged_runs, link_warnings, show_error
from vae_core.ui.elements.run_labels import lines
from vae_core.ui.elements.run_select import select_run
from vae_core.ui.resources.loaded_run import Loaded
from vae_core.ui.session import explore
from vae_core.ui.session.digits import digits
from vae_core.ui.session.explore import ExploreState

L = TypeVar("L", bound=Loaded)


@dataclass(frozen=True)
class RunPicker(Generic[L]):
    """The run that the visitor chose, with the digits at hand, and those that they may choose instead."""

    loaded: L
    _offered: dict[str, str]
    _scores: list[Score]
    _problems: list[str]

    @classmethod
    def open(cls, load: Callable[[Digits, Run], L], offers: Callable[[Run], bool]) -> "RunPicker[L]":
        """Read the visitor's run, or the default one if it is gone. Where it cannot be read, the page ends here and
        lets another one be chosen.

        load: reads a run for the page; offers: whether the page can show a run.
        """
        runs, problems = list_runs()
        offered = lines(filter(offers, runs), digits())
        state = ExploreState()
        run_id = state.run
        missing = run_id not in offered
        link_warnings(
            [f"The run {run_id} is gone, damaged, or in training. This is {explore.DEFAULT_RUN}."] if missing else []
        )
        if missing:
            run_id = explore.DEFAULT_RUN
        # Said anew each time: Streamlit takes the picker of another page for another one, which starts at its first
        # choice.
        state.run = run_id
        try:
            loaded = load(digits(), open_run(run_id))
        except RunError as error:
            _select(offered)
            show_error(error, "This run cannot be shown.")
            st.stop()
        try:
            scores = loaded.run.scores_on(loaded.digits)
            if not scores and (loaded.digits.are_mnist or loaded.digits.are_sample):
                scores = loaded.run.scores()
        except RunDamaged as error:
            scores = []
            problems.append(str(error))
        return cls(loaded, offered, scores, problems)

    def draw(self) -> None:
        """Draw the picker. In a fragment, another choice has all of the page run anew."""
        if _select(self._offered) != self.loaded.run.id:
            st.rerun()

    def describe(self) -> None:
        """Say what is on show."""
        digits_on_show(self.loaded.digits, [self.loaded.run], self._scores)
        damaged_runs(self._problems)


def _select(offered: dict[str, str]) -> str:
    return select_run(offered, ExploreState.run.key, width=220)
