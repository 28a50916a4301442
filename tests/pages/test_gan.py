"""The page on GANs through Streamlit's test runner."""

import shutil
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from tests.pages.runner import browser_data, html, opened, text, warnings
from vae_core.data.digits import Digits
from vae_core.data.images import to_pixels
from vae_core.runs.catalog import open_run
from vae_core.storage import directories


def sides(app: AppTest) -> list[dict]:
    """The models that the browser gets."""
    data = browser_data(app, "decoder-maps")
    assert data
    return data["sides"]


def test_a_generators_map_has_no_digits_and_all_three_layers(runs: Path, shown: Digits) -> None:
    app = opened("gan.py", view="learned", run="gan-collapsed", z1="1.5", z2="-0.25")
    (side,) = sides(app)
    assert (side["run"], side["kind"], side["map"]) == ("gan-collapsed", "GAN", None)
    assert (browser_data(app, "decoder-maps") or {})["z"] == [1.5, -0.25]
    assert app.button_group(key="gan layer").options == ["Judged class", "Discriminator", "Magnification"]
    assert (browser_data(app, "time-machine") or {})["unit"] == "step"
    assert not warnings(app)
    assert dict(app.query_params) == {"view": "learned", "run": "gan-collapsed", "z1": "1.5000", "z2": "-0.2500"}


def test_beside_a_vae_both_draw_the_same_point_and_the_vae_has_its_digits(runs: Path, shown: Digits) -> None:
    app = opened("gan.py", view="beside", run="gan", vae="seed", z1="0.5")
    gan, vae = sides(app)
    assert (gan["kind"], vae["kind"], vae["run"]) == ("GAN", "VAE", "seed")
    assert gan["map"] is None
    assert vae["map"]
    assert app.button_group(key="gan layer").options == ["Judged class", "Magnification"]
    assert not warnings(app)


def test_a_digit_is_searched_for_in_both(runs: Path, shown: Digits) -> None:
    app = opened("gan.py", view="beside", vae="seed", digit="3")
    pixels = to_pixels(shown.test_images[3:4])[0]
    drawn = open_run("seed").network()
    mean, _ = drawn.encoder.encode(pixels[None])
    error = np.sqrt(np.square(drawn.decoder.decode(mean).reshape(-1) - pixels).mean())
    said = html(app)
    assert f"error {error:.3f}" in said
    errors = [float(part.split(",")[0]) for part in said.split("<span>error ")[1:]]
    searched, encoded, best = errors
    assert best <= encoded + 1e-3
    assert 0 < searched < 0.5
    assert all(side["found"] for side in sides(app))
    assert dict(app.query_params)["digit"] == "3"
    app.button(key="random digit").click().run()
    assert not app.exception


def test_without_a_digit_it_says_what_to_do(runs: Path, shown: Digits) -> None:
    assert "Choose a digit" in text(opened("gan.py", view="beside"))


def test_a_link_to_what_is_no_gan_is_said(runs: Path, shown: Digits) -> None:
    app = opened("gan.py", view="learned", run="deep")
    assert "deep is a VAE, not a GAN" in warnings(app)
    assert sides(app)[0]["run"] == "gan"


def test_a_run_that_was_deleted_meanwhile_gives_way(runs: Path, shown: Digits) -> None:
    shutil.copytree(directories.SHIPPED / "gan", runs / "mine")
    record = (runs / "mine" / "run.json").read_text().replace('"id": "gan"', '"id": "mine"')
    (runs / "mine" / "run.json").write_text(record)
    app = opened("gan.py", view="learned", run="mine")
    assert sides(app)[0]["run"] == "mine"
    shutil.rmtree(runs / "mine")
    app.run()
    assert not app.exception
    assert "The run mine is gone" in warnings(app)


def test_a_damaged_network_is_said_and_another_can_be_chosen(runs: Path, shown: Digits) -> None:
    shutil.copytree(directories.SHIPPED / "gan", runs / "mine")
    record = (runs / "mine" / "run.json").read_text().replace('"id": "gan"', '"id": "mine"')
    (runs / "mine" / "run.json").write_text(record)
    (runs / "mine" / "network.safetensors").write_bytes(b"no tensors")
    app = opened("gan.py", view="learned", run="mine")
    assert "This run cannot be shown" in app.error[0].value
    assert app.selectbox(key="gan run").options
