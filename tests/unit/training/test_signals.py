"""The first Ctrl-C or termination is a wish to stop; the second one has its usual effect."""

import signal
import threading
from collections.abc import Iterator

import pytest

from vae_core.training.signals import set_by_signals


@pytest.fixture(autouse=True)
def in_the_foreground() -> Iterator[None]:
    """A process that a shell starts in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_first_ctrl_c_sets_the_event_and_the_second_interrupts():
    event = threading.Event()
    with pytest.raises(KeyboardInterrupt), set_by_signals(event):
        signal.raise_signal(signal.SIGINT)
        assert event.is_set()
        signal.raise_signal(signal.SIGINT)


def test_afterwards_the_handlers_are_those_of_before():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with set_by_signals(threading.Event()):
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] != before
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
