"""Trainings get their slots in the order in which they were asked for, and as many at once as there are slots."""

import importlib.util
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.unit.builders import make_run
from tests.unit.inspection import wait_until
from vae_core.errors import TrainingOff
from vae_core.jobs import queue
from vae_core.jobs.queue import slots, wait_for_slot, waiting
from vae_core.runs import locks
from vae_core.runs.progress import NAME, Journal
from vae_core.runs.run import Run


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, 1), ("1", 1), ("2", 2), ("007", 7), ("64", 64), ("", 1), (" ", 1), (" 1", 1), ('"2"', 2)],
)
def test_the_environment_says_how_many_slots_there_are(
    text: str | None, expected: int, monkeypatch: pytest.MonkeyPatch
):
    if text is None:
        monkeypatch.delenv("VAE_TRAINING_SLOTS", raising=False)
    else:
        monkeypatch.setenv("VAE_TRAINING_SLOTS", text)
    assert slots() == expected


@pytest.mark.parametrize("text", ["abc", "-1", "1.5", "1e3", "+1", "²", "9" * 40])
def test_a_number_that_makes_no_sense_turns_training_off(text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VAE_TRAINING_SLOTS", text)
    with pytest.raises(TrainingOff, match=r"\$VAE_TRAINING_SLOTS: expected a whole number, found ") as caught:
        slots()
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["0", "00"])
def test_no_slots_turn_training_off(text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VAE_TRAINING_SLOTS", text)
    with pytest.raises(TrainingOff, match="Training is turned off on this server"):
        slots()


def test_without_tensorflow_training_is_off_and_what_to_install_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("VAE_TRAINING_SLOTS", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(TrainingOff, match=r"TensorFlow.*not installed.*requirements\.txt"):
        slots()


# --- The queue


@pytest.fixture
def alive() -> Iterator[ExitStack]:
    """Holds the locks of runs that have a worker."""
    with ExitStack() as stack:
        yield stack


def asked(root: Path, run_id: str, second: int, *events: str) -> Run:
    """A run whose training was asked for at this second of 1970, with these events since."""
    run = make_run(root, run_id, status="running")
    lines = [f'{{"event": "created", "time": {second}}}']
    lines += [f'{{"event": "{event}", "time": {second + 1}, "place": 1}}' for event in events]
    (run.directory / NAME).write_text("\n".join(lines) + "\n")
    return run


def test_the_queue_is_in_the_order_of_asking_whatever_the_names(root: Path, alive: ExitStack):
    for run_id, second in (("b", 30), ("a", 20), ("c", 10), ("d", 20)):
        alive.enter_context(locks.holding(asked(root, run_id, second, "queued")))
    assert [run.id for run in waiting(root)] == ["c", "a", "d", "b"]


def test_who_trains_or_has_ended_or_died_or_cannot_be_read_is_not_in_the_queue(root: Path, alive: ExitStack):
    unable = [
        asked(root, "waits", 9, "queued", "heartbeat"),
        asked(root, "not-yet", 1),
        asked(root, "starting", 2, "queued", "starting"),
        asked(root, "damaged", 4, "nonsense"),
    ]
    for run in unable:
        alive.enter_context(locks.holding(run))
    asked(root, "dead", 5, "queued")
    done = make_run(root, "done")
    Journal(done.directory).write("queued", place=1)
    alive.enter_context(locks.holding(done))
    (asked(root, "no-lock", 6, "queued").directory / "lock").mkdir()
    assert [run.id for run in waiting(root)] == ["waits"]


def test_without_a_directory_nobody_waits(root: Path):
    assert waiting(root) == []
    assert not root.exists()


class Waiting:
    """A thread that waits for a slot, as a worker does: it holds its run's lock and tells its places."""

    def __init__(self, run: Run, count: int):
        self.run, self.places, self.slot = run, [], None
        self.stop, self.turn, self.end = threading.Event(), threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.work, args=(count,))
        self.thread.start()

    def work(self, count: int) -> None:
        journal = Journal(self.run.directory)

        def tell(place: int) -> None:
            self.places.append(place)
            journal.write("queued", place=place)

        with locks.holding(self.run):
            self.slot = wait_for_slot(self.run, count, self.stop.is_set, tell)
            if self.slot:
                journal.write("starting")
                self.turn.set()
                self.end.wait()
                self.slot.release()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Waiting]]:
    monkeypatch.setattr(queue, "_POLL_SECONDS", 0.01)
    workers: list[Waiting] = []
    yield workers
    for worker in workers:
        worker.stop.set()
        worker.end.set()
        worker.thread.join()


def queued(started: list[Waiting], root: Path, count: int, slots_in_all: int) -> list[Waiting]:
    """So many workers, each asked for after the one before; the slots are taken before the last ones come."""
    for number in range(count):
        worker = Waiting(asked(root, f"run-{count - number}", number), slots_in_all)
        started.append(worker)
        wait_until(lambda worker=worker: worker.turn.is_set() or worker.places, 10)
        if number < slots_in_all:
            wait_until(worker.turn.is_set, 10)
    return started


def test_a_training_that_finds_a_free_slot_says_its_place_and_goes_on(started: list[Waiting], root: Path):
    (worker,) = queued(started, root, 1, 1)
    assert worker.places == [1]


def test_slots_are_given_in_the_order_of_asking_and_places_move_up(started: list[Waiting], root: Path):
    first, second, third = queued(started, root, 3, 1)
    wait_until(lambda: third.places == [2], 10)
    assert (second.places, first.turn.is_set(), second.turn.is_set()) == ([1], True, False)
    first.end.set()
    wait_until(second.turn.is_set, 10)
    wait_until(lambda: third.places == [2, 1], 10)
    assert not third.turn.is_set()
    second.end.set()
    wait_until(third.turn.is_set, 10)


def test_a_free_slot_is_left_to_who_asked_first(root: Path, alive: ExitStack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queue, "_POLL_SECONDS", 0.0)
    early, late = asked(root, "early", 1, "queued"), asked(root, "late", 2, "queued")
    for run in (early, late):
        alive.enter_context(locks.holding(run))
    places: list[int] = []
    looks = iter([*10 * [False], True])
    assert wait_for_slot(late, 1, lambda: next(looks), places.append) is None
    assert places == [2]
    slot = wait_for_slot(early, 1, lambda: False, places.append)
    assert slot
    slot.release()


def test_as_many_train_at_once_as_there_are_slots(started: list[Waiting], root: Path):
    first, second, third = queued(started, root, 3, 2)
    wait_until(lambda: third.places == [1], 10)
    assert first.turn.is_set()
    assert second.turn.is_set()
    assert not third.turn.is_set()
    second.end.set()
    wait_until(third.turn.is_set, 10)


def test_who_is_stopped_leaves_the_queue_without_a_slot(started: list[Waiting], root: Path):
    _, second, third = queued(started, root, 3, 1)
    second.stop.set()
    second.thread.join(10)
    assert (second.thread.is_alive(), second.slot) == (False, None)
    wait_until(lambda: third.places[-1] == 1, 10)
    assert not third.turn.is_set()


def test_who_was_stopped_before_takes_no_place(root: Path):
    run = asked(root, "run", 0)
    assert wait_for_slot(run, 1, lambda: True, lambda _: pytest.fail("a place was reported")) is None
    assert locks.take_slot(root, 1)
