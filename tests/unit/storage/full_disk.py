"""Disks that take no more, or nothing."""

import errno
import os

import pytest


def fill_up(monkeypatch: pytest.MonkeyPatch, file_number: int) -> list[int]:
    """A disk that takes so many files less one. Returns those that it was asked to take."""
    synced: list[int] = []

    def fsync(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) >= file_number:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    return synced


def refuse(*_: object, **__: object) -> None:
    raise PermissionError(errno.EACCES, "Permission denied")
