"""A file is written whole or not at all, and read in full or reported by name."""

import errno
import os
import threading
import zlib
from pathlib import Path

import pytest
from safetensors import SafetensorError

from tests.unit.inspection import listing
from tests.unit.storage.full_disk import refuse
from vae_core.errors import ConfigError, RunDamaged
from vae_core.storage import files
from vae_core.storage.files import raising_run_damaged, read_bytes, read_text, rename, write


def test_a_file_is_written_for_all_to_read_and_replaced_by_the_next(tmp_path: Path):
    path = tmp_path / "file"
    for content in (b"first", b"", bytes(range(256)) * 1000):
        write(path, content)
        assert path.read_bytes() == content
        assert path.stat().st_mode & 0o777 == 0o644
    assert listing(tmp_path) == ["file"]


@pytest.mark.parametrize("crash", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_write_that_does_not_come_to_its_end_leaves_the_file_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, crash: BaseException
):
    path = tmp_path / "file"
    write(path, b"before")

    def fails(*_: object) -> None:
        raise crash

    monkeypatch.setattr(*((os, "fsync") if function == "fsync" else (Path, "replace")), fails)
    with pytest.raises(type(crash)):
        write(path, b"after")
    assert path.read_bytes() == b"before"
    assert listing(tmp_path) == ["file"]


def test_a_file_that_another_program_has_open_for_a_moment_is_replaced_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As on Windows, where a virus scanner reads what was just written."""
    (tmp_path / "file").write_bytes(b"old")
    tries, replace = [], Path.replace

    def refused_twice(source: Path, target: Path) -> Path:
        tries.append(target)
        if len(tries) < 3:
            raise PermissionError(13, "Access is denied")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", refused_twice)
    write(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert len(tries) == 3


@pytest.mark.parametrize("replacing", [True, False])
def test_what_stays_refused_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replacing: bool):
    monkeypatch.setattr(files, "_PAUSES", (0.0, 0.0))
    monkeypatch.setattr(Path, "replace" if replacing else "rename", refuse)
    with pytest.raises(PermissionError):
        rename(tmp_path / "file", tmp_path / "other", replacing)


def test_who_reads_meanwhile_sees_one_content_or_the_other(tmp_path: Path):
    path, ended = tmp_path / "file", threading.Event()
    contents = [bytes([letter]) * 200_000 for letter in b"ab"]
    write(path, contents[0])
    seen: set[bytes] = set()

    def look() -> None:
        while not ended.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(50):
        write(path, contents[number % 2])
    ended.set()
    reader.join()
    assert seen <= set(contents)


def test_a_folder_that_is_gone_is_not_made_anew(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "gone" / "file", b"")
    assert listing(tmp_path) == []


def test_a_file_may_be_as_long_as_it_may_and_no_longer(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(bytes(1000))
    assert read_bytes(path, 1000) == bytes(1000)
    with pytest.raises(ValueError, match="expected at most 999 bytes, found 1,000"):
        read_bytes(path, 999)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no /dev/zero here")
def test_what_has_no_end_is_not_read(tmp_path: Path):
    (tmp_path / "file").symlink_to("/dev/zero")
    with pytest.raises(ValueError, match="expected a regular file"):
        read_bytes(tmp_path / "file", 1000)


def test_text_is_utf_8(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes("zwölf ↑".encode())
    assert read_text(path) == "zwölf ↑"
    path.write_bytes("zwölf".encode("latin-1"))
    with pytest.raises(UnicodeDecodeError):
        read_text(path)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EIO, "Input/output error"),
        EOFError("ended before the end"),
        zlib.error("invalid block type"),
        ValueError("no number"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        TypeError("no list"),
        KeyError("F8"),
        RecursionError("too deep"),
        ConfigError("epochs: expected more"),
        SafetensorError("header too large"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_reader_trips_over_is_damage_to_that_file(tmp_path: Path, error: Exception):
    path = tmp_path / "file"
    with pytest.raises(RunDamaged) as caught, raising_run_damaged(path):
        raise error
    assert str(caught.value).startswith(f"{path} is damaged: ")
    assert caught.value.__cause__ is error


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path):
    path = tmp_path / "file"
    with pytest.raises(RunDamaged) as caught, raising_run_damaged(path):
        read_bytes(path, 1)
    assert str(caught.value) == f"{path} is missing."


def test_our_own_mistakes_are_not_taken_for_damage(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), files.raising_run_damaged(tmp_path / "file"):
        raise ZeroDivisionError
