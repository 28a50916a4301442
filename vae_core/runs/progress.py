"""progress.jsonl: how far a training is, one JSON object a line, each with its event and its time.

    created, resumed (step)             by whoever asks for a training, before its worker starts
    queued (place)                      other trainings have all the slots; place 1 is next
    starting, compiling (device)        TensorFlow is imported; the gradient step is compiled
    step (step, seconds, loss, ...)     several times an epoch: means since the step event before, in nats
    epoch (one row of the history)      running means over the epoch
    scoring                             trained; the test digits are scored
    heartbeat                           nothing new, but alive
    done, cancelled, failed (reason)    the end

Invariant: a line is written in one piece, and a last line without its end, which a killed worker leaves, is no line.
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
_NUMBERS: dict[str, tuple[str, ...]] = {
    "created": (),
    "resumed": ("step",),
    "queued": ("place",),
    "starting": (),
    "compiling": (),
    "step": STEP_NUMBERS,
    "epoch": history.COLUMNS,
    "scoring": (),
    "heartbeat": (),
    "done": (),
    "cancelled": (),
    "failed": (),
}
"""Of each event, the numbers it must have besides its time; null stands for NaN."""

_MOST_BYTES = 50_000_000


@dataclass
class Progress:
    """What the lines say, taken together: where the training stands."""

    phase: str = "created"
    """The last event that is no heartbeat; "training" for a step or an epoch."""
    asked_time: float = 0.0
    """When this training, or its latest part, was asked for: seconds since 1970."""
    last_time: float = 0.0
    """When the last line was written: seconds since 1970."""
    place: int = 0
    """In the queue."""
    device: str = ""
    """What TensorFlow computes on."""
    reason: str = ""
    """Why it ended early."""
    steps: list[dict[str, float]] = field(default_factory=list)
    """The step events, of STEP_NUMBERS each; those that a resumed training takes again are left out."""

    def take(self, event: dict[str, Any]) -> None:
        """Take one more line into account."""
        name = event["event"]
        self.last_time = event["time"]
        if name in ("step", "epoch"):
            self.phase = "training"
        elif name != "heartbeat":
            self.phase = name
        if name in ("created", "resumed"):
            self.asked_time = self.last_time
        if name == "step":
            self.steps.append({key: event[key] for key in STEP_NUMBERS})
        elif name == "resumed":
            self.steps = [step for step in self.steps if step["step"] <= event["step"]]
        elif name == "queued":
            self.place = int(event["place"])
        self.device = str(event.get("device", self.device))
        self.reason = str(event.get("reason", ""))


def read(directory: Path) -> Progress:
    """What a run's progress.jsonl says; nothing yet if there is none. Raises RunDamaged that names the line."""
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


def _parse(line: str) -> dict[str, Any]:
    event = json.loads(line)
    if not isinstance(event, dict) or event.get("event") not in _NUMBERS:
        raise ValueError(f"expected an object whose event is one of {', '.join(_NUMBERS)}")
    for name in ("time", *_NUMBERS[event["event"]]):
        if name not in event:
            raise ValueError(f"the number {name!r} is missing")
        value = event[name]
        if value is None and name != "time":
            event[name] = math.nan
        elif not isinstance(value, (int, float)) or isinstance(value, bool) or not abs(value) <= sys.float_info.max:
            raise ValueError(f"{name}: expected a finite number or null, found {value!r}")
    return event


class Journal:
    """The writing end, safe to share between threads. Opening it removes a last line that was cut off."""

    def __init__(self, directory: Path):
        self.path = directory / NAME
        self.last_time = time.monotonic()
        """When the last line was written, on this process's clock."""
        self._lock = threading.Lock()
        if self.path.exists():
            content = self.path.read_bytes()
            os.truncate(self.path, content.rfind(b"\n") + 1)

    def write(self, event: str, **values: float | str) -> None:
        """Append a line. Raises OSError."""
        line = {"event": event, "time": round(time.time(), 3)}
        line |= {name: _rounded(value) for name, value in values.items()}
        content = json.dumps(line).encode() + b"\n"
        with self._lock, self.path.open("ab", buffering=0) as file:
            before = file.tell()
            if file.write(content) < len(content):  # a disk that is nearly full takes a part
                file.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self.last_time = time.monotonic()


def _rounded(value: float | str) -> float | str | None:
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else None
