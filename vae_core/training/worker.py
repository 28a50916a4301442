"""A worker: the process that trains one run, from its place in the queue to its results.

The run's directory is all that it shares with others. The training loop writes there what comes of its steps (loop.py);
the worker adds progress.jsonl and the results, and heeds what pages ask of it (jobs/control.py). It holds the
run's lock as long as it lives.

Invariant: whenever the process ends, and however, the run is readable and can be resumed from its last checkpoint, or
has its results. TensorFlow is not imported before the training's turn has come.
"""

import contextlib
import dataclasses
import logging
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from vae_core.data.digits import Digits, split
from vae_core.errors import RunNotWritable, TrainingFailed, VaeError, one_line
from vae_core.evaluation.scores import score_elbo
from vae_core.jobs import control
from vae_core.jobs.queue import wait_for_slot
from vae_core.networks.network import Network
from vae_core.runs import checkpoint, snapshots, store
from vae_core.runs.locks import holding
from vae_core.runs.progress import Journal
from vae_core.runs.record import Record
from vae_core.runs.run import Run, read_run
from vae_core.training.loop import TrainingLoop

_log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0
_QUICK = 1  # samples a digit for the scores of a cancelled run: nobody should have to wait for it

Listener = Callable[[str, dict[str, float | str]], None]


def train(run: Run, digits: Digits, listen: Listener = lambda event, values: None, queue: int | None = None) -> Run:
    """Train a run that was begun, or go on with one that was stopped. Returns it as it is then: done or cancelled.

    listen: called with each event and its values, as progress.jsonl has them; queue: wait until fewer trainings than
    these go on in the runs' directory; None: begin at once.
    Raises RunBusy if another worker has the run; RunDamaged, RunNotWritable, TrainingDiverged or TrainingFailed, and
    the run says so too. If only the end fails, on a full disk, the results are kept in the system's temporary folder.
    """
    with holding(run):
        run = read_run(run.directory)  # as it is now: another worker may have ended it
        try:
            worker = _Worker(store.reopen(run, digits), digits, listen)
        except VaeError as error:
            if run.record.status == "running":
                with contextlib.suppress(VaeError):
                    store.fail(run, str(error))
            raise
        with worker.heartbeat(), worker.heeding_signals():
            try:
                return worker.work(queue)
            except Exception as error:
                reason = str(error) if isinstance(error, VaeError) else _reason_for(error, run.directory)
                worker.fail(reason)
                if isinstance(error, VaeError):
                    raise
                raise TrainingFailed(reason) from error


