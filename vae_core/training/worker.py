"""The worker: a process that trains one run, from its wait in the queue to its results.

It shares only the run's directory with other processes. The training loop (loop.py) writes the history, snapshots and
checkpoints there; the worker writes progress.jsonl and the results, and reads the requests of pages (jobs/control.py).
It holds the run's lock as long as it lives.

Invariants: however the process ends, the run can be read, and either has its results or can be resumed from its last
checkpoint. TensorFlow, which takes seconds and hundreds of megabytes, is only imported once the worker has a slot.
"""

import contextlib
import dataclasses
import logging
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vae_core.data.digits import Digits, split
from vae_core.data.sources import leaving_out
from vae_core.errors import RunBusy, RunNotWritable, TrainingFailed, VaeError
from vae_core.evaluation.scores import score_elbo
from vae_core.gan_config import GanConfig
from vae_core.jobs import control
from vae_core.jobs.queue import wait_for_slot
from vae_core.kinds import AnyConfig
from vae_core.likelihood.elbo import SAMPLES
from vae_core.networks.network import Network
from vae_core.runs import checkpoint, liveness, progress, snapshots, store
from vae_core.runs.checkpoint import Checkpoint
from vae_core.runs.locks import Hold, holding
from vae_core.runs.progress import Journal
from vae_core.runs.record import Record, Score
from vae_core.runs.run import Run, read_run
from vae_core.training.failures import reason_for
from vae_core.training.heartbeat import Heartbeat
from vae_core.training.loop import TrainingLoop
from vae_core.training.signals import set_by_signals

if TYPE_CHECKING:
    from vae_core.training.stepper import Stepper

_log = logging.getLogger(__name__)

_QUICK_SAMPLES = 1  # of z for each digit in the scores of a cancelled run, so that cancelling is quick

Listener = Callable[[str, dict[str, float | str]], None]
"""Called with each event of a training and its values, as in progress.jsonl."""


def train(run: Run, digits: Digits, listen: Listener = lambda event, values: None, queue: int | None = None) -> Run:
    """Train a run that was begun, cancelled or failed, from its last checkpoint on. Returns it, done or cancelled.

    queue: how many trainings may run at once in the runs' directory: wait until there are fewer. None: do not wait.
    Raises RunBusy if another worker trains the run; DataError if `digits` are not those it was begun on; RunDamaged,
    RunNotWritable, TrainingDiverged or TrainingFailed, which are recorded in the run too. If only writing the results
    fails, on a full disk, the run is stored in the system's temporary folder.
    """
    with holding(run) as hold:
        run = read_run(run.directory)  # again: another worker may have changed it meanwhile
        _check_no_worker_lives(run)
        try:
            digits = leaving_out(digits, run.record.dataset.left_out)
            worker = _Worker(store.reopen(run, digits), digits, hold, listen)
        except VaeError as error:
            if run.record.status == "running":
                with contextlib.suppress(VaeError):
                    store.fail(run, str(error))
            raise
        with worker.heartbeat.beating(), set_by_signals(worker.signalled):
            try:
                return worker.work(queue)
            except Exception as error:
                reason = str(error) if isinstance(error, VaeError) else reason_for(error, run.directory)
                worker.fail(reason)
                if isinstance(error, VaeError):
                    raise
                raise TrainingFailed(reason) from error


def _check_no_worker_lives(run: Run) -> None:
    """Raises RunBusy if the run gives signs of life though its lock is free: the lock's file may have been removed."""
    if run.record.status != "running" or progress.read(run.directory).phase in ("created", "resumed", "failed"):
        return
    if liveness.lives(run.directory):
        seconds = liveness.LIFE_SECONDS
        raise RunBusy(
            f"{run.name} seems to be in training: it gave a sign of life less than {seconds:.0f} s ago. "
            f"If its worker was killed, try again in {seconds:.0f} s."
        )


def _trainer(config: AnyConfig, images: np.ndarray, checkpoint: Checkpoint) -> "Stepper":
    """The trainer for this kind of model. Imports TensorFlow."""
    if isinstance(config, GanConfig):
        from vae_core.training.gan_trainer import GanTrainer

        return GanTrainer(config, images, checkpoint)
    from vae_core.training.trainer import Trainer

    return Trainer(config, images, checkpoint)


