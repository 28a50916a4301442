"""A GAN's run on every page: shown with what it draws, never offered where an encoder is needed."""

import re
from pathlib import Path

import pytest

from tests.pages.report_page import measured, report
from tests.pages.runner import browser_data, copy_of_seed, html, opened, text, warnings
from tests.unit.builders import make_gan
from vae_core.data.digits import Digits
from vae_core.evaluation import report_process
from vae_core.evaluation.discriminator_scores import DISCRIMINATOR_SCORES, PAIRS
from vae_core.evaluation.report import Report
from vae_core.evaluation.sample_scores import SAMPLE_SCORES, of_class
from vae_core.jobs import actions
from vae_core.recipes import GAN_RECIPES
from vae_core.runs.catalog import open_run
from vae_core.runs.run import Run
from vae_core.ui.elements.score_tables import label
from vae_core.ui.session.explore import DEFAULT_RUN

PLURALS = ["zeros", "ones", "twos", "threes", "fours", "fives", "sixes", "sevens", "eights", "nines"]


@pytest.fixture
def gan(runs: Path) -> Run:
    return make_gan(runs)


@pytest.fixture(autouse=True)
def measured_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are measured in this process, on the few samples of all tests."""
    monkeypatch.setattr(report_process, "measure", Report.measure)


def test_a_link_of_the_explorer_gets_a_notice_and_the_default_and_it_is_not_offered(gan: Run, few: Digits):
    app = opened(run=gan.id)
    assert "A small GAN is a GAN" in warnings(app)
    assert f"This is {DEFAULT_RUN}." in warnings(app)
    picker = app.selectbox(key="run")
    assert picker.value == DEFAULT_RUN
    assert not any("GAN" in line for line in picker.options)


def test_about_shows_the_default_in_its_place(gan: Run, few: Digits):
    app = opened("about.py", run=gan.id)
    assert "A small GAN is a GAN" in warnings(app)
    assert not app.error


# --- Report


def test_the_report_is_on_what_it_draws_and_says_what_a_gan_has_not(gan: Run, few: Digits):
    app = report(run=gan.id)
    assert not app.warning
    assert not app.error
    assert app.selectbox(key="run").value == gan.id
    assert "a GAN" in app.caption[0].value
    assert {metric.label for metric in app.metric} == {
        "Rarest class",
        "Pictures of no class",
        "Fr\u00e9chet distance",
        "Coverage",
    }
    table = html(app)
    for name in (*SAMPLE_SCORES, *DISCRIMINATOR_SCORES):
        assert f'<th scope="row">{label(name)}</th>' in table
    assert "\u2212ELBO" not in table
    assert "Digits drawn at random points" in table
    assert "A GAN has no encoder and gives no digit a probability. So it has no \u2212ELBO" in text(app)
    assert browser_data(app, "hard digits") is None
    assert dict(app.query_params) == {"run": gan.id}


def test_the_shipped_gans_report_opens_at_once_with_its_own_figures(runs: Path, shown: Digits):
    app = opened("report.py", run="gan-collapsed")
    kept = {score.name: score for score in open_run("gan-collapsed").scores_on(shown)}
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["Fr\u00e9chet distance"] == f"{kept['Frechet distance'].value:.2f}"
    drawn_least = [name for label, name in enumerate(PLURALS) if kept[of_class(label)].value < 0.01]
    assert 2 < len(drawn_least) < 8
    (said,) = (line for line in text(app).splitlines() if line.startswith("Missing"))
    assert [name for name in PLURALS if name in said.split("each")[0]] == drawn_least
    assert "has collapsed" in said
    assert "collapsed" not in text(opened("report.py", run="gan")).replace("gan-collapsed", "")


def test_from_its_report_the_other_pages_show_the_default_and_say_why(gan: Run, few: Digits):
    app = opened("report.py", run=gan.id)
    app.switch_page("pages/explore.py").run()
    assert app.selectbox(key="run").value == DEFAULT_RUN
    assert "A small GAN is a GAN" in warnings(app)
    assert not app.exception


# --- Compare


@pytest.mark.parametrize("sides", [("mine", "a-gan"), ("a-gan", "mine"), ("gan", "a-gan")])
def test_compare_shows_what_both_draw_and_the_scores_that_both_have(
    gan: Run, runs: Path, few: Digits, sides: tuple[str, str]
):
    copy_of_seed(runs, "mine", few)
    app = opened("compare.py", left=sides[0], right=sides[1])
    assert not app.warning
    assert not app.error
    assert tuple(app.selectbox(key=side).value for side in ("left", "right")) == sides
    assert browser_data(app, "comparison") is None
    assert text(app).count("A GAN has no encoder") == 1
    assert html(app).count("Digits drawn by") == 2
    assert (app.query_params["left"], app.query_params["right"]) == sides
    next(button for button in app.button if button.label == "Measure").click().run()
    measured(app)
    rows = re.findall(r'<th scope="row">(.*?)<br>', html(app))
    expected = [*SAMPLE_SCORES, *([PAIRS] if "mine" not in sides else [])]
    assert sorted(rows[: len(expected)]) == sorted(label(name) for name in expected)  # some stand first
    assert label("-ELBO") not in rows
    assert len(app.get("plotly_chart")) == 2
    assert "Generator widths" in rows
    assert ("Encoder widths" in rows) == ("mine" in sides)
    assert not app.exception


def test_a_link_to_compare_the_shipped_ones_needs_no_measuring(runs: Path, shown: Digits):
    app = opened("compare.py", left="deep", right="gan")
    assert not [button for button in app.button if button.label == "Measure"]
    assert len(app.get("plotly_chart")) == 2
    assert "Fr\u00e9chet distance" in html(app)
    app.selectbox(key="right").select("seed").run()
    assert browser_data(app, "comparison")
    assert not app.exception


# --- Train


def test_train_shows_its_manifold_and_its_losses_in_steps(gan: Run, few: Digits):
    app = opened("train.py", watch=gan.id)
    assert not app.warning
    assert app.selectbox(key="watch").value == gan.id
    line = next(line for line in app.selectbox(key="watch").options if "A small GAN" in line)
    assert line == "A small GAN \u00b7 GAN \u00b7 minimax loss \u00b7 9 k weights \u00b7 bundled sample of MNIST"
    assert "A GAN has no encoder, and so no \u2212ELBO" in app.success[0].value
    labels = {button.label for button in app.button}
    assert "Open in the explorer" not in labels
    assert "Open its report" in labels
    data = browser_data(app, "time-machine")
    assert data
    assert (data["unit"], data["units"], data["steps_per_unit"], data["steps"]) == ("step", 600, 1, [0])
    names = [trace["name"] for trace in data["curve"]["data"]]
    assert names == ["discriminator", "generator", "penalty", "pairs told apart"]
    assert data["curve"]["layout"]["xaxis"]["range"] == [0, 600]


def test_from_train_its_report_is_one_click_away(gan: Run, few: Digits):
    app = opened("train.py", watch=gan.id, run=gan.id)
    assert not app.warning
    app.query_params.clear()
    next(button for button in app.button if button.label == "Open its report").click().run()
    app.switch_page("pages/report.py").run()  # which the tests' runner does not do by itself
    assert app.selectbox(key="run").value == gan.id


def test_a_recipe_of_a_gan_is_described_without_beta_and_started(
    runs: Path, few: Digits, monkeypatch: pytest.MonkeyPatch
):
    launched: list[Run] = []
    monkeypatch.setattr(actions, "launch", launched.append)
    app = opened("train.py")
    app.segmented_control(key="recipe").select("gan").run()
    assert not app.exception
    assert "915,089 weights, 13,500 steps of 128 digits" in text(app)
    assert not app.number_input
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    assert launched[0].record.config == GAN_RECIPES["gan"]
    assert app.selectbox(key="watch").value == launched[0].id
    assert "The worker is starting" in app.get("progress")[0].proto.text
