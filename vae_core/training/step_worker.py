"""The process of `jobs/stepping`: it trains a GAN on the digits at hand, a step for each line that it reads."""

import contextlib
import os
import pickle
import queue
import sys
import threading
from typing import IO

from vae_core.data.sources import load_digits
from vae_core.errors import ComputationFailed, VaeError, one_line
from vae_core.jobs.stepping import READY, Message
from vae_core.recipes import STEP_BY_STEP
from vae_core.runs.recording import NETWORKS
from vae_core.storage.tensors import pack


def serve(lines: IO[str], answers: IO[bytes], idle_seconds: float) -> None:
    """Answer until the lines end, or none comes for so long."""
    asked: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read, args=(lines, asked), daemon=True).start()

    def send(message: Message) -> None:
        pickle.dump(message, answers)
        answers.flush()

    with contextlib.suppress(BrokenPipeError, queue.Empty):  # nobody listens, nobody asks
        try:
            from vae_core.training.step_recorder import StepRecorder  # starts TensorFlow

            images = load_digits().train_images
            recorder = StepRecorder(STEP_BY_STEP, images)
            recorder.compile()
            send(READY)
            while (network := asked.get(timeout=idle_seconds)) in NETWORKS:
                send(pack(recorder.take(network).for_browser(images)))
        except VaeError as error:
            send(error)
        except (BrokenPipeError, queue.Empty):
            raise
        except Exception as error:
            send(ComputationFailed(f"The training failed ({type(error).__name__}: {one_line(error)}). Start it again."))


def _read(lines: IO[str], asked: "queue.Queue[str]") -> None:
    """Pass on each line; an empty one at the end."""
    try:
        for line in lines:
            asked.put(line.strip())
    finally:
        asked.put("")


def _main() -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # what a library may print is no answer
    serve(sys.stdin, answers, float(sys.argv[1]))


if __name__ == "__main__":
    _main()
    os._exit(0)  # the thread that reads may wait for ever
