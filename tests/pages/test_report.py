"""The Report page through Streamlit's test runner."""

from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest

from tests.pages.report_page import SHOWN, cards, hard_digits, measured, report
from tests.pages.runner import (
    as_read,
    assert_falls_back,
    copy_of_seed,
    html,
    opened,
    pinned,
    text,
    warnings,
)
from vae_core.data.digits import Digits, class_text
from vae_core.data.images import to_pixels
from vae_core.data.sources import load_digits_of
from vae_core.evaluation.scores import OVERALL
from vae_core.runs.catalog import open_run
from vae_core.ui.elements.score_tables import MEANINGS, label
from vae_core.ui.resources import measurement
from vae_core.ui.session.explore import DEFAULT_RUN


def test_shipped_run_is_reported_on(runs: Path, shown: Digits) -> None:
    app = report(run="seed")
    table = html(app)
    for name in OVERALL:
        assert f'<th scope="row">{label(name)}</th>' in table or f"<li><b>{label(name)} " in table
        assert MEANINGS[name]
    assert f"{len(shown.test_images):,}" in table
    assert "PCA" in table
    assert "pseudo" in text(app)
    others = "t-SNE", "Davidson et al., UAI 2018", "conv VAE of 9.2 million weights", "training digits, grey"
    assert [other in table for other in others] == [shown.source == "mnist"] * len(others)
    if shown.source == "mnist":
        assert "151.44 nats" in table
        assert not app.info
    assert len(hard_digits(app)) == SHOWN
    assert (app.query_params["run"], app.query_params["digit"]) == ("seed", str(hard_digits(app)[0]))


def test_what_others_reached_is_left_out_where_the_digits_are_others(runs: Path, few: Digits) -> None:
    app = report(run="seed")
    assert "These are other digits: it is left out." in text(app)
    assert "learned from these very digits" in text(app)
    assert "PCA" in html(app)
    assert "t-SNE" not in html(app)
    assert f"{len(few.test_images)} digits of the bundled sample" in html(app)


def test_damaged_run_is_an_error_that_names_the_file(runs: Path, few: Digits) -> None:
    weights = copy_of_seed(runs, "torn") / "network.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    app = report(run="torn")
    assert str(weights) in as_read(app.error[0].value)
    assert not hard_digits(app)
    measured(app.selectbox(key="run").select("seed").run())
    assert not app.error
    assert hard_digits(app)


def test_run_in_training_is_not_reported_on(runs: Path, few: Digits) -> None:
    copy_of_seed(runs, "begun", status="running")
    app = report(run="begun")
    assert "'begun' is still in training" in warnings(app)
    assert app.selectbox(key="run").value == DEFAULT_RUN


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"digit": "-1"}, "'-1'"),
        ({"digit": "1e3"}, "'1e3'"),
        ({"digit": "10000"}, "'10000'"),
        ({"digit": "9" * 5000}, "'9999"),
        ({"digit": "\u0663"}, "'\u0663'"),
        ({"digit": ""}, "''"),
        ({"digit": "](javascript:alert(1))"}, "'](javascript:alert(1))'"),
        ({"run": "../seed", "digit": "7"}, "'../seed'"),
    ],
)
def test_link_that_makes_no_sense_gets_a_notice_and_the_default(
    runs: Path, few: Digits, query: dict[str, str], message: str
) -> None:
    app = report(**query)
    assert message in warnings(app)
    assert app.selectbox(key="run").value == DEFAULT_RUN
    assert app.number_input(key="digit").value == (7 if query["digit"] == "7" else hard_digits(app)[0])


def test_link_names_the_digit(runs: Path) -> None:
    app = report(run="seed", digit="247")
    assert app.number_input(key="digit").value == 247
    (card,) = cards(app, "chosen")
    assert (card["digit"], card["title"].split(" among")[0]) == (
        247,
        class_text(int(load_digits_of("mnist").test_labels[247])),
    )
    assert not app.warning


def test_a_digit_that_the_next_run_is_not_shown_on_gives_way_to_the_worst(runs: Path, part: Digits) -> None:
    copy_of_seed(runs, "mine", part)
    measurement._measurements.clear()
    app = report(run="mine", digit="61")  # the notice stays while the report is measured
    assert "there is no digit 61" in warnings(app)
    app = report(run="seed", digit="4000")
    assert app.number_input(key="digit").value == 4000
    assert f"{5000:,} digits" in text(app)
    measured(app.selectbox(key="run").select("mine").run())
    assert app.number_input(key="digit").value == hard_digits(app)[0]
    assert f"{len(part.test_images)} digits" in text(app)
    assert not app.exception


