"""A damaged progress.jsonl is reported with the number of its line, and what is wrong there."""

from pathlib import Path

import pytest

from vae_core.errors import RunDamaged
from vae_core.runs import progress
from vae_core.runs.progress import NAME, read

GOOD = '{"event": "created", "time": 1.0}'
BAD: dict[str, tuple[str, str]] = {
    "empty": ("", "Expecting value"),
    "not JSON": ("created", "Expecting value"),
    "a list": ("[1]", "expected an object whose event is one of created, .*heartbeat"),
    "no event": ('{"time": 1}', "expected an object whose event is one of"),
    "an unknown event": ('{"event": "exploded", "time": 1}', "expected an object whose event is one of"),
    "an event that is a list": ('{"event": ["step"], "time": 1}', "unhashable|whose event is one of"),
    "no time": ('{"event": "done"}', "the number 'time' is missing"),
    "a time of null": ('{"event": "done", "time": null}', "time: expected a finite number or null, found None"),
    "a time of NaN": ('{"event": "done", "time": NaN}', "time: expected a finite number or null, found nan"),
    "a time as text": ('{"event": "done", "time": "now"}', "time: expected a finite number or null, found 'now'"),
    "a time that is true": ('{"event": "done", "time": true}', "time: expected a finite number or null, found True"),
    "a time beyond floats": ('{"event": "done", "time": 1' + 400 * "0" + "}", "time: expected a finite number"),
    "an infinite time": ('{"event": "done", "time": 1e999}', "time: expected a finite number or null, found inf"),
    "a number too long to read": ('{"event": "done", "time": ' + 5000 * "9" + "}", "integer string conversion"),
    "a step without its loss": (
        '{"event": "step", "time": 1, "step": 2, "seconds": 1}',
        "the number 'loss' is missing",
    ),
    "a place of null": ('{"event": "queued", "time": 1, "place": null}', "NaN"),
    "a place as a list": ('{"event": "queued", "time": 1, "place": [1]}', r"place: expected .* found \[1\]"),
    "nested without end": ('{"event": ' + 100_000 * "[", "recursion"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_damaged_line_is_reported_with_its_number(tmp_path: Path, case: str):
    line, words = BAD[case]
    (tmp_path / NAME).write_text(f"{GOOD}\n{GOOD}\n{line}\n{GOOD}\n")
    with pytest.raises(RunDamaged, match=words) as caught:
        read(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / NAME} is damaged: line 3: ")
    assert len(str(caught.value)) < 600


def test_a_file_that_is_no_text_is_reported(tmp_path: Path):
    (tmp_path / NAME).write_bytes(b"\xff\xfe\n")
    with pytest.raises(RunDamaged, match="'utf-8' codec can't decode"):
        read(tmp_path)


def test_a_file_without_end_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(progress, "_MOST_BYTES", 100)
    (tmp_path / NAME).write_text(10 * f"{GOOD}\n")
    with pytest.raises(RunDamaged, match="expected at most 100 bytes"):
        read(tmp_path)
