"""The first Ctrl-C or termination is a wish to stop; the second one has its usual effect."""

import signal
import threading

import pytest

from vae_core.training.signals import set_by_signals


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
