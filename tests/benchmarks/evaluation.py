"""A full evaluation of a run, against its -ELBO alone, and what it takes of memory."""

import subprocess
import sys
import time
from collections.abc import Iterator

from tests.benchmarks.measurement import Measurement
from vae_core.data.sources import load_digits_of
from vae_core.likelihood import elbo
from vae_core.runs.catalog import open_run

_MEASURE = """
import sys, time
from pathlib import Path
from vae_core.data.sources import load_digits_of
from vae_core.evaluation.report import Report
from vae_core.runs.catalog import open_run
digits, network = load_digits_of("mnist"), open_run(sys.argv[1]).network()
began = time.perf_counter()
if sys.argv[2] == "report":
    Report.measure(network, digits, lambda share, what: None)
# Not getrusage's maximum, which a child inherits from the process that started it.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(time.perf_counter() - began, int(peak.split()[1]) / 1024)
"""


def measure() -> Iterator[Measurement]:
    """Every score that `evaluate` prints, of the smallest and of the largest shipped run."""
    digits = load_digits_of("mnist")
    _, idle = in_a_process("seed", "nothing")
    for name in ("seed", "deep"):
        network = open_run(name).network()
        began = time.perf_counter()
        elbo.negative_elbo(network, digits.test_images)
        elbo_seconds = time.perf_counter() - began
        seconds, megabytes = in_a_process(name, "report")
        count = f"{len(digits.test_images):,} digits"
        yield Measurement(f"every score of `{name}`, {count}", seconds, "s", "", "its \u2212ELBO alone", elbo_seconds)
        yield Measurement(
            f"its peak memory, `{name}`", megabytes, "MB", "500 MB beside the digits", "the digits and the run", idle
        )


def in_a_process(run: str, what: str) -> tuple[float, float]:
    """Seconds, and the peak of its resident memory in megabytes."""
    arguments = [sys.executable, "-c", _MEASURE, run, what]
    output = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
    seconds, megabytes = output.split()
    return float(seconds), float(megabytes)
