"""Runs on a line each: the best first, with what one chooses by, however little is known of them."""

import dataclasses
from pathlib import Path

from tests.unit.builders import CONFIG, make_run, random_digits
from vae_core.runs.record import Dataset, Score, scores_to_json
from vae_core.runs.run import Run
from vae_core.ui.elements.run_labels import lines, names

DIGITS = dataclasses.replace(random_digits(), source="mnist")
MNIST = Dataset("mnist", 8, 2, 4, "0" * 16)
SAMPLE = dataclasses.replace(MNIST, source="sample")


def scored(root: Path, run_id: str, value: float | None, **changes) -> Run:
    run = make_run(root, run_id, **changes)
    scores = [] if value is None else [Score("-ELBO", value, "nats", 4, "mnist", "exact")]
    (run.directory / "metrics.json").write_bytes(scores_to_json(scores))
    return run


def test_the_best_is_first_and_a_line_says_what_one_chooses_by(tmp_path: Path):
    runs = [
        scored(tmp_path, "none", None, title="Unscored", dataset=MNIST),
        scored(tmp_path, "sample", 90.0, title="On the sample", dataset=SAMPLE),
        scored(tmp_path, "worse", 151.44, title="Worse", dataset=MNIST),
        scored(tmp_path, "best", 122.72, title="Best", dataset=MNIST, config=dataclasses.replace(CONFIG, beta=0.5)),
        scored(tmp_path, "going", None, title="Going", dataset=SAMPLE, status="running"),
    ]
    found = lines(runs, DIGITS)
    assert list(found) == ["going", "best", "worse", "none", "sample"]
    size = f"{CONFIG.weights / 1000:,.0f} k weights"
    assert found["best"] == f"Best \u00b7 \u2212ELBO 122.7 nats \u00b7 beta 0.5 \u00b7 {size} \u00b7 MNIST"
    assert found["going"].startswith("Going \u00b7 beta 1 \u00b7")
    assert found["none"].startswith("Unscored \u00b7 beta 1 \u00b7")
    assert found["sample"].endswith("\u00b7 bundled sample of MNIST")


def test_a_run_whose_scores_are_damaged_is_still_offered(tmp_path: Path):
    run = scored(tmp_path, "torn", 1.0, title="Torn")
    (run.directory / "metrics.json").write_text("{")
    assert "ELBO" not in lines([run], DIGITS)["torn"]


def test_runs_of_one_name_have_their_ids(tmp_path: Path):
    runs = [scored(tmp_path, run_id, None, title=title) for run_id, title in (("a", "Same"), ("b", "Same"), ("c", ""))]
    assert names(runs) == {"a": "Same [a]", "b": "Same [b]", "c": "c"}
