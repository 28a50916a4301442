"""The explorer's manifold under a real pointer: its tiles, its lattice and the file that it is saved as."""

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Position, expect

from tests.explorer import Explorer, decoded
from vae_core.latent.manifold import lattice
from vae_core.networks.network import Network
from vae_core.ui.session.explore import DEFAULT_RUN


def test_manifold_is_the_decoded_lattice(explorer: Explorer, network: Network) -> None:
    explorer.rest()
    mosaic = explorer.pixels("manifold").astype(int)
    nodes = lattice()
    assert mosaic.shape == (420, 420)
    for row, column in [(0, 0), (0, 14), (14, 0), (14, 14), (7, 3)]:
        tile = mosaic[28 * row : 28 * (row + 1), 28 * column : 28 * (column + 1)]
        assert abs(tile - decoded(network, (nodes[column], nodes[14 - row]))).max() <= 1


def test_tile_previews_and_pins_its_node(explorer: Explorer, network: Network) -> None:
    explorer.rest()
    nodes = lattice()
    box = explorer.page.get_by_test_id("manifold").bounding_box()
    assert box
    side = box["width"] / 15
    tile: Position = {"x": 12.5 * side, "y": 2.5 * side}  # column 12 from the left, row 2 from the top
    explorer.page.get_by_test_id("manifold").hover(position=tile)
    node = (nodes[12], nodes[12])
    assert explorer.hover_z == pytest.approx(node, abs=1e-4)
    assert explorer.z == explorer.start
    assert abs(explorer.pixels("decoded") - decoded(network, node)).max() <= 1
    explorer.page.get_by_test_id("manifold").click(position=tile)
    explorer.page.wait_for_url(re.compile(r"z1="))
    explorer.settle()
    assert explorer.z == pytest.approx(node, abs=1e-4)
    assert explorer.same_map


def test_lattice_is_adjustable_and_drawn_on_the_map(explorer: Explorer, network: Network) -> None:
    page = explorer.rest().page
    page.get_by_role("button", name="Lattice").click()
    handle = page.get_by_role("slider", name="Tiles a side (n)")
    handle.focus()
    handle.press("ArrowLeft")
    page.wait_for_function("document.querySelector('[data-testid=manifold]').width === 14 * 28")
    page.keyboard.press("Escape")
    page.get_by_text("Nodes on the map").click()
    expect(page.locator(".lm-dots")).to_be_visible()
    assert (page.locator(".lm-dots").get_attribute("d") or "").count("M") == 14 * 14
    nodes = lattice(14)
    page.wait_for_function(
        "document.querySelector('[data-testid=manifold]').getContext('2d').getImageData(391, 391, 1, 1).data[3] === 255"
    )
    corner = explorer.pixels("manifold")[-28:, -28:].astype(int)
    assert abs(corner - decoded(network, (nodes[-1], nodes[0]))).max() <= 1
    assert explorer.same_map


def test_manifold_is_saved_as_it_is_shown(explorer: Explorer) -> None:
    page = explorer.rest().page
    with page.expect_download() as download:
        page.get_by_role("button", name="Save", exact=True).click()
    assert download.value.suggested_filename == f"manifold-{DEFAULT_RUN}-15x15.png"
    saved = np.asarray(Image.open(download.value.path())).astype(int)
    assert abs(saved - explorer.pixels("manifold")).max() <= 1
