"""What the command line shows: how far long work is, and tables."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

import click

from vae_core.evaluation.digit_metrics import ClassMetrics
from vae_core.evaluation.measurement import OnProgress
from vae_core.runs import history
from vae_core.runs.record import Score
from vae_core.runs.run import Run
from vae_core.training.worker import Listener

_SAID = {
    "queued": "Queued, at place {place}",
    "starting": "Starting TensorFlow",
    "compiling": "Compiling for {device}",
    "scoring": "Scoring the test digits",
}


@contextlib.contextmanager
def following_training(run: Run) -> Iterator[Listener]:
    """Show what a training does: with a progress bar on a terminal, in plain lines elsewhere."""
    record, terminal = run.record, sys.stderr.isatty()
    with click.progressbar(length=record.steps, label="Training", file=sys.stderr, hidden=not terminal) as bar:

        def listen(event: str, facts: dict[str, Any]) -> None:
            if event == "step" and terminal:
                bar.label = (
                    f"loss {facts['loss']:.2f} nats"
                    if record.has_encoder
                    else _described(facts, history.GAN_COLUMNS[2:4])
                )
                bar.update(facts["step"] - bar.pos)
            elif event == "epoch" and not terminal:
                head = f"epoch {facts['epoch']}/{record.steps // record.row_steps}, {facts['seconds']:.1f} s"
                click.echo(f"{head}, nats: {_described(facts, history.COLUMNS[2:])}")
            elif event == "row" and not terminal:
                head = f"step {facts['step']}/{record.steps}, {facts['seconds']:.1f} s"
                click.echo(f"{head}: {_described(facts, history.GAN_COLUMNS[2:])}")
            elif event in _SAID:
                click.echo(_SAID[event].format(**facts))

        yield listen


def _described(facts: dict[str, Any], names: tuple[str, ...]) -> str:
    """Those of these numbers that there are."""
    return ", ".join(f"{name} {facts[name]:.2f}" for name in names if facts[name] == facts[name])


@contextlib.contextmanager
def following(label: str) -> Iterator[OnProgress]:
    """Show how far long work is: with a progress bar on a terminal, and not at all elsewhere."""
    with click.progressbar(length=100, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def on_progress(share: float, what: str) -> None:
            bar.label = what
            bar.update(round(100 * share) - bar.pos)

        yield on_progress


def score_table(scores: list[Score]) -> str:
    rows = [
        (
            s.name,
            _number(s.value),
            _number(s.error),
            s.unit,
            f"{s.digits:,}",
            "" if s.samples is None else f"{s.samples:,}",
            _number(s.real),
            s.estimator,
        )
        for s in scores
    ]
    return _table([("score", "value", "+-", "unit", "digits", "samples", "real digits", "how"), *rows])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def class_table(classes: list[ClassMetrics]) -> str:
    """Nats a digit, and the confusion matrix: what the five nearest training digits on the map take each for."""
    head = ("class", "digits", "-ELBO", "reconstruction", "5-NN accuracy", *(f"as {label}" for label in range(10)))
    rows = [
        (
            str(row.label),
            f"{row.digits:,}",
            f"{row.negative_elbo:.2f}",
            f"{row.reconstruction:.2f}",
            f"{row.accuracy:.3f}",
            *map(str, row.predicted),
        )
        for row in classes
    ]
    return "\n" + _table([head, *rows])


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
