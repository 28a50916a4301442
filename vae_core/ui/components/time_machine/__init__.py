"""The time machine: a training's snapshots, moved through in the browser, and its loss curve with a marker on it.

While the training goes on and someone looks, the latest look at it is the last snapshot.
"""

import base64
import contextlib
import hashlib
from pathlib import Path

import numpy as np
import streamlit as st

from vae_core.data.digits import Digits
from vae_core.data.images import IMAGE_SIDE
from vae_core.data.mnist_labels import FIRST_TEST_LABELS
from vae_core.errors import RunDamaged
from vae_core.figures.traces import Figure
from vae_core.runs import snapshots
from vae_core.runs.run import Run
from vae_core.ui.components.component import Component
from vae_core.ui.resources.scripts import plotly_url
from vae_core.ui.resources.static_files import publish
from vae_core.ui.resources.tensor_files import publish_tensors

_component = Component("time_machine", draws_maps=True)


def time_machine(run: Run, digits: Digits | None, curve: Figure, live: Path | None) -> list[str]:
    """Draw it; of a GAN without a map. digits: those whose snapshots the run kept; None for MNIST's test digits, if
    they are not at hand: then their pictures are missing. curve: a figure whose x is epochs, of a GAN steps; live: the
    latest look.

    Returns a sentence for each snapshot that cannot be read.
    """
    record, probe = run.record, snapshots.probe_of(run.record)
    kept, problems, looked = [], [], None
    for path in snapshots.kept(run):
        try:
            kept.append(_published(path, probe))
        except RunDamaged as error:
            problems.append(str(error))
    with contextlib.suppress(RunDamaged):  # its worker may have ended since, and taken it along
        looked = snapshots.read(live, probe) if live else None
    _component.mount(
        key="time-machine",
        data={
            "plotly": plotly_url(),
            "run": run.id,
            "digits": _digits_url(digits) if digits and probe else _labels_url(probe),
            "frames": [url for url, _ in kept],
            "live": base64.b64encode(looked[1]).decode() if looked else None,
            "going": record.status == "running",
            "live_step": looked[0].step if looked else None,
            "steps": [step for _, step in kept],
            "unit": "epoch" if record.has_encoder else "step",
            "steps_per_unit": record.row_steps if record.has_encoder else 1,
            "units": record.steps // record.row_steps if record.has_encoder else record.steps,
            "curve": curve,
        },
    )
    return problems


def _published(path: Path, probe: int) -> tuple[str, int]:
    """The address of a snapshot's file, and its step."""
    step, name, content = _read(path, path.stat().st_mtime_ns, probe)
    return publish(name, content), step


@st.cache_resource(show_spinner=False, max_entries=500)
def _read(path: Path, version: int, probe: int) -> tuple[int, str, bytes]:
    """A snapshot's step, and the name and the content of its file for the browser, some 40 kB."""
    snapshot, content = snapshots.read(path, probe)
    return snapshot.step, f"snapshot-{hashlib.sha256(content).hexdigest()[:16]}.safetensors.gz", content


def _digits_url(digits: Digits) -> str:
    """safetensors of the digits in the snapshots: labels (P,) and images (P, 28, 28), uint8."""
    probe = slice(snapshots.PROBE)
    tensors = {"labels": digits.test_labels[probe], "images": digits.test_images[probe]}
    name = f"probe-{digits.digest}.safetensors"
    return publish_tensors(name, lambda: tensors)


def _labels_url(probe: int) -> str:
    """The same for so many of MNIST's first test digits, without their images: (0, 28, 28)."""
    tensors = {"labels": FIRST_TEST_LABELS[:probe], "images": np.empty((0, IMAGE_SIDE, IMAGE_SIDE), np.uint8)}
    return publish_tensors(f"probe-labels-{probe}.safetensors", lambda: tensors)
