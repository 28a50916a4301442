"""The app, started for real on a free port of this machine: for browser tests, benchmarks and screenshots."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_SECONDS = 60


@contextlib.contextmanager
def running_app(
    runs: Path, log: Path, script: str = "app.py", port: int | None = None, **environment: str
) -> Iterator[tuple[str, subprocess.Popen]]:
    """Serve the app with its own runs' directory, on a free port or this one. Yields its address and its process;
    stops it afterwards."""
    if port is None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true", f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", "--server.fileWatcherType=none"]
    variables = os.environ | {"VAE_RUNS": str(runs), "VAE_OFFLINE": "1"} | environment
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_until_healthy(address, process, log)
        yield address, process
    finally:
        process.terminate()
        process.wait(10)


def wait_until_healthy(address: str, process: subprocess.Popen, log: Path) -> None:
    """Return once the server answers. Raises RuntimeError with its log if it ends or does not answer in time."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"The app did not start:\n{log.read_text()}")
