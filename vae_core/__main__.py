"""The command line: python -m vae_core train | evaluate | runs | data."""

import dataclasses
import json
import os
import sys
from pathlib import Path

import click

from vae_core import likelihood
from vae_core.config import RECIPES
from vae_core.data import Digits, load_digits
from vae_core.errors import VaeError
from vae_core.network import Network
from vae_core.record import Score
from vae_core.runs import HISTORY_COLUMNS, Run, drafting, list_runs, open_run, read_run, runs_directory


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Train and score variational autoencoders with a two-dimensional latent space."""


@cli.command()
@click.option("--recipe", type=click.Choice(list(RECIPES)), default="seed", show_default=True)
@click.option("--epochs", type=int, help="Passes over the training digits, instead of the recipe's.")
@click.option("--seed", type=int, help="Seed of weights, shuffle and noise.")
@click.option("--beta", type=float, help="Weight of the KL term; 1 is the ELBO.")
@click.option("--title", help="What the run picker shows.")
@click.option("--runs", "root", type=click.Path(path_type=Path), help="The runs' directory, instead of $VAE_RUNS.")
def train(
    recipe: str, epochs: int | None, seed: int | None, beta: float | None, title: str | None, root: Path | None
) -> None:
    """Train a model and print its run's directory as the last line."""
    given = {"epochs": epochs, "seed": seed, "beta": beta}
    config = dataclasses.replace(RECIPES[recipe], **{name: v for name, v in given.items() if v is not None})
    digits = load_digits()
    click.echo(_describe(digits))
    root = root or runs_directory()
    with drafting(root):
        pass  # an unwritable directory is told now, not after the seconds that TensorFlow takes to start
    click.echo("Starting TensorFlow")
    from vae_core import training  # seconds and hundreds of megabytes, which no other command needs

    with click.progressbar(length=config.epochs, label="Training", file=sys.stderr) as bar:

        def on_epoch(row: dict[str, float]) -> None:
            if sys.stderr.isatty():
                bar.label = f"loss {row['loss']:.2f} nats"
                bar.update(1)
            else:
                shown = (f"{name} {row[name]:.2f}" for name in HISTORY_COLUMNS[2:] if row[name] == row[name])
                click.echo(f"epoch {row['epoch']}/{config.epochs}, {row['seconds']:.1f} s, nats: {', '.join(shown)}")

        run = training.train(config, digits, root, title, on_epoch)
    for score in run.scores():
        click.echo(f"test {score.name} {score.value:.2f} {score.unit}, {score.digits:,} digits")
    click.echo(run.directory)


@cli.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def evaluate(run: str, as_json: bool) -> None:
    """Score a run, given by id or directory, on the test digits at hand."""
    chosen = read_run(Path(run).absolute()) if os.sep in run else open_run(run)
    digits = load_digits()
    scores = likelihood.score(Network.from_run(chosen), digits)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(score) for score in scores], indent=2))
        return
    click.echo(f"{chosen.title} ({chosen.id})")
    click.echo(_describe(digits))
    click.echo(_table(scores))
    if digits.digest != chosen.record.dataset.digest:
        click.echo(_mismatch(chosen, digits))


@cli.command()
def runs() -> None:
    """List the shipped runs and your own."""
    found, problems = list_runs()
    for run in found:
        place = "shipped" if run.shipped else str(run.directory)
        click.echo(f"{run.id}  {run.record.status}  {run.title}  ({place})")
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(f"Your own runs are in {runs_directory()}.")


@cli.command()
def data() -> None:
    """Tell which digits would be used, how many, and why earlier sources were not."""
    digits = load_digits()
    for reason in digits.skipped:
        click.echo(f"Not used - {reason}")
    click.echo(_describe(digits))


def _describe(digits: Digits) -> str:
    kind = "MNIST" if digits.source == "mnist" else "The bundled sample"
    counts = f"{len(digits.train_images):,} training and {len(digits.test_images):,} test digits"
    return f"{kind}: {counts}, from {digits.origin}"


def _mismatch(run: Run, digits: Digits) -> str:
    note = "These digits are not the ones that the run's own metrics.json speaks of."
    if digits.source == "sample" and run.record.dataset.source == "mnist":
        note += " The bundled digits were among its training digits: a new digit would score worse."
    return note


def _table(scores: list[Score]) -> str:
    rows = [("score", "value", "unit", "digits", "how")]
    rows += [(s.name, f"{s.value:.2f}", s.unit, f"{s.digits:,}", s.estimator) for s in scores]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def main() -> int:
    """Run the command line. Returns its exit status: 2 for bad input, told in one line on standard error."""
    try:
        cli.main(standalone_mode=False)
    except click.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except (click.ClickException, VaeError) as error:
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        click.echo(f"Error: {' '.join(message.splitlines())}", err=True)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
