"""Each page through Streamlit's test runner: it runs to its end, says what it must, and never shows an exception."""

from pathlib import Path
from typing import NoReturn

import pytest

from tests.pages.runner import as_read, assert_falls_back, browser_data, copy_of_seed, opened, pinned, text, warnings
from vae_core.data.digits import Digits
from vae_core.errors import DataError
from vae_core.latent.points import point_text
from vae_core.ui.resources.layers import LAYERS
from vae_core.ui.session import digits
from vae_core.ui.session.explore import DEFAULT_RUN

"""As they came."""


def test_explore_says_what_is_on_show(runs: Path, shown: Digits) -> None:
    app = opened(run="seed")
    line = app.caption[0].value
    assert f"{len(shown.test_images):,} digits" in line
    assert r"The blog post\'s recipe" in line
    on_mnist, on_sample = "151.4 nats on 10,000 MNIST test digits", "148.6 nats on 5,000 digits of the bundled sample"
    assert (on_sample if shown.are_sample else on_mnist) in line
    assert ("learned from these very digits" in line) == shown.are_sample
    assert not app.info
    assert pinned(app) == (0, 0)
    assert not app.warning


def test_link_is_followed(runs: Path) -> None:
    app = opened(run="seed", z1="1.5", z2="-0.25")
    assert pinned(app) == (1.5, -0.25)
    assert app.query_params["z1"] == "1.5000"
    assert not app.warning


def test_link_that_was_copied_from_a_pages_source_is_followed_and_written_anew(runs: Path) -> None:
    app = opened(**{"run": "seed", "amp;z1": "\u22120.35", "amp;z2": "1.6"})
    assert pinned(app) == (-0.35, 1.6)
    assert dict(app.query_params) == {"run": "seed", "z1": "-0.3500", "z2": "1.6000"}
    assert not app.warning


def test_link_names_the_layer_under_the_points_while_there_is_one(runs: Path) -> None:
    app = opened(run="seed", layer="density")
    assert app.button_group(key="layer").value == "density"
    data = browser_data(app, "latent-map")
    assert data
    assert data["layer"]["help"] == LAYERS["density"].help
    app.button_group(key="layer").set_value("regions").run()
    assert app.query_params["layer"] == "regions"
    app.button_group(key="layer").set_value(None).run()
    assert dict(app.query_params) == {"run": "seed"}
    assert not app.warning


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"z1": "nan"}, "'nan'"),
        ({"z1": "10.01"}, "'10.01'"),
        ({"z1": "1", "z2": "-10.5"}, "'-10.5'"),
        ({"z2": "1e400"}, "'1e400'"),
        ({"z1": "one"}, "'one'"),
        ({"run": "../seed"}, "'../seed'"),
        ({"run": "../../etc/passwd"}, "'../../etc/passwd'"),
        ({"run": "never-trained"}, "never-trained"),
        ({"run": ""}, "''"),
        ({"layer": "no-such-layer"}, "'no-such-layer'"),
        ({"view": "1_2_3"}, "'1_2_3'"),
        ({"hidden": "3a"}, "'3a'"),
    ],
)
def test_link_that_makes_no_sense_gets_a_notice_and_the_default(
    runs: Path, query: dict[str, str], message: str
) -> None:
    app = opened(**query)
    assert message in warnings(app)
    assert pinned(app) == (0, 0)
    assert app.selectbox(key="run").value == DEFAULT_RUN


def test_controls(runs: Path) -> None:
    app = opened()
    seen = {pinned(app)}
    for label in ("Random digit", "Random point"):
        next(button for button in app.button if button.label == label).click().run()
        z = pinned(app)
        assert app.query_params["z1"] == f"{z[0]:.4f}"
        assert f"Around {point_text(z)}" in "".join(element.value for element in app.markdown)
        seen.add(z)
    assert len(seen) == 3
    app.slider(key="side").set_value(20).run()
    assert pinned(app) == z
    next(button for button in app.button if button.label == "Reset").click().run()
    assert pinned(app) == (0, 0)
    assert app.slider(key="side").value == 15
    assert "z1" not in app.query_params
    assert not app.exception


