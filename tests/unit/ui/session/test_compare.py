"""Which two runs are compared, and what a link may ask for."""

import dataclasses
from pathlib import Path

import pytest

from tests.unit.builders import CONFIG, make_run, record
from vae_core.runs.run import Run
from vae_core.storage import directories
from vae_core.ui.session.compare import CompareLink, completed, default_pair


def run(run_id: str, beta: float = 1.0, shipped: bool = True) -> Run:
    folder = directories.SHIPPED if shipped else Path("/runs")
    return Run(folder / run_id, record(run_id, config=dataclasses.replace(CONFIG, beta=beta)))


def test_the_default_pair_is_the_least_and_the_greatest_beta_that_are_shipped():
    runs = [run("seed"), run("beta-4", 4), run("beta-0-25", 0.25), run("beta-1", 1), run("beta-9", 9, shipped=False)]
    assert default_pair(runs) == ("beta-0-25", "beta-4")


def test_without_two_of_them_the_default_pair_is_the_first_two_runs():
    assert default_pair([run("seed"), run("deep"), run("beta-4", 4)]) == ("seed", "deep")
    assert default_pair([run("seed"), run("mine", shipped=False), run("older", shipped=False)]) == ("seed", "mine")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (None, None, ("a", "b")),
        ("c", None, ("c", "b")),
        ("b", None, ("b", "a")),
        ("a", None, ("a", "b")),
        (None, "c", ("a", "c")),
        (None, "a", ("b", "a")),
        (None, "b", ("a", "b")),
        ("c", "d", ("c", "d")),
        ("c", "c", ("c", "b")),
    ],
)
def test_a_pair_is_completed_to_two_different_runs(left: str | None, right: str | None, expected: tuple[str, str]):
    assert completed(left, right, ("a", "b")) == expected


def test_a_link_names_two_runs_and_a_digit(root: Path):
    make_run(root, "mine")
    make_run(root, "yours")
    assert CompareLink.parse({"left": "mine", "right": "yours", "digit": "12"}, 13) == CompareLink(
        "mine", "yours", 12, ()
    )
    assert CompareLink.parse({"right": "mine"}, 13) == CompareLink(None, "mine", None, ())
    assert CompareLink.parse({}, 13) == CompareLink(None, None, None, ())


@pytest.mark.parametrize("digit", ["13", "-1", "1.0", "", "one", "\u0661", "1e1", "9" * 5000, "<script>"])
def test_a_digit_that_is_none_is_refused_with_a_notice(root: Path, digit: str):
    link = CompareLink.parse({"digit": digit}, 13)
    assert link.digit is None
    (notice,) = link.notices
    assert "expected a number from 0 to 12" in notice
    assert len(notice) < 200


@pytest.mark.parametrize("name", ["../seed", "", "nothing-like-it", "a" * 5000, "\ud800"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_run_that_is_none_is_refused_with_a_notice(root: Path, side: str, name: str):
    link = CompareLink.parse({side: name}, 13)
    assert (link.left, link.right) == (None, None)
    assert len(link.notices) == 1


def test_a_run_in_training_is_refused(root: Path):
    make_run(root, "going", status="running")
    link = CompareLink.parse({"left": "going"}, 13)
    assert link.left is None
    assert "still in training" in link.notices[0]


def test_one_run_twice_is_refused(root: Path):
    make_run(root, "mine")
    link = CompareLink.parse({"left": "mine", "right": "mine"}, 13)
    assert (link.left, link.right) == ("mine", None)
    assert "expected another" in link.notices[0]
