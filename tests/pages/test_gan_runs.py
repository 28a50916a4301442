"""A GAN's run on every page: shown where its training is, never offered where an encoder is needed."""

from pathlib import Path

import pytest

from tests.pages.runner import browser_data, copy_of_seed, opened, text, warnings
from tests.unit.builders import make_gan
from vae_core.data.digits import Digits
from vae_core.jobs import actions
from vae_core.recipes import GAN_RECIPES
from vae_core.runs.run import Run
from vae_core.ui.session.explore import DEFAULT_RUN


@pytest.fixture
def gan(runs: Path) -> Run:
    return make_gan(runs)


@pytest.mark.parametrize("page", [None, "report.py"])
def test_a_link_to_it_gets_a_notice_and_the_default_and_it_is_not_offered(gan: Run, few: Digits, page: str | None):
    app = opened(page, run=gan.id)
    assert "The link's run is not used: A small GAN is a GAN" in warnings(app)
    picker = app.selectbox(key="run")
    assert picker.value == DEFAULT_RUN
    assert not any("GAN" in line for line in picker.options)


def test_about_shows_the_default_in_its_place(gan: Run, few: Digits):
    app = opened("about.py", run=gan.id)
    assert "A small GAN is a GAN" in warnings(app)
    assert not app.error


def test_compare_takes_another_in_its_place_and_does_not_offer_it(gan: Run, runs: Path, few: Digits):
    copy_of_seed(runs, "mine")
    app = opened("compare.py", left=gan.id, right="mine")
    assert "A small GAN is a GAN" in warnings(app)
    sides = [app.selectbox(key=side) for side in ("left", "right")]
    assert sides[1].value == "mine"
    assert not any("GAN" in line for side in sides for line in side.options)


def test_train_shows_its_manifold_and_its_losses_in_steps(gan: Run, few: Digits):
    app = opened("train.py", watch=gan.id)
    assert not app.warning
    assert app.selectbox(key="watch").value == gan.id
    line = next(line for line in app.selectbox(key="watch").options if "A small GAN" in line)
    assert line == "A small GAN \u00b7 GAN \u00b7 minimax \u00b7 9 k weights \u00b7 bundled sample of MNIST"
    assert "A GAN has no encoder, and so no \u2212ELBO" in app.success[0].value
    assert "Open in the explorer" not in {button.label for button in app.button}
    data = browser_data(app, "time-machine")
    assert data
    assert (data["unit"], data["units"], data["steps_per_unit"], data["steps"]) == ("step", 600, 1, [0])
    names = [trace["name"] for trace in data["curve"]["data"]]
    assert names == ["discriminator", "generator", "penalty", "pairs told apart"]
    assert data["curve"]["layout"]["xaxis"]["range"] == [0, 600]


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
