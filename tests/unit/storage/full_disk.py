"""Disks that take no more, or nothing."""

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

FULL = OSError(errno.ENOSPC, "No space left on device")


def no_room(*_: object, **__: object) -> None:
    """In place of what would write."""
    raise FULL


def refuse(*_: object, **__: object) -> None:
    """In place of what would write where that is not allowed: chmod would not stop root."""
    raise PermissionError(errno.EACCES, "Permission denied")


def fill_up(monkeypatch: pytest.MonkeyPatch, file_number: int = 1) -> list[int]:
    """A disk that takes so many files less one. Returns those that it was asked to take."""
    synced: list[int] = []

    def fsync(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) >= file_number:
            raise FULL

    monkeypatch.setattr(os, "fsync", fsync)
    return synced


def fill_up_below(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes no more files in this folder."""
    make, make_folder = tempfile.mkstemp, tempfile.mkdtemp

    def check(directory: Any) -> None:
        if Path(directory).is_relative_to(folder):
            raise FULL

    def mkstemp(*arguments: Any, dir: Any, **options: Any) -> tuple[int, str]:
        check(dir)
        return make(*arguments, dir=dir, **options)

    def mkdtemp(*arguments: Any, dir: Any, **options: Any) -> str:
        check(dir)
        return make_folder(*arguments, dir=dir, **options)

    monkeypatch.setattr(tempfile, "mkstemp", mkstemp)
    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp)