class _Worker:
    """What one process does for one run."""

    def __init__(self, run: Run, digits: Digits, listen: Listener):
        self.run, self.digits, self.listen = run, digits, listen
        store.tidy(run, "**/.part-*")  # what a worker that was killed had not finished writing
        self.journal = Journal(run.directory)
        self.loop = TrainingLoop(run, digits.test_images, self.report)
        self.signalled = threading.Event()
        self.interruptible = False
        """Whether the heartbeat's thread may end the process: while TensorFlow is imported or compiles, the training
        itself cannot look whether to stop."""
        self.ending = threading.Lock()

    def report(self, event: str, **values: float | str) -> None:
        self.journal.write(event, **values)
        self.listen(event, values)

    def stopped(self) -> bool:
        return self.signalled.is_set() or control.asked_to_stop(self.run)

    # --- From the queue to the last step

    def work(self, queue: int | None) -> Run:
        if queue is None:
            return self.train()
        slot = wait_for_slot(self.run, queue, self.stopped, lambda place: self.report("queued", place=place))
        if slot is None:
            return self.cancelled()
        with slot:
            self.interruptible = True
            return self.train()

    def train(self) -> Run:
        self.report("starting")
        from vae_core.training.trainer import Trainer  # seconds and hundreds of megabytes

        loop, config = self.loop, self.run.record.config
        images, held_out = split(self.digits.train_images, config.validation, config.seed)
        trainer = Trainer(config, images, loop.checkpoint)
        del images  # it has its own
        loop.start_clock()
        self.report("compiling", device=trainer.device)
        trainer.compile()
        with self.ending:  # if it was stopped while it compiled, this is where the process ends
            self.interruptible = False
        loop.take(trainer, held_out, self.stopped)
        if trainer.step == self.run.record.steps:
            return self.done()
        store.save(self.run, loop.checkpoint)
        return self.cancelled()

    # --- The ends

    def done(self) -> Run:
        with contextlib.suppress(OSError):  # a full disk must not cost the results
            store.save(self.run, self.loop.checkpoint)
            self.report("scoring")
        network, epochs = self.loop.checkpoint.network, self.loop.epochs
        scores = score_elbo(self.network(), self.digits)
        record = self.record("done", "")
        try:
            run = store.complete(self.run, record, network, epochs, scores)
        except RunNotWritable as error:
            refuge = Path(tempfile.gettempdir()) / "vae-latent-explorer-runs"
            run = store.put(refuge, record, network, epochs, scores)
            self.fail(f"{error} The trained run is kept in {run.directory}; move that folder once there is room.")
            _log.warning("%s The run is kept in %s; move its folder once there is room.", error, run.directory)
            return run
        store.tidy(run, checkpoint.NAME)
        return self.end(run)

    def cancelled(self) -> Run:
        """Keep what was learned, and the checkpoint to resume from."""
        step, record, network = self.loop.checkpoint.step, self.run.record, self.loop.checkpoint.network
        scores = score_elbo(self.network(), self.digits, _QUICK) if step else []
        reason = f"cancelled at epoch {step / record.steps_per_epoch:.4g} of {record.config.epochs}"
        record = self.record("cancelled", reason)
        return self.end(store.complete(self.run, record, network, self.loop.epochs, scores))

    def network(self) -> Network:
        return Network.from_tensors(self.loop.checkpoint.network, self.run.record.config.activation)

    def record(self, status: str, reason: str) -> Record:
        seconds = round(self.loop.checkpoint.seconds, 1)
        return dataclasses.replace(self.run.record, status=status, reason=reason, seconds=seconds)

    def end(self, run: Run) -> Run:
        """Say that it has ended, and leave nothing that only a training needs."""
        with contextlib.suppress(OSError):
            self.report(run.record.status, **({"reason": run.record.reason} if run.record.reason else {}))
        store.tidy(run, snapshots.LIVE)
        control.clear(run)
        return run

    def fail(self, reason: str) -> None:
        """Say what happened as well as still can be, and go back to the last checkpoint."""
        store.tidy(self.run, snapshots.LIVE)  # on a full disk, room to write the reason in
        control.clear(self.run)
        with contextlib.suppress(OSError):
            self.report("failed", reason=reason)
        with contextlib.suppress(VaeError):
            store.fail(self.run, reason)

    # --- Heartbeats, and signals to stop

    @contextlib.contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Write a heartbeat every few seconds in which nothing else is written: TensorFlow may compile for long."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(0.5):
                if time.monotonic() - self.journal.last_time > HEARTBEAT_SECONDS:
                    with contextlib.suppress(OSError):
                        self.journal.write("heartbeat")
                with self.ending:
                    if self.interruptible and self.stopped():
                        self.cancelled()
                        os._exit(0)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    @contextlib.contextmanager
    def heeding_signals(self) -> Iterator[None]:
        """Ctrl-C and a termination stop the training as cancelling does; the second one ends the process as ever."""
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def heed(number: int, frame: object) -> None:
            self.signalled.set()
            signal.signal(number, before[signal.Signals(number)])

        for number in before:
            signal.signal(number, heed)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _reason_for(error: Exception, directory: Path) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{directory} cannot be written ({error.strerror}). Make room there, then resume the training."
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "The memory did not suffice. Choose narrower layers or smaller batches."
    return f"The training failed ({type(error).__name__}: {one_line(error)})."
