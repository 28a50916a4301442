"""The command line: python -m vae_core train | evaluate | ship | train-judge | record-steps | runs | data."""

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from vae_core import __version__
from vae_core.cli import streams
from vae_core.cli.judge import make_judge
from vae_core.cli.options import changed, config_options
from vae_core.cli.output import class_table, following, following_training, score_table
from vae_core.cli.recording import make_recording
from vae_core.cli.ship import ship_run
from vae_core.data.digits import SAMPLE, Digits
from vae_core.data.sources import load_digits, load_digits_of, load_whole_sample
from vae_core.errors import VaeError
from vae_core.evaluation.digit_metrics import by_class
from vae_core.evaluation.measurement import LEFT_OUT
from vae_core.evaluation.report import Report
from vae_core.jobs.queue import slots
from vae_core.networks.judge import judge_record
from vae_core.recipes import RECIPES, recipe_for
from vae_core.runs import store
from vae_core.runs.catalog import find_run, list_runs, open_run
from vae_core.runs.run import Run, read_run
from vae_core.storage.directories import runs_directory
from vae_core.training import worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="VAE Latent Explorer %(version)s")
def cli() -> None:
    """Train VAEs and GANs with a two-dimensional latent space, and score them."""


@cli.command()
@click.option("--recipe", type=click.Choice(list(RECIPES)), default="fast", show_default=True)
@config_options
@click.option("--leave-out-sample", is_flag=True, help="Do not train on the 5,000 digits of the bundled sample.")
@click.option("--title", help="What the run picker shows.")
@click.option("--runs", "root", type=click.Path(path_type=Path), help="The runs' directory, instead of $VAE_RUNS.")
@click.option("--resume", metavar="RUN", help="Go on with a run that was cancelled or failed; the recipe is its own.")
@click.option("--queue", is_flag=True, help="Wait for one of the $VAE_TRAINING_SLOTS.")
def train(
    recipe: str,
    leave_out_sample: bool,
    title: str | None,
    root: Path | None,
    resume: str | None,
    queue: bool,
    **fields: Any,
) -> None:
    """Train a model and print its run's directory as the last line.

    Ctrl-C stops it and keeps what it has learned; --resume goes on.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    root = (root or runs_directory()).absolute()
    chosen = click.get_current_context().get_parameter_source("recipe") is not ParameterSource.DEFAULT
    if resume is not None and (given or title or chosen or leave_out_sample):
        raise click.UsageError("--resume takes a run as it is: leave the other options out.")
    changed(RECIPES[recipe], given)  # what is out of bounds is an error before anything is read
    places = slots() if queue else None
    unfinished = find_run(root, resume) if resume is not None else None
    # A run that is resumed may be one on the sample, though MNIST is at hand by now.
    digits = load_digits_of(unfinished.record.dataset.source) if unfinished else load_digits(fetch=True)
    if leave_out_sample:
        digits = digits.without(load_whole_sample())
    click.echo(_describe(digits))
    run = unfinished
    if run is None:
        config = changed(recipe_for(recipe, len(digits.train_images)), given)
        run = store.begin(config, digits, root, title)
    with following_training(run) as listen:
        run = worker.train(run, digits, listen, places)
    if not run.record.has_encoder:
        click.echo("no test -ELBO, which takes an encoder; `evaluate` scores what the GAN draws")
    for score in run.scores():
        click.echo(f"test {score.name} {score.value:.2f} {score.unit}, {score.digits:,} digits")
    if run.record.status != "done":
        click.echo(f"{run.record.reason}; go on with --resume {run.id}")
    click.echo(run.directory)


@cli.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--anew", is_flag=True, help="Measure again, even if the run keeps a report, and keep nothing.")
@click.option("--sample", is_flag=True, help="On all 5,000 digits of the bundled sample, even if MNIST is at hand.")
def evaluate(run: str, as_json: bool, anew: bool, sample: bool) -> None:
    """Score a run, given by id or directory, on the test digits at hand, or on those of the sample it was trained on.

    The run keeps the report, if it is of the digits that it was trained with; the next time it is printed at once.
    """
    chosen = _named(run)
    model = chosen.model()
    digits = load_whole_sample() if sample else load_digits_of(chosen.record.dataset.source)
    with following("Scoring") as on_progress:
        found = Report.measure(model, digits, on_progress) if anew else Report.of(chosen, model, digits, on_progress)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(score) for score in found.scores], indent=2))
        return
    click.echo(f"{chosen.title} ({chosen.id})")
    click.echo(_describe(digits))
    click.echo(score_table(found.overall))
    if found.digit_metrics:
        click.echo(class_table(by_class(found.digit_metrics, digits.test_labels)))
    else:
        click.echo(LEFT_OUT)
    if digits.digest != chosen.record.dataset.digest:
        click.echo(_mismatch(chosen, digits))


@cli.command()
@click.argument("run")
@click.argument("short_name")
def ship(run: str, short_name: str) -> None:
    """Copy a finished run among those that travel with the repository, in vae_core/pretrained.

    Its weights become float16 if that costs less than 0.05 nats on its validation digits, or on training digits if it
    has none; those of a GAN, if its digits change by less than a quarter of a grey level. Its report is measured on
    what is shipped; for a run on MNIST, a second one on the bundled sample.
    """
    chosen = _named(run)
    others = [load_whole_sample()] if chosen.record.dataset.is_mnist else []
    with following("Scoring") as on_progress:
        shipped = ship_run(chosen, short_name, load_digits(), others, on_progress)
    click.echo(shipped.directory)


@cli.command("train-judge")
@click.option("--seed", default=0, show_default=True, help="Of all random numbers.")
def train_judge(seed: int) -> None:
    """Train the judge, the classifier that scores what models draw, and put it in vae_core/pretrained.

    It is trained on MNIST without the bundled sample, in some six minutes. Reports of before are measured anew when
    they are opened; those of the shipped runs by `ship`.
    """
    with following("Training the judge") as on_progress:
        made = make_judge(load_digits(fetch=True), load_whole_sample(), seed, on_progress)
    record = judge_record()
    for part in ("validation", "test"):
        click.echo(f"{part} accuracy {record[f'{part} accuracy']:.2%}, {record[f'{part} digits']:,.0f} digits")
    click.echo(made)


@cli.command("record-steps")
def record_steps() -> None:
    """Record the first steps of a small GAN's training, one by one, and put them in vae_core/pretrained.

    It is trained on the bundled sample, in about a minute.
    """
    with following("Recording the steps") as on_progress:
        made = make_recording(load_digits_of(SAMPLE), on_progress)
    click.echo(f"{made.stat().st_size:,} bytes")
    click.echo(made)


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
    digits = load_digits(fetch=True)
    for reason in digits.skipped:
        click.echo(f"Not used - {reason}")
    click.echo(_describe(digits))


def _describe(digits: Digits) -> str:
    training = f"{len(digits.train_images):,} training and " if len(digits.train_images) else ""
    counts = f"{training}{len(digits.test_images):,} test digits"
    without = ", without those of the bundled sample" if digits.left_out else ""
    return f"{'The bundled sample' if digits.are_sample else digits.name}: {counts}, from {digits.origin}{without}"


def _named(run: str) -> Run:
    """The run of this id, or in this directory."""
    return read_run(Path(run).absolute()) if os.sep in run else open_run(run)


def _mismatch(run: Run, digits: Digits) -> str:
    note = "These digits are not the ones that the run's own metrics.json speaks of."
    if run.record.dataset.includes(digits):
        note += " Bundled digits were among its training digits: a new digit would score worse."
    return note


def main() -> int:
    """Run the command line. Returns its exit status: 2 for bad input, with one line on standard error.

    Where standard output cannot be written, on a full disk, the status is 1, with one line on standard error. If its
    reader has gone, as `head` does, click ends the process with 1, without a word.
    """
    streams.accept_any_text()
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
    except OSError as error:
        streams.give_up_output()
        click.echo(f"Error: {error}", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
