"""The course: encode, sample, decode, loss and beta, each a step with a control, on one digit that a visitor chooses.

The browser gets the run's decoder, map and digits as the same static files as the explorer, and computes everything by
itself. Those of the runs that differ only in beta are fetched once that step is seen.
"""

from collections.abc import Sequence

from vae_core.data.digits import test_digits_of
from vae_core.ui.components.component import Component
from vae_core.ui.resources.loaded_run import LoadedRun

_component = Component("course", draws_maps=True)


def course(loaded: LoadedRun, digit: int, by_beta: Sequence[LoadedRun]) -> None:
    """Draw it. digit: the number of the test digit to begin with; by_beta: runs that differ only in beta, ascending, on
    the same digits; without any, that step is left out."""
    _component.mount(
        key="course",
        data={
            **_files(loaded),
            "pictures": loaded.pictures_url(),
            "digit": digit,
            "betas": [{"beta": run.run.vae_config.beta, **_files(run)} for run in by_beta],
            "measured": measured(by_beta),
        },
    )


def _files(loaded: LoadedRun) -> dict[str, str]:
    return {
        "decoder": loaded.decoder_url(),
        "activation": loaded.network.decoder.activation,
        "map": loaded.map_url(),
    }


def measured(by_beta: Sequence[LoadedRun]) -> str:
    """What the runs' reports say of reconstruction and KL, in a sentence that names its digits; empty if one of them
    lacks a figure. Of the digits on show, else of the runs' own. Raises RunDamaged."""
    parts, digits = [], ""
    for loaded in by_beta:
        scores = {score.name: score for score in loaded.run.scores_on(loaded.digits) or loaded.run.scores()}
        if not {"reconstruction", "KL"} <= scores.keys():
            return ""
        reconstruction, kl = scores["reconstruction"], scores["KL"]
        digits = f"{kl.digits:,} {test_digits_of(kl.dataset)}"
        parts.append(f"{reconstruction.value:.1f} and {kl.value:.1f} with beta {loaded.run.vae_config.beta:g}")
    return f"Reconstruction and KL in nats, averaged over {digits}: {', '.join(parts)}." if parts else ""
