"""What a visitor's session keeps of the live training whose steps are taken one by one, and what is done with it."""

import base64
from typing import Any

from vae_core.errors import TrainingOff, VaeError
from vae_core.jobs import stepping
from vae_core.jobs.queue import slots
from vae_core.jobs.stepping import Stepping
from vae_core.runs.recording import NETWORKS
from vae_core.ui.session.digits import digits
from vae_core.ui.session.state import State, Value

_LOOK_SECONDS = 0.1


class TwoStepsState(State):
    process = Value[Stepping | None]("two-steps-process", lambda: None)
    """The training. It ends by itself when nobody asks it for a step, or when the session that holds it ends."""
    message = Value("two-steps-message", str)
    """Why there is none, if there was one or one was asked for."""
    training = Value("two-steps-training", int)
    """Counts the visitor's trainings."""
    taken = Value("two-steps-taken", int)
    """How many steps this one has taken."""
    step = Value[str | None]("two-steps-step", lambda: None)
    """The last of them: a file of tensors, base64."""
    answered = Value("two-steps-answered", int)
    """How many requests: a view does not hear of data that did not change."""

    def act(self, action: Any) -> None:
        """Do what the browser asks for: "start" a training, "look" how it is, or let one of NETWORKS learn."""
        self.answered += 1
        try:
            if self.process is None:
                if action == "start":
                    self.process, self.message, self.step = Stepping(), "", None
                    self.training, self.taken = self.training + 1, 0
            elif not self.process.ready:
                self.process.wait(_LOOK_SECONDS)
            elif action in NETWORKS:
                self.step = base64.b64encode(self.process.take(action)).decode()
                self.taken += 1
            else:
                self.process.check()
        except VaeError as error:
            self.process, self.message = None, str(error)

    def as_data(self) -> dict[str, Any]:
        """What the browser is told: see LiveData in live.js."""
        process, refused = self.process, ""
        try:
            slots()
        except TrainingOff as error:
            refused = str(error)
        return {
            "refused": refused,
            "state": "off" if process is None else "ready" if process.ready else "starting",
            "message": self.message,
            "training": self.training,
            "taken": self.taken,
            "answered": self.answered,
            "step": self.step,
            "digits": f"{len(digits().train_images):,} training digits ({digits().name})" if process else "",
            "idle_seconds": stepping.IDLE_SECONDS,
        }
