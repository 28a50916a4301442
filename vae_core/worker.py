"""A worker: the process that trains one run, from its place in the queue to its results.

The run's directory is all that it shares with others. It writes progress.jsonl, snapshots, a checkpoint now and then,
and the results; it heeds the signs that pages put there (signs.py). While it lives it holds the run's lock.

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
from typing import TYPE_CHECKING

import numpy as np

from vae_core import checkpoint, likelihood, shelf, signs, slots, snapshots
from vae_core.checkpoint import Checkpoint
from vae_core.data import Digits, split
from vae_core.errors import RunNotWritable, TrainingFailed, VaeError, one_line
from vae_core.files import write
from vae_core.locks import holding
from vae_core.network import Network
from vae_core.progress import Journal
from vae_core.runs import HISTORY_COLUMNS, Run, read_run
from vae_core.snapshots import Snapshot

if TYPE_CHECKING:
    from vae_core.training import Trainer

_log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0
_LIVE_SECONDS = 0.5
_CHECKPOINT_SECONDS = 10.0
_TELLS_PER_EPOCH, _LEAST_PAUSE, _MOST_PAUSE = 20, 0.25, 1.0  # seconds between two step events
_QUICK = 1  # samples a digit for the scores of a cancelled run: nobody should have to wait for it

Listener = Callable[[str, dict[str, float | str]], None]


def train(run: Run, digits: Digits, listen: Listener = lambda event, facts: None, queue: int | None = None) -> Run:
    """Train a run that was begun, or go on with one that was stopped. Returns it as it is then: done or cancelled.

    listen is told what progress.jsonl is told. queue: wait until fewer trainings than these go on in the runs'
    directory; None: begin at once.
    Raises RunBusy if another worker has the run; RunDamaged, RunNotWritable, TrainingDiverged or TrainingFailed, and
    the run says so too. If only the end fails, on a full disk, the results are kept in the system's temporary folder.
    """
    with holding(run):
        run = read_run(run.directory)  # as it is now: another worker may have ended it
        try:
            worker = _Worker(shelf.reopen(run, digits), digits, listen)
        except VaeError as error:
            if run.record.status == "running":
                with contextlib.suppress(VaeError):
                    shelf.fail(run, str(error))
            raise
        with worker.heartbeat(), worker.heeding_signals():
            try:
                return worker.work(queue)
            except Exception as error:
                reason = str(error) if isinstance(error, VaeError) else _in_words(error, run.directory)
                worker.fail(reason)
                if isinstance(error, VaeError):
                    raise
                raise TrainingFailed(reason) from error


class _Worker:
    """One training's state besides the trainer's own."""

    def __init__(self, run: Run, digits: Digits, listen: Listener):
        self.run, self.digits, self.listen = run, digits, listen
        shelf.tidy(run, "**/.part-*")  # what a worker that was killed had not finished writing
        self.journal = Journal(run.directory)
        self.checkpoint = Checkpoint.read(run)
        """The last one, which a failed training goes back to."""
        self.history: list[shelf.Row] = []
        if epochs := self.checkpoint.step // run.record.steps_per_epoch:
            rows = run.history().head(epochs).to_dict("records")
            self.history = [{name: float(row[name]) for name in HISTORY_COLUMNS} for row in rows]
        self.signalled = threading.Event()
        self.interruptible = False
        """Whether the process may be ended from outside the training, which TensorFlow keeps from heeding any sign."""
        self.ending = threading.Lock()
        self.seconds_before = self.checkpoint.seconds
        self.began = time.monotonic()

    def tell(self, event: str, **facts: float | str) -> None:
        self.journal.tell(event, **facts)
        self.listen(event, facts)

    @property
    def seconds(self) -> float:
        """Training time, earlier sessions included."""
        return self.seconds_before + time.monotonic() - self.began

    def stopped(self) -> bool:
        return self.signalled.is_set() or signs.asked_to_stop(self.run)

    # --- From the queue to the results

    def work(self, queue: int | None) -> Run:
        with contextlib.ExitStack() as slot:
            if queue is not None:
                entered = slots.wait(self.run, queue, self.stopped, lambda place: self.tell("queued", place=place))
                if entered is None:
                    return self.cancelled()
                slot.callback(entered.release)
                self.interruptible = True
            self.tell("starting")
            from vae_core.training import Trainer  # seconds and hundreds of megabytes

            config = self.run.record.config
            images, held_out = split(self.digits.train_images, config.validation, config.seed)
            trainer = Trainer(config, images, self.checkpoint)
            del images  # it has its own
            self.began = time.monotonic()
            self.tell("compiling", device=trainer.device)
            trainer.compile()
            with self.ending:  # if it was stopped while it compiled, this is where the process ends
                self.interruptible = False
            self.go_through(trainer, held_out)
            self.checkpoint = trainer.checkpoint(self.seconds)
            if trainer.step == self.run.record.steps:
                return self.done()
            shelf.save(self.run, self.checkpoint)
            return self.cancelled()

    def go_through(self, trainer: "Trainer", held_out: np.ndarray) -> None:
        """Take all steps, or as many as there are before someone wants it to stop."""
        total = self.run.record.steps
        keep = [step for step in snapshots.steps_to_keep(total) if step > trainer.step]
        began = _Mark(trainer.sums, trainer.seen, time.monotonic())
        told = began if trainer.step % trainer.steps_per_epoch else _Mark(np.zeros(2), 0, began.at)
        looked = saved = epoch_began = time.monotonic()
        pause = _LEAST_PAUSE
        while trainer.step < total and not self.stopped():
            trainer.advance(keep[0])
            now = time.monotonic()
            ended = trainer.step % trainer.steps_per_epoch == 0
            if ended or now - told.at > pause:
                told = self.tell_step(trainer, told)
            if ended:
                self.tell_epoch(trainer, held_out)
                told = _Mark(np.zeros(2), 0, told.at)
                pause = min(_MOST_PAUSE, max(_LEAST_PAUSE, (now - epoch_began) / _TELLS_PER_EPOCH))
                epoch_began = now
            if trainer.step == keep[0]:
                snapshots.keep(self.run.directory, self.look(trainer))
                keep.pop(0)
            if now - looked > _LIVE_SECONDS and signs.looked_at(self.run):
                write(self.run.directory / snapshots.LIVE, self.look(trainer).to_bytes())
                looked = now
            if now - saved > _CHECKPOINT_SECONDS:
                self.checkpoint = trainer.checkpoint(self.seconds)
                shelf.save(self.run, self.checkpoint)
                saved = now

    def tell_step(self, trainer: "Trainer", since: "_Mark") -> "_Mark":
        """Tell the means since the last time, and return where the next ones begin."""
        now = _Mark(trainer.sums, trainer.seen, time.monotonic())
        reconstruction, kl = (now.sums - since.sums) / (now.seen - since.seen)
        self.tell(
            "step",
            step=trainer.step,
            seconds=self.seconds,
            loss=float(reconstruction + trainer.config.beta * kl),
            reconstruction=float(reconstruction),
            kl=float(kl),
            digits_per_second=(now.seen - since.seen) / (now.at - since.at),
        )
        return now

    def tell_epoch(self, trainer: "Trainer", held_out: np.ndarray) -> None:
        """Add a row to the history: means over the epoch, and the validation digits under the weights at its end."""
        beta = trainer.config.beta
        row: dict[str, float] = dict.fromkeys(HISTORY_COLUMNS, np.nan)
        row |= {"epoch": trainer.epoch, "seconds": round(self.seconds, 2)}
        row["reconstruction"], row["kl"] = (float(value) for value in trainer.sums / trainer.seen)
        if len(held_out):
            terms = likelihood.negative_elbo(Network.from_tensors(trainer.tensors()), held_out, samples=1)
            row["val_reconstruction"], row["val_kl"] = (float(term.mean()) for term in terms)
        for prefix in ("", "val_"):
            row[f"{prefix}loss"] = row[f"{prefix}reconstruction"] + beta * row[f"{prefix}kl"]
        self.history.append(row)
        shelf.write_history(self.run.directory, self.history)
        self.tell("epoch", **row)

    def look(self, trainer: "Trainer") -> Snapshot:
        return Snapshot.take(Network.from_tensors(trainer.tensors()), self.digits.test_images, trainer.step)

    # --- The ends

    def done(self) -> Run:
        with contextlib.suppress(OSError):  # a full disk must not cost the results
            shelf.save(self.run, self.checkpoint)
            self.tell("scoring")
        network = self.checkpoint.network
        scores = likelihood.score(Network.from_tensors(network), self.digits)
        seconds = round(self.checkpoint.seconds, 1)
        record = dataclasses.replace(self.run.record, status="done", reason="", seconds=seconds)
        try:
            run = shelf.complete(self.run, record, network, self.history, scores)
        except RunNotWritable as error:
            refuge = Path(tempfile.gettempdir()) / "vae-latent-explorer-runs"
            run = shelf.put(refuge, record, network, self.history, scores)
            self.fail(f"{error} The trained run is kept in {run.directory}; move that folder once there is room.")
            _log.warning("%s The run is kept in %s; move its folder once there is room.", error, run.directory)
            return run
        with contextlib.suppress(OSError):
            self.tell("done")
        shelf.tidy(run, checkpoint.NAME, snapshots.LIVE)
        signs.clear(run)
        return run

    def cancelled(self) -> Run:
        """Keep what was learned, and the checkpoint to resume from."""
        step, record = self.checkpoint.step, self.run.record
        network = self.checkpoint.network
        scores = likelihood.score(Network.from_tensors(network), self.digits, _QUICK) if step else []
        reason = f"cancelled at epoch {step / record.steps_per_epoch:.3g} of {record.config.epochs}"
        record = dataclasses.replace(
            record, status="cancelled", reason=reason, seconds=round(self.checkpoint.seconds, 1)
        )
        run = shelf.complete(self.run, record, network, self.history, scores)
        with contextlib.suppress(OSError):
            self.tell("cancelled", reason=reason)
        shelf.tidy(run, snapshots.LIVE)
        signs.clear(run)
        return run

    def fail(self, reason: str) -> None:
        """Say what happened as well as still can be, and go back to the last checkpoint."""
        shelf.tidy(self.run, snapshots.LIVE)  # on a full disk, room to write the reason in
        signs.clear(self.run)
        with contextlib.suppress(OSError):
            self.tell("failed", reason=reason)
        with contextlib.suppress(VaeError):
            shelf.fail(self.run, reason)

    # --- Signs of life, and signs to stop

    @contextlib.contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Tell now and then that this process lives, while TensorFlow keeps it from telling anything else."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(0.5):
                if time.monotonic() - self.journal.told > HEARTBEAT_SECONDS:
                    with contextlib.suppress(OSError):
                        self.journal.tell("heartbeat")
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


@dataclasses.dataclass(frozen=True)
class _Mark:
    """Where a training stood when it last told of its steps."""

    sums: np.ndarray
    seen: int
    at: float


def _in_words(error: Exception, directory: Path) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{directory} cannot be written ({error.strerror}). Make room there, then resume the training."
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "The memory did not suffice. Choose narrower layers or smaller batches."
    return f"The training failed ({type(error).__name__}: {one_line(error)})."
