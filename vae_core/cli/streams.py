"""The standard streams: any text can be written to them, and whoever reads them may go."""

import contextlib
import io
import os
import sys


def accept_any_text() -> None:
    """Write letters that a stream's encoding lacks, such as those of a path, as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def give_up_output() -> None:
    """Write no more to standard output, for what waits there would fail once more when Python ends."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
