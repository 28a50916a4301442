"""Signals: what Ctrl-C and a termination do to a training: the first one cancels it, a second one ends the process."""

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def set_by_signals(event: threading.Event) -> Iterator[None]:
    """In this context, the first SIGINT (Ctrl-C) or SIGTERM sets the event; a second one has its usual effect."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def heed(number: int, frame: object) -> None:
        event.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, heed)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
