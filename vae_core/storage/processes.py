"""Processes of Python that find this package: how they are started, what they send, and in words how they ended."""

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

_ROOT = Path(__file__).parents[2]

_WINDOWS_STATUSES = {0xC0000005: "SIGSEGV", 0xC000001D: "SIGILL", 0xC0000017: "SIGKILL"}
"""NTSTATUS of an access violation, an illegal instruction and exhausted memory, as the signals that they are like."""

_IN_WORDS = {
    "SIGKILL": "was killed, as a system does when its memory runs out",
    "SIGILL": "met an instruction that this processor does not have",
    "SIGSEGV": "crashed",
    "SIGBUS": "crashed",
    "SIGABRT": "crashed",
}


def start(
    module: str,
    *arguments: str,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
    own_session: bool = False,
) -> subprocess.Popen[bytes]:
    """Start `python -m module arguments` with this interpreter and this package. Raises OSError.

    own_session: whether it outlives the terminal that this process was started from.
    """
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=own_session,
    )


def pickles_from(pipe: IO[bytes]) -> "queue.Queue[Any]":
    """What a process of ours sends through a pipe, one object after the other as they come; None at its end."""
    received: queue.Queue[Any] = queue.Queue()

    def receive() -> None:
        try:
            with pipe, contextlib.suppress(Exception):  # what is no pickle may raise any error
                while True:
                    received.put(pickle.load(pipe))
        finally:
            received.put(None)

    threading.Thread(target=receive, daemon=True).start()
    return received


def how_it_ended(status: int) -> str:
    """An exit status as a predicate: "crashed (SIGSEGV)".

    status: as `subprocess.Popen.wait` returns it: negative for a signal, except on Windows.
    """
    name = _WINDOWS_STATUSES.get(status % 2**32)
    if not name and status < 0:
        name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    if not name:
        return f"ended with status {status}"
    return f"{_IN_WORDS.get(name, 'was ended')} ({name})"