def test_own_run_is_picked_and_a_damaged_one_left_out(runs: Path) -> None:
    copy_of_seed(runs, "mine")
    (copy_of_seed(runs, "broken") / "run.json").write_text("{")
    app = opened()
    offered = [line.split(" \u00b7 ")[0] for line in app.selectbox(key="run").options]
    assert offered[0] == "deep"
    assert sorted(offered[1:]) == [
        "Copy mine",
        "The blog post's recipe",
        *(f"fast, beta {beta}" for beta in ("0.25", "1", "4")),
    ]
    assert str(runs / "broken" / "run.json") in warnings(app)
    app.selectbox(key="run").select("mine").run()
    assert "Copy mine" in app.caption[0].value
    assert app.query_params["run"] == "mine"
    assert not app.exception


def test_damaged_network_is_an_error_that_names_the_file(runs: Path) -> None:
    weights = copy_of_seed(runs, "torn") / "network.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    app = opened(run="torn")
    assert str(weights) in as_read(app.error[0].value)
    app.selectbox(key="run").select("seed").run()
    assert not app.error


def test_deleted_run_falls_back(runs: Path) -> None:
    folder = copy_of_seed(runs, "mine")
    assert_falls_back(opened(run="mine"), folder, DEFAULT_RUN)


def test_title_cannot_format_the_page(runs: Path) -> None:
    copy_of_seed(runs, "mine", title="](http://a.b)\n\n:red[x] <b>&lt;")
    app = opened(run="mine")
    expected = "\\]\\(http\\:\u2060\\/\\/a\\.b\\) \\:\u2060red\\[x\\] \\<b\\>\\&lt\\;"
    assert expected in app.caption[0].value


def test_run_and_lattice_survive_another_page(runs: Path) -> None:
    copy_of_seed(runs, "mine")
    app = opened(run="mine")
    app.slider(key="side").set_value(20).run()
    app.switch_page("pages/about.py").run().run()
    app.switch_page("pages/explore.py").run()
    assert app.selectbox(key="run").value == "mine"
    assert app.slider(key="side").value == 20


def test_about_says_what_a_link_asks_for_in_vain(runs: Path) -> None:
    assert "'nobody'" in warnings(opened("about.py", run="nobody"))


@pytest.mark.parametrize("page", ["explore.py", "train.py", "report.py", "compare.py", "about.py"])
def test_without_any_digits_every_page_says_why(runs: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    def none() -> NoReturn:
        raise DataError("No digits could be loaded. Reinstall the requirements.")

    monkeypatch.setattr(digits, "load_digits", none)
    app = opened(page)
    assert "Reinstall the requirements." in as_read(app.error[0].value)


def test_the_link_holds_the_tiles_and_refuses_what_makes_no_sense(runs: Path) -> None:
    app = opened(n="21", q="0.01")
    assert (app.slider(key="side").value, app.slider(key="quantile").value) == (21, 0.01)
    assert (app.query_params["n"], app.query_params["q"]) == ("21", "0.01")
    next(button for button in app.button if button.label == "Reset").click().run()
    assert "n" not in app.query_params
    app = opened(n="1000", q="0.01")
    assert "The link's tiles are not used: n: expected a whole number from 5 to 31; found '1000'." in warnings(app)
    assert app.slider(key="side").value == 15


def test_the_link_holds_the_part_of_the_map_and_the_hidden_classes(runs: Path) -> None:
    app = opened(run="seed", view="-1_2.5_-3_0.25", hidden="83")
    data = browser_data(app, "latent-map")
    assert data
    assert (data["frame"], data["hidden"]) == ([-1, 2.5, -3, 0.25], [3, 8])
    assert dict(app.query_params) == {"run": "seed", "view": "-1_2.5_-3_0.25", "hidden": "38"}
    assert "include the classes hidden on the map: 3, 8." in text(app)
    app.selectbox(key="run").set_value("deep").run()
    assert dict(app.query_params) == {"run": "deep", "hidden": "38"}  # the frame was of another run's map
    revision = data["view_revision"]
    next(button for button in app.button if button.label == "Reset").click().run()
    assert dict(app.query_params) == {"run": "deep"}
    data = browser_data(app, "latent-map")
    assert data
    assert (data["frame"], data["hidden"]) == (None, [])
    assert data["view_revision"] > revision
    assert "hidden on the map" not in text(app)
    assert not app.warning


@pytest.mark.parametrize("page", [None, "report.py", "compare.py", "about.py"])
def test_nats_and_the_prior_are_explained_on_each_page(runs: Path, page: str | None) -> None:
    app = opened(page)
    helps = " ".join(element.proto.help for element in (*app.caption, *app.header, *app.metric) if element.proto.help)
    assert "1 nat is 1.44 bits" in helps
    if page in ("report.py", "compare.py"):
        assert "the standard normal distribution" in helps + text(app)