def test_gallery_by_class_and_order(runs: Path) -> None:
    app = report(run="seed")
    labels = load_digits_of("mnist").test_labels
    before = hard_digits(app)
    app.pills(key="hard digits class").select(3).run()
    assert {labels[index] for index in hard_digits(app)} == {3}
    app.segmented_control(key="hard digits order").select("astray").run()
    assert all(card["title"].startswith("a 3 among ") for card in cards(app))
    assert {labels[index] for index in hard_digits(app)} == {3}
    app.pills(key="hard digits class").unselect(3).run()
    app.segmented_control(key="hard digits order").select("drawn").run()
    assert hard_digits(app) == before


def test_digit_is_chosen_by_its_number(runs: Path, few: Digits) -> None:
    app = report()
    app.number_input(key="digit").set_value(5).run()
    assert app.query_params["digit"] == "5"
    assert [card["digit"] for card in cards(app, "chosen")] == [5]
    assert not app.exception


def test_link_of_a_card_is_the_explorers(runs: Path, few: Digits) -> None:
    link = dict(parse_qsl(cards(report())[0]["query"]))
    app = opened(**link)
    assert pinned(app) == (float(link["z1"]), float(link["z2"]))
    assert not app.warning


@pytest.mark.parametrize("query", [{}, {"run": "beta-4"}])
def test_run_is_the_one_that_the_explorer_showed(runs: Path, few: Digits, query: dict[str, str]) -> None:
    expected = query.get("run", DEFAULT_RUN)
    app = opened(**query)
    measured(app.switch_page("pages/report.py").run())
    assert (app.selectbox(key="run").value, app.query_params["run"]) == (expected, expected)
    assert parse_qsl(cards(app)[0]["query"])[0] == ("run", expected)
    app.switch_page("pages/explore.py").run()
    assert (app.selectbox(key="run").value, app.query_params["run"]) == (expected, expected)


def test_deleted_run_falls_back(runs: Path, few: Digits) -> None:
    folder = copy_of_seed(runs, "mine")
    assert_falls_back(report(run="mine"), folder, DEFAULT_RUN)


def test_a_digit_is_said_to_lie_in_the_wrong_place_where_another_saves_a_tenth_of_its_loss(
    runs: Path, few: Digits
) -> None:
    network = open_run("seed").network()
    seen = set()
    for index in range(0, 60, 12):
        said = text(report(run="seed", digit=str(index)))
        pixels = to_pixels(few.test_images[index]).astype(float)[0]
        mean, _ = network.encoder.encode(to_pixels(few.test_images[index]))
        grid = np.stack(np.meshgrid(*2 * [np.linspace(-5, 5, 201)]), -1).reshape(-1, 2).astype(np.float32)
        z = np.concatenate([mean, grid])
        drawn = network.decoder.decode(z).reshape(len(z), -1).astype(float).clip(1e-7, 1 - 1e-7)
        losses = -(pixels * np.log(drawn) + (1 - pixels) * np.log(1 - drawn)).sum(axis=1)
        best = losses[1:][(losses[1:] + (grid.astype(float) ** 2).sum(axis=1) / 2).argmin()]
        if abs((losses[0] - best) / losses[0] - 0.1) > 0.02:  # no borderline case
            wrong = losses[0] - best > 0.1 * losses[0]
            assert (
                "put it in the wrong place" if wrong else "No place on the map gives a clearly better drawing"
            ) in said
            assert f"its loss is {losses[0]:.0f} nats" in said
            seen.add(wrong)
    assert False in seen


def test_what_is_drawn_from_random_points_is_judged(runs: Path, shown: Digits) -> None:
    app = report(run="deep")
    kept = {score.name: score for score in open_run("deep").scores_on(shown)}
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["Rarest class"] == f"{100 * kept['rarest class'].value:.1f} %"
    assert metrics["Pictures of no class"] == f"{100 * kept['seam share'].value:.1f} %"
    assert metrics["Fr\u00e9chet distance"] == f"{kept['Frechet distance'].value:.2f}"
    assert metrics["Coverage"] == f"{100 * kept['coverage'].value:.1f} %"
    assert "10,000 random points of the prior" in text(app)
    assert "can be compared only under the same judge" in text(app)
    table = html(app)
    assert f"10,000 samples beside {len(shown.test_images):,} " in table
    assert f"real digits {kept['Frechet distance'].real:.2f}" in table
    assert "Samples that are of no class" in table
