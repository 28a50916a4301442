"""Which two runs the Compare page shows: chosen, swapped, asked for by a link, or gone."""

import shutil
from pathlib import Path

import pytest

from tests.pages.compare_page import compare, data, sides
from tests.pages.runner import copy_of_seed, opened, text, warnings
from vae_core.runs import catalog
from vae_core.runs.catalog import open_run


def test_swap_and_choosing_the_other_sides_run(two_runs: Path) -> None:
    app = compare(digit="5")
    next(button for button in app.button if button.label == "Swap").click().run()
    assert sides(app) == ("other", "mine")
    assert dict(app.query_params) == {"left": "other", "right": "mine", "digit": "5"}
    app.selectbox(key="left").select("mine").run()
    assert sides(app) == ("mine", "other")
    app.selectbox(key="right").select("seed").run()
    assert sides(app) == ("mine", "seed")
    assert data(app)["digit"] == 5
    assert not app.exception


def test_the_pair_and_the_digit_survive_another_page(two_runs: Path) -> None:
    app = compare(digit="5")
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/compare.py").run()
    assert sides(app) == ("mine", "other")
    assert app.query_params["digit"] == "5"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"left": "../../etc/passwd"}, "is no run's id"),
        ({"right": "never-trained"}, "never-trained"),
        ({"left": "other"}, "expected another than the left one"),
        ({"digit": "10000000"}, "expected a number from 0 to"),
        ({"digit": "[x](javascript:alert(1))"}, "'[x](javascript:alert(1))'"),
    ],
)
def test_a_link_that_makes_no_sense_gets_a_notice(two_runs: Path, query: dict[str, str], message: str) -> None:
    app = compare(**query)
    assert message in warnings(app)
    assert len(set(sides(app))) == 2
    assert "digit" not in app.query_params


def test_runs_of_one_title_are_distinguished_by_their_ids(two_runs: Path) -> None:
    copy_of_seed(two_runs, "twin", title="Copy mine")
    app = compare(right="twin")
    assert [data(app)[side][1] for side in ("left", "right")] == ["Copy mine [mine]", "Copy mine [twin]"]
    offered = [line.split(" \u00b7 ")[0] for line in app.selectbox(key="left").options]
    assert offered.count("Copy mine [mine]") == 1


def test_a_run_in_training_is_not_offered(two_runs: Path) -> None:
    copy_of_seed(two_runs, "going", status="running")
    app = compare(right="going")
    assert "still in training" in warnings(app)
    assert not any("Copy going" in line for line in app.selectbox(key="left").options)


def test_a_deleted_run_is_replaced(two_runs: Path) -> None:
    app = compare()
    shutil.rmtree(two_runs / "other")
    app.run()
    assert "The run other is gone, damaged, or in training" in warnings(app)
    assert sides(app)[0] == "mine"
    assert len(set(sides(app))) == 2
    assert not app.exception


def test_with_one_run_alone_the_page_says_how_to_get_a_second(two_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "list_runs", lambda: ([open_run("seed")], ["One is damaged."]))
    app = opened()
    app.switch_page("pages/compare.py").run()
    assert not app.exception
    assert "There is only one run to show, The blog post's recipe." in text(app)
    assert "train a second one" in text(app)
    assert "One is damaged." in warnings(app)
