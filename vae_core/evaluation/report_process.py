"""A report that is measured in a process of its own, which can be ended at any moment.

What it takes is no page's: it has its own memory, a lower priority, and ends with the process that started it. The two
exchange pickles, over the standard input and output of the child: the model, the digits and the number of samples;
then, one after the other, pairs of the share that is done and what is being computed; at last the report, or the error.
"""

import contextlib
import os
import pickle
import queue
import subprocess
import sys

from vae_core.data.digits import Digits
from vae_core.errors import ComputationFailed, VaeError, one_line
from vae_core.evaluation import samples
from vae_core.evaluation.measurement import OnProgress
from vae_core.evaluation.report import Report
from vae_core.networks.network import Model
from vae_core.storage import processes

_POLL_SECONDS = 0.5
_NICENESS = 10

_Message = tuple[float, str] | Report | VaeError


def measure(model: Model, digits: Digits, on_progress: OnProgress) -> Report:
    """Measure a report as `Report.measure` does.

    on_progress is called at least twice a second. If it raises an exception, the process is ended. Raises as
    `Report.measure` does, and ComputationFailed if the process cannot be started, fails or is killed.
    """
    try:
        process = processes.start(__name__, stdin=subprocess.PIPE, stdout=subprocess.PIPE, own_session=True)
    except OSError as error:
        raise ComputationFailed(f"No process can be started to measure the report ({error.strerror}).") from error
    assert process.stdin
    assert process.stdout
    received: queue.Queue[_Message | None] = processes.pickles_from(process.stdout)
    try:
        with contextlib.suppress(BrokenPipeError), process.stdin as pipe:  # if it died, its status is told below
            pickle.dump((model, digits, samples.SAMPLES), pipe)
        last = 0.0, "Starting"
        while True:
            with contextlib.suppress(queue.Empty):
                message = received.get(timeout=_POLL_SECONDS)
                if isinstance(message, Report):
                    return message
                if isinstance(message, VaeError):
                    raise message
                if message is None:
                    ended = processes.how_it_ended(process.wait())
                    raise ComputationFailed(
                        f"The process that measured the report {ended}. Close other programs, try again."
                    )
                last = message
            on_progress(*last)
    finally:
        process.kill()
        process.wait()


def _main() -> None:
    """What the process does."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)  # pages come first
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # what a library may print is no message

    def send(message: _Message) -> None:
        pickle.dump(message, pipe)
        pipe.flush()

    model, digits, count = pickle.load(sys.stdin.buffer)
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more
        try:
            send(Report.measure(model, digits, lambda share, what: send((share, what)), count))
        except VaeError as error:
            send(error)
        except BrokenPipeError:
            raise
        except MemoryError:
            send(
                ComputationFailed("The memory did not suffice to measure the report. Close other programs, try again.")
            )
        except Exception as error:
            send(ComputationFailed(f"The report could not be computed ({type(error).__name__}: {one_line(error)})."))


if __name__ == "__main__":
    _main()