class _Worker:
    """The training of one run by this process."""

    def __init__(self, run: Run, digits: Digits, hold: Hold, listen: Listener):
        self.run, self.digits, self.listen = run, digits, listen
        store.tidy(run, "**/.part-*")  # incomplete files of a worker that was killed
        with contextlib.suppress(OSError):  # on a full disk, the signs of life alone tell that it lives
            liveness.sign(run.directory)
        self.journal = Journal(run.directory)
        self.loop = TrainingLoop(run, digits.test_images, self.report)
        self.signalled = threading.Event()
        self.heartbeat = Heartbeat(self.journal, hold, self.stopped, self.cancelled)

    def report(self, event: str, **values: float | str) -> None:
        """Write an event to progress.jsonl and pass it to the listener. Raises OSError if it cannot be written."""
        self.journal.write(event, **values)
        with contextlib.suppress(OSError):  # whoever listened has gone, or has no room: the training goes on
            self.listen(event, values)

    def stopped(self) -> bool:
        """Whether the training was asked to stop, by a signal or by a page."""
        return self.signalled.is_set() or control.asked_to_stop(self.run)

    # --- From the queue to the last step

    def work(self, queue: int | None) -> Run:
        """Wait for a slot, unless queue is None, and train. Returns the run, done or cancelled."""
        if queue is None:
            return self.train()
        slot = wait_for_slot(self.run, queue, self.stopped, lambda place: self.report("queued", place=place))
        if slot is None:
            return self.cancelled()
        with slot:
            self.heartbeat.allow_interruption(True)
            return self.train()

    def train(self) -> Run:
        """Take the gradient steps. Returns the run, done or cancelled."""
        self.report("starting")
        loop, config = self.loop, self.run.record.config
        images, held_out = split(self.digits.train_images, config.validation, config.seed)
        trainer = _trainer(config, images, loop.checkpoint)
        del images  # the trainer has a copy
        loop.start_clock()
        self.report("compiling", device=trainer.device)
        trainer.compile()
        self.heartbeat.allow_interruption(False)
        loop.take(trainer, held_out, self.stopped)
        if trainer.step == self.run.record.steps:
            return self.done()
        store.save(self.run, loop.checkpoint)
        return self.cancelled()

    # --- The ends

    def done(self) -> Run:
        """Score the network and store the results. Returns the run, done."""
        with contextlib.suppress(OSError):  # on a full disk, the results can still be stored elsewhere
            store.save(self.run, self.loop.checkpoint)
            self.report("scoring")
        network, rows = self.loop.checkpoint.network, self.loop.rows
        scores = self.scores()
        record = self.record("done", "")
        try:
            run = store.complete(self.run, record, network, rows, scores)
        except RunNotWritable as error:
            fallback = Path(tempfile.gettempdir()) / "vae-latent-explorer-runs"
            run = store.put(fallback, record, network, rows, scores)
            self.fail(f"{error} The trained run is kept in {run.directory}; move that folder once there is room.")
            _log.warning("%s The run is kept in %s; move its folder once there is room.", error, run.directory)
            return run
        store.tidy(run, checkpoint.NAME)
        return self.end(run)

    def cancelled(self) -> Run:
        """Store the weights so far with quick scores; the checkpoint stays. Returns the run, cancelled."""
        step, record, network = self.loop.checkpoint.step, self.run.record, self.loop.checkpoint.network
        scores = self.scores(_QUICK_SAMPLES) if step else []
        reason = f"cancelled at {record.moment(step)}"
        record = self.record("cancelled", reason)
        return self.end(store.complete(self.run, record, network, self.loop.rows, scores))

    def scores(self, samples: int = SAMPLES) -> list[Score]:
        """The scores of the last checkpoint on the test digits; none of a GAN, whose -ELBO takes an encoder."""
        if not self.run.record.has_encoder:
            return []
        network = Network.from_tensors(self.loop.checkpoint.network, self.run.record.config.activation)
        return score_elbo(network, self.digits, samples)

    def record(self, status: str, reason: str) -> Record:
        """The run's record with another status and reason, and the training time so far."""
        seconds = round(self.loop.checkpoint.seconds, 1)
        return dataclasses.replace(self.run.record, status=status, reason=reason, seconds=seconds)

    def end(self, run: Run) -> Run:
        """Report the end, and remove the files that are only needed during a training. Returns the run."""
        with contextlib.suppress(OSError):
            self.report(run.record.status, **({"reason": run.record.reason} if run.record.reason else {}))
        store.tidy(run, snapshots.LIVE, liveness.WORKER)
        control.clear(run)
        return run

    def fail(self, reason: str) -> None:
        """Report that the training failed and why, as far as the disk allows. Its last checkpoint stays."""
        store.tidy(self.run, snapshots.LIVE, liveness.WORKER)  # on a full disk, this makes room for the reason
        control.clear(self.run)
        with contextlib.suppress(OSError):
            self.report("failed", reason=reason)
        with contextlib.suppress(VaeError):
            store.fail(self.run, reason)
