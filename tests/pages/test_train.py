"""The Train page through Streamlit's test runner. No worker is started: what would start one is recorded instead."""

import dataclasses
import math
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.runner import as_read, browser_data, copy_of_seed, opened, text, warnings
from vae_core.config import TrainingConfig
from vae_core.data.digits import Digits
from vae_core.data.sources import load_digits
from vae_core.jobs import actions, job
from vae_core.runs.catalog import runs_in
from vae_core.runs.progress import Journal
from vae_core.runs.run import Run, read_run


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The runs whose workers would have been started."""
    found: list[Run] = []
    monkeypatch.setattr(actions, "launch", found.append)
    return found


def train(**query: str) -> AppTest:
    return opened("train.py", **query)


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def labels(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def test_fast_is_chosen_and_described_before_the_start(runs: Path) -> None:
    app = train()
    digits = load_digits()
    assert app.segmented_control(key="recipe").value == "fast"
    assert f"{len(digits.train_images):,} training digits" in text(app)
    assert "226,964 weights" in text(app)
    assert "will be known after your first run" in text(app)
    app.segmented_control(key="recipe").select("seed").run()
    assert f"404,244 weights, 50 epochs of {len(digits.train_images):,} digits" in text(app)


def test_time_is_estimated_from_runs_on_this_machine(runs: Path) -> None:
    """The run took 2 s until its first 100 steps, and 1 s for every 1,000 after them."""
    journal = Journal(copy_of_seed(runs, "mine"))
    numbers = {"loss": 150.0, "reconstruction": 145.0, "kl": 5.0, "digits_per_second": 100_000.0}
    journal.write("step", step=100, seconds=2.0, **numbers)
    journal.write("step", step=30_000, seconds=31.9, **numbers)
    app = train()
    app.segmented_control(key="recipe").select("seed").run()
    seconds = math.ceil(2 + 50 * len(load_digits().train_images) / 100 / 1000)
    assert f"about {seconds} s here, going by your earlier runs" in text(app)


def test_start_begins_a_run_and_watches_it(runs: Path, launched: list[Run]) -> None:
    app = train()
    app.text_input(key="title").set_value("Mine").run()
    click(app, "Start training")
    (run,) = launched
    assert (run.record.title, run.record.config.recipe, run.record.status) == ("Mine", "fast", "running")
    assert run.record.dataset.digest == load_digits().digest
    assert app.selectbox(key="watch").value == run.id
    assert app.query_params["watch"] == run.id
    assert "Cancel" in labels(app)
    assert "Delete" not in labels(app)


def test_every_field_of_a_custom_recipe_counts(runs: Path, launched: list[Run]) -> None:
    app = train()
    app.segmented_control(key="recipe").select("custom").run()
    app.text_input(key="config encoder_widths").set_value("32 16").run()
    app.number_input(key="config beta").set_value(4.0).run()
    app.selectbox(key="config optimizer").select("rmsprop").run()
    click(app, "Start training")
    config = launched[0].vae_config
    assert (config.recipe, config.encoder_widths, config.beta, config.optimizer) == ("custom", (32, 16), 4.0, "rmsprop")


def test_all_fields_stay_and_all_that_are_wrong_are_told(runs: Path) -> None:
    app = train()
    app.segmented_control(key="recipe").select("custom").run()

    def fields() -> set[str]:
        widgets = (*app.text_input, *app.number_input, *app.selectbox)
        return {str(widget.key) for widget in widgets if str(widget.key).startswith("config ")}

    before = fields()
    app.text_input(key="config encoder_widths").set_value("256;128").run()
    assert not app.error
    app.text_input(key="config encoder_widths").set_value("wide").run()
    app.number_input(key="config epochs").set_value(None).run()
    (error,) = app.error
    assert "Encoder widths: expected whole numbers" in as_read(error.value)
    assert "Epochs: expected a number" in as_read(error.value)
    assert fields() == before
    assert len(before) == len(dataclasses.fields(TrainingConfig)) - 1


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("config encoder_widths", "", "Encoder widths: expected 1 to 8 widths"),
        ("config encoder_widths", "256; rm", "Encoder widths: expected whole numbers"),
        ("config decoder_widths", "99999", "Decoder widths: expected a whole number from 1 to 4096"),
        ("config decoder_widths", "4096, 4096, 4096", "at most 20,000,000 weights"),
        ("config epochs", None, "Epochs: expected a number"),
    ],
)
def test_what_is_out_of_bounds_is_an_error_and_cannot_be_started(
    runs: Path, launched: list[Run], key: str, value: str | None, message: str
) -> None:
    app = train()
    app.segmented_control(key="recipe").select("custom").run()
    if value is None:
        app.number_input(key=key).set_value(None).run()
    else:
        app.text_input(key=key).set_value(value).run()
    assert message in as_read(app.error[0].value)
    assert next(button for button in app.button if button.label == "Start training").disabled
    assert not launched


@pytest.mark.parametrize(("slots", "message"), [("0", "turned off"), ("many", "expected a whole number, found 'many'")])
def test_without_slots_nothing_can_be_started(
    runs: Path, monkeypatch: pytest.MonkeyPatch, slots: str, message: str
) -> None:
    monkeypatch.setenv("VAE_TRAINING_SLOTS", slots)
    app = train()
    assert next(button for button in app.button if button.label == "Start training").disabled
    assert any(message in as_read(info.value) for info in app.info)
    assert app.selectbox(key="watch").value == "seed"


def test_where_training_is_off_visitors_change_no_run(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_of_seed(runs, "mine")
    copy_of_seed(runs, "stopped", status="cancelled", reason="cancelled at epoch 1 of 50")
    monkeypatch.setenv("VAE_TRAINING_SLOTS", "0")
    for run_id in ("mine", "stopped"):
        app = train(watch=run_id)
        assert app.selectbox(key="watch").value == run_id
        assert not {"Delete", "Save", "Resume", "Cancel"} & labels(app)
        assert "Open in the explorer" in labels(app)


def test_phases_are_shown_as_what_they_are(runs: Path, launched: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions.locks, "held", lambda run: True)
    app = click(train(), "Start training")
    journal = Journal(launched[0].directory)
    numbers = {"seconds": 1.5, "reconstruction": 190.0, "kl": 5.0, "digits_per_second": 30_000.0}
    for event, values, words in [
        ("queued", {"place": 2}, "place 2 in the queue"),
        ("starting", {}, "Starting TensorFlow"),
        ("compiling", {"device": "2 processor cores"}, "Compiling the gradient step for 2 processor cores"),
        ("step", {"step": 50, "loss": 195.0, **numbers}, "Epoch"),
        ("scoring", {}, "Scoring the test digits"),
    ]:
        journal.write(event, **values)
        app.run()
        assert not app.exception
        assert words in as_read(progress(app)), event
    assert "Loss **195.0** nats = reconstruction **190.0** + KL **5.00**" in "\n".join(m.value for m in app.markdown)


def progress(app: AppTest) -> str:
    return " ".join(element.proto.text for element in app.get("progress"))


def test_dead_worker_is_a_failure_with_a_reason_and_can_be_resumed(
    runs: Path, launched: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "_START_SECONDS", 0.0)
    app = click(train(), "Start training")
    assert "Failed: its worker was killed" in warnings(app)
    assert "What it had learned is kept" not in warnings(app)
    assert {"Resume", "Open in the explorer", "Delete"} <= labels(app)
    assert read_run(launched[0].directory).record.status == "failed"
    monkeypatch.setattr(job, "_START_SECONDS", 30.0)
    click(app, "Resume")
    assert [run.id for run in launched] == [launched[0].id] * 2
    assert "Cancel" in labels(app)


def test_reason_of_a_failure_is_shown_as_it_is(runs: Path) -> None:
    run = copy_of_seed(runs, "mine", status="failed", reason="failed: /Home/Runs is full. Make room there.")
    (run / "checkpoint.safetensors").touch()
    warning = as_read(train(watch="mine").warning[0].value)
    assert warning == "Failed: /Home/Runs is full. Make room there. What it had learned is kept."


def test_own_runs_can_be_renamed_and_deleted_but_shipped_ones_cannot(runs: Path) -> None:
    copy_of_seed(runs, "mine")
    app = train()
    assert app.selectbox(key="watch").value == "mine"
    app.text_input(key="title mine").set_value("Renamed").run()
    click(app, "Save")
    assert read_run(runs / "mine").record.title == "Renamed"
    click(app, "Delete")
    assert runs_in(runs)[0]  # it asks first, which the test in a browser answers
    app.selectbox(key="watch").select("seed").run()
    assert not {"Delete", "Save"} & labels(app)


def test_link_names_the_run_and_a_wrong_one_gets_a_notice(runs: Path) -> None:
    copy_of_seed(runs, "mine")
    assert train(watch="seed").selectbox(key="watch").value == "seed"
    app = train(watch="../nobody")
    assert "'../nobody'" in warnings(app)
    assert app.selectbox(key="watch").value == "mine"


def test_outcome_is_compared_with_the_post_only_on_the_same_digits(runs: Path) -> None:
    copy_of_seed(runs, "mine")
    metrics = runs / "mine" / "metrics.json"
    metrics.write_text(metrics.read_text().replace('"value": 151.438', '"value": 140.25'))
    app = train()
    assert "Better than the blog post's 50 epochs: 140.2 against 151.4 nats" in app.success[0].value


def test_the_shipped_runs_trainings_are_shown_with_mnist_and_without(runs: Path, shown: Digits) -> None:
    app = train(watch="deep")
    machine = browser_data(app, "time-machine")
    assert machine
    assert len(machine["frames"]) == 24
    # Without MNIST the digits have their classes, but no pictures.
    assert ("probe-labels" in machine["digits"]) == (shown.source != "mnist")
    assert not app.info


def test_snapshots_of_other_digits_are_not_shown(runs: Path, shown: Digits) -> None:
    copy_of_seed(runs, "mine", dataclasses.replace(shown, source="fashion.npz", test_images=shown.test_images[:50]))
    app = train(watch="mine")
    assert not browser_data(app, "time-machine")
    assert "trained on other digits than the ones at hand" in app.info[0].value


def test_damaged_snapshot_is_an_error_that_names_the_file(runs: Path) -> None:
    folder = copy_of_seed(runs, "mine", load_digits())
    path = folder / "snapshots" / "00000020.safetensors.gz"
    path.write_bytes(path.read_bytes()[:500])
    app = train()
    assert str(path) in as_read(app.error[0].value)
    shutil.rmtree(folder)
    app.run()
    assert not app.exception
    assert app.selectbox(key="watch").value == "seed"
