"""A GAN that is trained a step at a time while a visitor looks, in a process of its own.

The process gets the names of networks to train, a line each, and answers with pickles: at first that it is ready, then
a step after each line, or an error. It ends by itself when nobody asked for a minute, and with the one that started it.
"""

import contextlib
import queue
import subprocess
import threading
import weakref

from vae_core.errors import ComputationFailed, TrainingOff, VaeError
from vae_core.jobs.queue import slots
from vae_core.runs.recording import NetworkName
from vae_core.storage import processes

IDLE_SECONDS = 60.0
"""A process that was not asked for a step for so long ends."""

WORKER = "vae_core.training.step_worker"

Message = bytes | VaeError
"""READY; a step, as `runs.recording.Steps.for_browser` has it, in the safetensors format; or why there is none."""
READY = b""


class Stepping:
    """A training that takes steps on request. It is usable once it is `ready`, for as long as it is `alive`."""

    def __init__(self) -> None:
        """Start it. Raises TrainingOff where nothing is trained, or too many are at it; ComputationFailed."""
        most = slots()
        with _lock:
            if sum(one.alive for one in _begun) >= most:
                raise TrainingOff(
                    f"Others are training step by step at present, and this server has room for {most} at once. Such a "
                    "training ends after a minute without a step: try again then."
                )
            try:
                self._process = processes.start(
                    WORKER, str(IDLE_SECONDS), stdin=subprocess.PIPE, stdout=subprocess.PIPE, own_session=True
                )
            except OSError as error:
                raise ComputationFailed(f"The training cannot be started ({error.strerror}).") from error
            _begun.add(self)
            weakref.finalize(self, _end, self._process)  # with the session that holds it, at the latest with the app
        assert self._process.stdout
        self._received: queue.Queue[Message | None] = processes.pickles_from(self._process.stdout)
        self.ready = False

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def wait(self, seconds: float) -> bool:
        """Whether it is ready within so many seconds. Raises as `take` does."""
        if not self.ready:
            self.ready = self._answer(seconds) == READY
        return self.ready

    def take(self, network: NetworkName, seconds: float = 10.0) -> bytes:
        """Train this network for a step, and return that step. It has to be ready.

        Raises ComputationFailed if the process has ended or does not answer in time; it is of no use then.
        """
        assert self._process.stdin
        with contextlib.suppress(OSError, ValueError):  # if it has ended, its status is told below
            self._process.stdin.write(f"{network}\n".encode())
            self._process.stdin.flush()
        if step := self._answer(seconds):
            return step
        self.end()
        raise ComputationFailed("The training does not answer, and was ended. Start it again.")

    def check(self) -> None:
        """Raises ComputationFailed if it has ended."""
        if not self.alive:
            self._answer(seconds=1.0)  # the end of what it has said

    def end(self) -> None:
        _end(self._process)

    def _answer(self, seconds: float) -> bytes | None:
        """Its next message; None if there is none within so many seconds."""
        try:
            message = self._received.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(message, VaeError):
            self.end()
            raise message
        if message is None:
            self._received.put(None)  # for whoever asks again
            status = self._process.wait()
            if status == 0:
                raise ComputationFailed("The training ended by itself, after a minute without a step. Start it again.")
            raise ComputationFailed(f"The training {processes.how_it_ended(status)}. Start it again.")
        return message


_lock = threading.Lock()
_begun: "weakref.WeakSet[Stepping]" = weakref.WeakSet()


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    with contextlib.suppress(OSError):  # what was not sent yet
        process.stdin.close()
    process.kill()
    process.wait()
