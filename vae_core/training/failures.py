"""Why a training failed, in words for whoever started it."""

from pathlib import Path

from vae_core.errors import one_line


def reason_for(error: Exception, directory: Path) -> str:
    """Why a training failed, and what to do, for an exception that is not ours."""
    if isinstance(error, OSError) and error.strerror:
        return f"{directory} cannot be written ({error.strerror}). Make room there, then resume the training."
    if isinstance(error, ImportError):
        wanted = "Training needs TensorFlow, which cannot be imported here"
        return f"{wanted} ({one_line(error)}). Install requirements.txt with a Python that TensorFlow is made for."
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "The memory did not suffice. Choose narrower layers or smaller batches."
    return f"The training failed ({type(error).__name__}: {one_line(error)})."
