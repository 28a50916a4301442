"""A computation that several wait for: it goes on while one of them asks, and ends soon after nobody does."""

import threading
import time

import pytest

from vae_core.errors import ComputationFailed, DataError
from vae_core.ui.resources.computation import Computation, OnProgress

SECONDS = 30


def begun(compute, patience: float = SECONDS, slots: threading.Semaphore | None = None) -> Computation[str]:
    computation: Computation[str] = Computation(patience)
    computation.begin(compute, slots or threading.Semaphore())
    return computation


def test_a_result_is_there_once_it_is_computed():
    go_on, half_way = threading.Event(), threading.Event()

    def compute(on_progress: OnProgress) -> str:
        on_progress(0.5, "Half of it")
        half_way.set()
        assert go_on.wait(SECONDS)
        return "all of it"

    computation = begun(compute)
    assert half_way.wait(SECONDS)
    assert (computation.share, computation.what) == (0.5, "Half of it")
    assert not computation.wait(0)
    with pytest.raises(ComputationFailed):
        computation.result()
    go_on.set()
    assert computation.wait(SECONDS)
    assert computation.result() == "all of it"


def test_the_time_left_follows_from_the_share_and_runs_down():
    go_on, told = threading.Event(), threading.Event()

    def compute(on_progress: OnProgress) -> str:
        on_progress(0.0, "")
        time.sleep(0.4)
        on_progress(0.1, "A tenth of it")
        told.set()
        assert go_on.wait(SECONDS)
        return ""

    computation = begun(compute)
    assert computation.seconds_left is None
    assert told.wait(SECONDS)
    first = computation.seconds_left
    assert first
    assert 3 < first < 30  # nine times four tenths of a second, on a machine that may be busy
    time.sleep(0.2)
    later = computation.seconds_left
    assert later
    assert later == pytest.approx(first - 0.2, abs=0.15)
    go_on.set()
    assert computation.wait(SECONDS)


def test_one_that_was_there_is_not_computed():
    computation = Computation(SECONDS, "there already")
    assert computation.wait(0)
    assert computation.result() == "there already"


def for_ever(on_progress: OnProgress) -> str:
    while True:
        on_progress(0.5, "")
        time.sleep(0.01)


def test_it_ends_soon_after_the_last_who_asked_has_gone():
    computation = begun(for_ever, patience=0.3)
    for _ in range(10):
        assert not computation.wait(0.05), "somebody waits"
    assert computation._done.wait(SECONDS)
    assert computation.abandoned
    with pytest.raises(ComputationFailed, match="waited"):
        computation.result()


def test_one_that_waits_for_a_slot_ends_as_well():
    slots = threading.Semaphore(1)
    first = begun(for_ever, patience=2, slots=slots)
    second = begun(for_ever, patience=0.1, slots=slots)
    deadline = time.monotonic() + SECONDS
    while not second._done.wait(0.1):
        assert time.monotonic() < deadline
        assert not first.wait(0)
    assert second.abandoned
    assert not first.abandoned
    assert first._done.wait(SECONDS)
    assert slots.acquire(timeout=SECONDS), "an ended one gives its slot back"


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (DataError("No digits."), DataError, "No digits."),
        (MemoryError(), ComputationFailed, "memory"),
        (ZeroDivisionError("division by zero"), ComputationFailed, "ZeroDivisionError: division by zero"),
    ],
)
def test_what_went_wrong_is_told_to_all_who_ask(error: Exception, kind: type[Exception], message: str):
    def fail(on_progress: OnProgress) -> str:
        raise error

    computation = begun(fail)
    assert computation.wait(SECONDS)
    assert not computation.abandoned
    for _ in range(2):
        with pytest.raises(kind, match=message):
            computation.result()
