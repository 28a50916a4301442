"""A lock is held by one holder at a time, and by nobody once its process is dead, however it died."""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.unit.builders import make_run
from tests.unit.inspection import listing
from vae_core.errors import RunBusy, RunNotFound, RunNotWritable
from vae_core.runs.locks import held, holding, take_slot
from vae_core.runs.run import Run

fcntl = pytest.importorskip("fcntl")  # Windows has none

ROOT = Path(__file__).parents[3]
HOLDER = """
import sys
from pathlib import Path
from vae_core.runs.locks import holding, take_slot
from vae_core.runs.run import read_run
run = read_run(Path(sys.argv[1]))
with holding(run):
    slot = take_slot(run.directory.parent, 1)
    print(slot is not None, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def run(root: Path) -> Run:
    return make_run(root, status="running")


@pytest.fixture
def start_holder(run: Run) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts a process that holds the run's lock and a slot."""
    with ExitStack() as stack:

        def start() -> subprocess.Popen:
            command = [sys.executable, "-c", HOLDER, str(run.directory)]
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            stack.enter_context(process)
            stack.callback(process.kill)
            assert process.stdout
            assert process.stdout.readline() == "True\n"
            return process

        yield start


def test_a_lock_is_held_from_the_beginning_of_the_block_to_its_end(run: Run):
    assert not held(run)
    with holding(run):
        assert held(run)
        assert held(run), "looking must not free it"
    assert not held(run)
    with pytest.raises(ZeroDivisionError), holding(run):
        raise ZeroDivisionError
    assert not held(run)


def test_a_second_holder_is_told_that_the_run_is_busy(run: Run):
    with holding(run):
        with pytest.raises(RunBusy, match=r"A small run is being trained\. Cancel"), holding(run, 0):
            pytest.fail("two hold it")
        assert held(run)


def test_two_runs_have_two_locks(run: Run, root: Path):
    with holding(run), holding(make_run(root)):
        assert listing(root) == ["small", "small-2"]


def test_a_second_holder_waits_a_moment_for_the_first(run: Run):
    taken, wanted, order = threading.Event(), threading.Event(), []

    def first() -> None:
        with holding(run):
            taken.set()
            wanted.wait()
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    taken.wait()
    wanted.set()
    with holding(run):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_a_process_that_is_killed_gives_its_locks_back(run: Run, start_holder: Callable[[], subprocess.Popen]):
    holder = start_holder()
    assert held(run)
    assert take_slot(run.directory.parent, 1) is None
    holder.kill()
    holder.wait()
    assert not held(run)
    start_holder()
    assert held(run)


def test_a_lock_does_not_bring_a_deleted_run_back(run: Run, root: Path):
    run.directory.rename(root.parent / "away")
    for attempt in (held, lambda run: holding(run).__enter__()):
        with pytest.raises(RunNotFound, match=f"A small run is no longer in {root}"):
            attempt(run)
    assert listing(root) == []


def test_a_directory_that_takes_no_lock_is_told(run: Run):
    (run.directory / "lock").mkdir()
    with pytest.raises(RunNotWritable, match=rf"{run.directory} cannot be written \(Is a directory\)"):
        held(run)


def test_a_lock_whose_file_was_removed_is_taken_again(run: Run):
    with holding(run) as hold:
        assert hold.keep()
        (run.directory / "lock").unlink()
        assert not held(run), "which makes the file anew"
        assert hold.keep()
        assert held(run)
        assert hold.keep()
    assert not held(run)


def test_whoever_lost_the_lock_to_another_process_knows(run: Run, start_holder: Callable[[], subprocess.Popen]):
    with holding(run) as hold:
        (run.directory / "lock").unlink()
        other = start_holder()
        assert not hold.keep()
        other.kill()
        other.wait()
        assert hold.keep()
        assert held(run)


def test_a_lock_is_kept_though_the_run_was_deleted(run: Run, root: Path):
    with holding(run) as hold:
        run.directory.rename(root.parent / "away")
        assert hold.keep()
        (root.parent / "away").rename(run.directory)


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_where_the_file_system_has_no_locks_a_file_takes_their_place(
    run: Run, monkeypatch: pytest.MonkeyPatch, number: int
):
    def refused(*_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refused)
    with holding(run) as hold:
        assert held(run)
        with pytest.raises(RunBusy), holding(run, 0):
            pytest.fail("two hold it")
        assert hold.keep()
    assert not held(run)
    slot = take_slot(run.directory.parent, 1)
    assert slot
    assert take_slot(run.directory.parent, 1) is None
    slot.release()


# --- Slots


@pytest.mark.parametrize("slots", [0, 1, 3])
def test_there_are_as_many_slots_as_there_are(tmp_path: Path, slots: int):
    taken = [take_slot(tmp_path / "runs", slots) for _ in range(slots)]
    assert None not in taken
    assert take_slot(tmp_path / "runs", slots) is None
    for slot in taken:
        assert slot
        slot.release()
    again = take_slot(tmp_path / "runs", slots)
    assert (again is None) == (slots == 0)
    if again:
        again.release()


def test_any_slot_that_is_given_back_can_be_taken(tmp_path: Path):
    first, second = take_slot(tmp_path, 2), take_slot(tmp_path, 2)
    assert first
    assert second
    first.release()
    third = take_slot(tmp_path, 2)
    assert third
    assert third.lock_file == first.lock_file != second.lock_file
    for slot in (second, third):
        slot.release()


def test_another_runs_directory_has_its_own_slots(tmp_path: Path):
    one, other = take_slot(tmp_path / "one", 1), take_slot(tmp_path / "other", 1)
    assert one
    assert other
    one.release()
    other.release()
