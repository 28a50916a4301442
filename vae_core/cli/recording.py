"""Records the first steps of a GAN's training, which travel with the repository."""

from pathlib import Path

from vae_core.data.digits import Digits
from vae_core.errors import DataError
from vae_core.evaluation.report import OnProgress
from vae_core.recipes import STEP_BY_STEP
from vae_core.runs.recording import joined, write_recording
from vae_core.storage import directories

PAIRS = 300
"""Steps of each network."""


def make_recording(digits: Digits, on_progress: OnProgress) -> Path:
    """Record them, in place of those that are there. Returns where they lie.

    digits: the bundled sample, whose digits need not travel along. Raises DataError for others; OSError.
    """
    from vae_core.training.step_recorder import StepRecorder  # starts TensorFlow

    if not digits.are_sample:
        raise DataError(f"The steps are recorded on the bundled sample; found {digits.name}.")
    recorder = StepRecorder(STEP_BY_STEP, digits.train_images)
    steps = []
    for pair in range(PAIRS):
        steps += [recorder.take("discriminator"), recorder.take("generator")]
        on_progress((pair + 1) / PAIRS, "Recording")
    write_recording(joined(steps), digits)
    return directories.RECORDING
