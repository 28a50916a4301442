"""What a visitor's session keeps of the live training whose steps are taken one by one."""

from vae_core.jobs.stepping import Stepping
from vae_core.ui.session.state import State, Value


class TwoStepsState(State):
    process = Value[Stepping | None]("two-steps-process", lambda: None)
    """The training; it ends by itself when nobody asks it for a step, or when the session that holds it ends."""
    message = Value("two-steps-message", str)
    """Why there is none, if there was one or one was asked for."""
    training = Value("two-steps-training", int)
    """Counts the visitor's trainings."""
    taken = Value("two-steps-taken", int)
    """How many steps this one has taken."""
    step = Value[str | None]("two-steps-step", lambda: None)
    """The last of them: a file of tensors, base64."""
