"""An event is written as one whole line; a last line that was cut off is left out."""

import errno
import io
import json
import math
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from vae_core.runs import history
from vae_core.runs.progress import NAME, STEP_NUMBERS, Journal, Progress, read


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def step(number: int, **changes: float) -> dict[str, float]:
    return {"step": number} | dict.fromkeys(STEP_NUMBERS[1:], number + 0.5) | changes


def lines(directory: Path) -> list[str]:
    return (directory / NAME).read_text().splitlines()


# --- Writing and reading


def test_without_a_file_nothing_has_been_written(tmp_path: Path):
    assert read(tmp_path) == Progress()
    assert Progress().phase == "created"


def test_what_is_written_is_read(tmp_path: Path, journal: Journal):
    began = time.time()
    journal.write("created")
    journal.write("queued", place=2)
    journal.write("queued", place=1)
    journal.write("starting")
    journal.write("compiling", device="2 processor cores")
    journal.write("step", **step(10))
    journal.write("heartbeat")
    journal.write("step", **step(20))
    found = read(tmp_path)
    assert (found.phase, found.place, found.device, found.reason) == ("training", 1, "2 processor cores", "")
    assert found.steps == [step(10), step(20)]
    assert began - 0.001 <= found.asked_time <= time.time() + 0.001


@pytest.mark.parametrize(
    ("events", "phase"),
    [
        ([], "created"),
        ([("created", {})], "created"),
        ([("created", {}), ("heartbeat", {})], "created"),
        ([("starting", {}), ("heartbeat", {})], "starting"),
        ([("compiling", {"device": "a GPU"}), ("heartbeat", {})], "compiling"),
        ([("step", step(1))], "training"),
        ([("epoch", dict.fromkeys(history.COLUMNS, 1.0))], "training"),
        ([("step", step(1)), ("scoring", {})], "scoring"),
        ([("scoring", {}), ("done", {})], "done"),
        ([("cancelled", {"reason": "enough"}), ("resumed", {"step": 0})], "resumed"),
    ],
)
def test_the_phase_is_the_last_event_that_says_one(
    tmp_path: Path, journal: Journal, events: list[tuple[str, dict[str, Any]]], phase: str
):
    for event, facts in events:
        journal.write(event, **facts)
    assert read(tmp_path).phase == phase


def test_a_reason_holds_until_the_training_goes_on(tmp_path: Path, journal: Journal):
    journal.write("failed", reason="the disk is full")
    assert read(tmp_path).reason == "the disk is full"
    journal.write("resumed", step=0)
    assert read(tmp_path).reason == ""


def test_a_resumed_training_takes_the_steps_after_its_checkpoint_again(tmp_path: Path, journal: Journal):
    for number in (10, 20, 30):
        journal.write("step", **step(number))
    journal.write("resumed", step=20)
    assert [entry["step"] for entry in read(tmp_path).steps] == [10, 20]
    journal.write("step", **step(25))
    assert [entry["step"] for entry in read(tmp_path).steps] == [10, 20, 25]


def test_the_time_that_it_was_asked_for_is_that_of_its_latest_part(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
):
    for now, event in ((100.0, "created"), (200.0, "starting"), (300.0, "resumed"), (400.0, "heartbeat")):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        journal.write(event, **({"step": 0} if event == "resumed" else {}))
    found = read(tmp_path)
    assert found.asked_time == 300.0


def test_numbers_are_written_with_six_digits_and_nan_as_null(tmp_path: Path, journal: Journal):
    journal.write("epoch", **dict.fromkeys(history.COLUMNS, 1 / 3) | {"val_loss": math.nan, "epoch": 1_234_567})
    line = json.loads(lines(tmp_path)[0])
    assert (line["loss"], line["val_loss"], line["epoch"]) == (0.333333, None, 1_234_567)
    assert read(tmp_path).phase == "training"


def test_every_line_stands_alone_whichever_thread_wrote_it(tmp_path: Path, journal: Journal):
    threads = [
        threading.Thread(target=lambda: [journal.write("step", **step(number)) for number in range(50)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines(tmp_path)) == len(read(tmp_path).steps) == 200


def test_text_of_any_kind_stays_on_its_line(tmp_path: Path, journal: Journal):
    reason = 'a "quoted"\nline \u2028 and \udcff'
    journal.write("failed", reason=reason)
    assert (tmp_path / NAME).read_bytes().count(b"\n") == 1
    assert read(tmp_path).reason == reason


# --- A line that was cut off


@pytest.mark.parametrize("keep", [0, 1, 20, -1])
def test_a_last_line_that_was_cut_off_is_no_line(tmp_path: Path, journal: Journal, keep: int):
    journal.write("step", **step(1))
    whole = (tmp_path / NAME).read_bytes()
    journal.write("step", **step(2))
    second = (tmp_path / NAME).read_bytes()[len(whole) :]
    (tmp_path / NAME).write_bytes(whole + second[:keep])
    assert [entry["step"] for entry in read(tmp_path).steps] == [1]
    again = Journal(tmp_path)
    assert (tmp_path / NAME).read_bytes() == whole
    again.write("step", **step(3))
    assert [entry["step"] for entry in read(tmp_path).steps] == [1, 3]


def test_a_first_line_that_was_cut_off_is_no_line_either(tmp_path: Path):
    (tmp_path / NAME).write_bytes(b'{"event": "crea')
    assert read(tmp_path) == Progress()
    Journal(tmp_path)
    assert (tmp_path / NAME).read_bytes() == b""


def test_what_a_crashed_computer_leaves_at_the_end_is_no_line(tmp_path: Path, journal: Journal):
    journal.write("created")
    with (tmp_path / NAME).open("ab") as file:
        file.write(bytes(100))
    assert read(tmp_path).phase == "created"


class NearlyFull(io.FileIO):
    """A file on a disk that takes twenty more bytes."""

    def write(self, content: Any) -> int:
        return super().write(content[:20])


def test_a_disk_that_takes_a_part_of_a_line_gets_none_of_it(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
):
    journal.write("created")
    before = (tmp_path / NAME).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, mode, buffering: NearlyFull(path, "ab"))
        with pytest.raises(OSError) as caught:
            journal.write("starting")
    assert caught.value.errno == errno.ENOSPC
    assert (tmp_path / NAME).read_bytes() == before
    journal.write("starting")
    assert read(tmp_path).phase == "starting"


def test_a_line_that_was_not_written_does_not_count_as_activity(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
):
    before = journal.last_time
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, mode, buffering: NearlyFull(path, "ab"))
        with pytest.raises(OSError):
            journal.write("starting")
    assert journal.last_time == before


def test_losses_of_null_are_nan(tmp_path: Path):
    event = {"event": "step", "time": 1.0} | dict.fromkeys(STEP_NUMBERS)
    (tmp_path / NAME).write_text(json.dumps(event) + "\n")
    (found,) = read(tmp_path).steps
    assert all(math.isnan(value) for value in found.values())
