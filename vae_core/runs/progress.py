"""progress.jsonl: the events of a training. Each line is a JSON object with "event", "time" and the event's values.

    created, resumed (step)             the training is asked for; its worker is not started yet
    queued (place)                      the worker waits for a slot; place 1 is the next
    starting, compiling (device)        TensorFlow is imported; the gradient step is compiled
    step (step, seconds, loss, ...)     often: mean losses since the last step event, in nats
    epoch, row (one row of the history) the end of an epoch, or of so many steps of a GAN: mean losses, in nats
    scoring                             the training is complete; the test digits are scored
    heartbeat                           the worker is alive, and has nothing new to report
    done, cancelled, failed (reason)    the end

Invariant: a line is written as a whole. A last line without a line break was cut off when the worker was killed, and is
ignored.
"""

import errno
import json
import math
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vae_core.runs import history
from vae_core.storage.files import raising_run_damaged, read_text

NAME = "progress.jsonl"
STEP_NUMBERS = ("step", "seconds", "loss", "reconstruction", "kl", "digits_per_second")
GAN_STEP_NUMBERS = (*history.GAN_COLUMNS, "digits_per_second")
_NUMBERS: dict[str, tuple[str, ...]] = {
    "created": (),
    "resumed": ("step",),
    "queued": ("place",),
    "starting": (),
    "compiling": (),
    "epoch": history.COLUMNS,
    "row": history.GAN_COLUMNS,
    "scoring": (),
    "heartbeat": (),
    "done": (),
    "cancelled": (),
    "failed": (),
}
"""For each event but "step", the numbers that its line must have besides "time". In JSON, null stands for NaN."""

_MOST_BYTES = 50_000_000


@dataclass
class Progress:
    """The state of a training, summed up from the lines so far."""

    phase: str = "created"
    """The last event other than a heartbeat; "training" instead of "step", "epoch" and "row"."""
    asked_time: float = 0.0
    """Time of the last "created" or "resumed", in seconds since 1970, by the clock of whoever asked."""
    place: int = 0
    """Place in the queue, 1 for the next; 0 if it was never queued."""
    device: str = ""
    """The name of the GPU, or the number of processor cores, that TensorFlow computes on."""
    reason: str = ""
    """Why the training was cancelled or failed; empty otherwise."""
    steps: list[dict[str, float]] = field(default_factory=list)
    """The numbers of each step event, STEP_NUMBERS or a GAN's. Those after the step from which a training was resumed
    are dropped, because it takes these steps again."""

    def take(self, event: dict[str, Any]) -> None:
        """Update the state with the next line's event, as `_parse` returns it."""
        name = event["event"]
        if name in ("step", "epoch", "row"):
            self.phase = "training"
        elif name != "heartbeat":
            self.phase = name
        if name in ("created", "resumed"):
            self.asked_time = event["time"]
        if name == "step":
            self.steps.append({key: event[key] for key in _numbers_of(event)})
        elif name == "resumed":
            self.steps = [step for step in self.steps if step["step"] <= event["step"]]
        elif name == "queued":
            self.place = int(event["place"])
        self.device = str(event.get("device", self.device))
        self.reason = str(event.get("reason", ""))


def read(directory: Path) -> Progress:
    """The progress of the run in this directory; Progress() if there is no file.

    Raises RunDamaged, which names the line that is wrong.
    """
    path, progress = directory / NAME, Progress()
    if not path.exists():
        return progress
    with raising_run_damaged(path):
        whole, _, _ = read_text(path, _MOST_BYTES).rpartition("\n")
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                progress.take(_parse(line))
            except (ValueError, TypeError, RecursionError) as error:
                raise ValueError(f"line {number}: {error}") from error
    return progress


def _numbers_of(event: dict[str, Any]) -> tuple[str, ...]:
    """The numbers that an event's line must have besides "time"."""
    if event["event"] == "step":
        return GAN_STEP_NUMBERS if "d_loss" in event else STEP_NUMBERS
    return _NUMBERS[event["event"]]


def _parse(line: str) -> dict[str, Any]:
    """The event of a line, with NaN for null. Raises ValueError if a number of the event is missing or not one."""
    event = json.loads(line)
    if not isinstance(event, dict) or event.get("event") not in (*_NUMBERS, "step"):
        raise ValueError(f"expected an object whose event is one of {', '.join((*_NUMBERS, 'step'))}")
    for name in ("time", *_numbers_of(event)):
        if name not in event:
            raise ValueError(f"the number {name!r} is missing")
        value = event[name]
        if value is None and name != "time":
            event[name] = math.nan
        elif not isinstance(value, (int, float)) or isinstance(value, bool) or not abs(value) <= sys.float_info.max:
            raise ValueError(f"{name}: expected a finite number or null, found {value!r}")
    return event


class Journal:
    """Appends lines to progress.jsonl; threads can share it. A last line that was cut off is removed at first."""

    def __init__(self, directory: Path):
        self.path = directory / NAME
        self.last_time = time.monotonic()
        """When the last line was written, by time.monotonic(), in seconds."""
        self._lock = threading.Lock()
        if self.path.exists():
            content = self.path.read_bytes()
            os.truncate(self.path, content.rfind(b"\n") + 1)

    def write(self, event: str, **values: float | str) -> None:
        """Append a line; NaN and infinity are written as null. Raises OSError, and leaves no part of the line then."""
        line = {"event": event, "time": round(time.time(), 3)}
        line |= {name: _rounded(value) for name, value in values.items()}
        content = json.dumps(line).encode() + b"\n"
        with self._lock, self.path.open("ab", buffering=0) as file:
            before = file.tell()
            if file.write(content) < len(content):  # on a nearly full disk, a part was written
                file.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self.last_time = time.monotonic()


def _rounded(value: float | str) -> float | str | None:
    """A float with 6 significant digits, None if it is not finite; other values unchanged."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else None
