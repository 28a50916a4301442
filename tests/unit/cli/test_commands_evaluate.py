"""The command line's evaluate and ship: scores as a table or as JSON, and where a shipped copy lies."""

import dataclasses
import json
import sys
from pathlib import Path

import pytest

from tests.unit.builders import Call, make_gan, random_digits
from tests.unit.inspection import contents
from vae_core.data import sources
from vae_core.data.digits import Digits
from vae_core.evaluation.discriminator_scores import DISCRIMINATOR_SCORES, PAIRS
from vae_core.evaluation.report import Report
from vae_core.evaluation.sample_scores import SAMPLE_SCORES, of_class
from vae_core.evaluation.scores import OVERALL
from vae_core.runs.run import Run, read_run


def test_evaluate_prints_the_contracts_json(call: Call, few: Digits):
    status, output, errors = call("evaluate", "seed", "--json")
    assert (status, errors) == (0, "")
    scores = {score["name"]: score for score in json.loads(output)}
    assert list(scores)[: len(OVERALL)] == list(OVERALL)
    for name, score in scores.items():
        assert set(score) == {"name", "value", "unit", "digits", "dataset", "estimator", "error", "samples", "real"}
        assert (score["samples"] is None) == (name not in SAMPLE_SCORES and not name.startswith("share of samples"))
        assert score["dataset"] == "sample"
        assert score["digits"] == 200 or ", class " in name
    assert sum(scores[f"-ELBO, class {label}"]["digits"] for label in range(10)) == 200
    assert scores["-ELBO"]["unit"] == "nats"
    assert scores["-ELBO"]["value"] == pytest.approx(
        scores["reconstruction"]["value"] + scores["KL"]["value"], abs=2e-4
    )
    assert 140 < scores["-ELBO"]["value"] < 165


def test_evaluate_prints_a_table_and_says_whose_digits_these_are(call: Call, few: Digits):
    status, output, _ = call("evaluate", "seed")
    assert status == 0
    assert f"The bundled sample: 200 test digits, from {few.origin}" in output
    row = next(line for line in output.splitlines() if line.startswith("-ELBO"))
    assert row.split()[3:5] == ["nats", "200"]
    assert "not the ones that the run's own metrics.json speaks of" in output
    assert "were among its training digits" in output
    head, *rows = [line.split() for line in output.split("\n\n")[1].splitlines()[:11]]
    assert " ".join(head) == "class digits -ELBO reconstruction 5-NN accuracy " + " ".join(f"as {n}" for n in range(10))
    for label, cells in enumerate(rows):
        members = int((sources.load_whole_sample().test_labels == label).sum())
        assert cells[:2] == [str(label), str(members)]
        assert sum(map(int, cells[5:])) == members
        assert float(cells[4]) == pytest.approx(int(cells[5 + label]) / members, abs=5e-4)


def test_evaluate_takes_the_whole_sample_if_asked(call: Call, own_run: Run):
    before = contents(own_run)
    status, output, errors = call("evaluate", "small", "--sample")
    assert (status, errors) == (0, "")
    assert "The bundled sample: 200 test digits" in output
    assert "not the ones that the run's own metrics.json speaks of" in output
    assert "Bundled digits were among its training digits" in output  # for it was trained on the sample
    assert contents(own_run) == before


def test_evaluate_takes_a_directory(call: Call, own_run: Run, monkeypatch: pytest.MonkeyPatch):
    root = own_run.directory.parent
    _, by_id, _ = call("evaluate", "small", "--json")
    monkeypatch.chdir(root.parent)
    for place in (str(root / "small"), "runs/small", "./runs/small/"):
        assert call("evaluate", place, "--json") == (0, by_id, "")


def test_a_run_trained_on_the_sample_is_scored_on_its_own_digits_whatever_is_at_hand(
    call: Call, few: Digits, own_run: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sources, "load_digits", lambda: dataclasses.replace(random_digits(), source="mnist"))
    monkeypatch.setattr(sources, "_sample", lambda: few)
    status, output, errors = call("evaluate", "small")
    assert (status, errors) == (0, "")
    assert f"The bundled sample: 4,000 training and 300 test digits, from {few.origin}" in output
    assert "not the ones" not in output
    assert (own_run.directory / "report.safetensors").exists()
    monkeypatch.setattr(Report, "measure", lambda *_: pytest.fail("the run keeps its report"))
    assert call("evaluate", "small") == (0, output, "")


def test_evaluate_anew_measures_again_and_keeps_nothing(call: Call, own_run: Run, monkeypatch: pytest.MonkeyPatch):
    _, kept, _ = call("evaluate", "small")
    before, measured, measure = contents(own_run), [], Report.measure
    monkeypatch.setattr(Report, "measure", lambda *asked: measured.append(asked) or measure(*asked))
    assert call("evaluate", "small", "--anew") == (0, kept, "")
    assert len(measured) == 1
    assert contents(own_run) == before


def test_on_a_terminal_a_bar_says_what_is_measured(call: Call, own_run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    status, output, errors = call("evaluate", "small", "--json")
    assert (status, len(json.loads(output)) > len(OVERALL)) == (0, True)
    assert "Summing over the latent plane" in errors
    assert "100%" in errors


def test_ship_prints_where_the_copy_lies(call: Call, own_run: Run, shipped: Path):
    status, output, errors = call("ship", "small", "short")
    assert (status, errors) == (0, "")
    copy = read_run(Path(output.splitlines()[-1]))
    assert copy.directory == shipped / "short"
    assert (copy.record.title, len(copy.scores()) > len(OVERALL)) == (own_run.record.title, True)


def test_ship_takes_no_name_that_is_not_an_id(call: Call, own_run: Run):
    status, output, errors = call("ship", "small", "../short")
    assert (status, output) == (2, "")
    assert errors == ("Error: '../short' cannot be a run's id; expected 1 to 64 of a-z, 0-9 and '-'.\n")


def test_a_gans_drawings_and_discriminator_are_scored_and_what_it_has_not_is_said(call: Call, few: Digits, root: Path):
    make_gan(root)
    status, output, errors = call("evaluate", "a-gan")
    assert (status, errors) == (0, "")
    rows = [line.split("  ")[0] for line in output.splitlines()]
    names = [*SAMPLE_SCORES, *DISCRIMINATOR_SCORES]
    assert [row for row in rows if row in names] == names
    assert "A GAN has no encoder and gives no digit a probability." in output
    assert "class  digits" not in output


@pytest.mark.parametrize(("run_id", "losses"), [("gan", [PAIRS]), ("gan-collapsed", [*DISCRIMINATOR_SCORES])])
def test_the_shipped_gans_are_scored_in_json(call: Call, few: Digits, run_id: str, losses: list[str]):
    status, output, errors = call("evaluate", run_id, "--json", "--sample")
    assert (status, errors) == (0, "")
    scores = {score["name"]: score for score in json.loads(output)}
    assert list(scores) == [*SAMPLE_SCORES, *(of_class(label) for label in range(10)), *losses]
    assert all(score["digits"] == 200 or "nearest" in name or "near" in name for name, score in scores.items())
