"""The page About: its course gets the files of the run and of those that differ only in beta, on the same digits."""

from pathlib import Path

import pytest

from tests.pages.runner import as_read, browser_data, copy_of_seed, html, opened, text
from vae_core import __version__
from vae_core.data.digits import Digits
from vae_core.runs import catalog
from vae_core.runs.catalog import open_run
from vae_core.runs.run import read_run
from vae_core.ui.session.explore import DEFAULT_RUN


def test_the_course_is_on_the_run_and_the_digit_of_the_explorer(runs: Path, shown: Digits) -> None:
    data = browser_data(opened("about.py", run="seed", z1="1.5", z2="-0.25"), "course")
    assert data
    network = open_run("seed").network()
    assert network.decoder.digest in data["decoder"]
    assert data["activation"] == "relu"
    assert f"{network.digest}-{shown.digest}" in data["pictures"]
    elsewhere = browser_data(opened("about.py"), "course")
    assert elsewhere
    assert open_run(DEFAULT_RUN).decoder().digest in elsewhere["decoder"]
    assert elsewhere["digit"] != data["digit"]
    assert max(elsewhere["digit"], data["digit"]) < len(shown.test_images)


def test_the_runs_with_other_betas_are_on_the_same_digits_with_what_was_measured(runs: Path, shown: Digits) -> None:
    data = browser_data(opened("about.py"), "course")
    assert data
    assert [one["beta"] for one in data["betas"]] == [0.25, 1, 4]
    assert all(shown.digest in one["map"] for one in data["betas"])
    measured = {score.name: score for score in open_run("beta-4").scores_on(shown)}
    pair = f"{measured['reconstruction'].value:.1f} and {measured['KL'].value:.1f} with beta 4"
    assert pair in data["measured"]
    assert ("5,000 digits of the bundled sample" if shown.are_sample else "10,000 MNIST test digits") in data[
        "measured"
    ]


def test_beside_a_run_on_a_part_of_the_sample_the_others_are_shown_on_that_part(runs: Path, part: Digits) -> None:
    copy_of_seed(runs, "mine", part)
    data = browser_data(opened("about.py", run="mine"), "course")
    assert data
    assert part.digest in data["pictures"]
    assert all(part.digest in one["map"] for one in data["betas"])
    assert "10,000 MNIST test digits" in data["measured"]  # there is no report on that part


def test_a_damaged_run_is_named(runs: Path) -> None:
    weights = copy_of_seed(runs, "torn") / "network.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    app = opened("about.py", run="torn")
    assert str(weights) in as_read(app.error[0].value)
    assert browser_data(app, "course") is None


def test_a_damaged_run_of_another_beta_is_named_and_left_out(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torn, whole = (copy_of_seed(runs, name) for name in ("torn", "whole"))
    (torn / "network.safetensors").write_bytes(b"")
    monkeypatch.setattr(catalog, "shipped_by_beta", lambda: [read_run(torn), read_run(whole)])
    app = opened("about.py")
    assert str(torn / "network.safetensors") in as_read(app.error[0].value)
    data = browser_data(app, "course")
    assert data
    assert len(data["betas"]) == 1


def test_below_the_course_are_formulas_network_and_sources(runs: Path) -> None:
    app = opened("about.py", run="seed")
    assert app.title[0].value == "How it works"
    for count in ("201,988", "202,256", "404,244"):
        assert count in text(app)
    rows = html(app).partition("<tbody>")[2].split("<tr>")[1:]
    assert [row.rpartition("<td>")[2].split("<")[0] for row in rows] == ["200,960", "514", "514", "768", "201,488"]
    assert "*VAE*, a blog post in Korean" in text(app)
    assert app.caption[-1].value == f"VAE Latent Explorer {__version__}"
