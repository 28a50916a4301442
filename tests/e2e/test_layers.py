"""The heatmaps under the map's points, as a visitor lays them there and puts them away."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.explorer import Explorer
from vae_core.data.sources import load_digits_of
from vae_core.latent.heatmaps import CELLS, HEATMAPS, Heatmap
from vae_core.latent.latent_map import LatentMap
from vae_core.runs.catalog import open_run
from vae_core.ui.resources.layers import LAYERS


def test_a_layer_lies_under_the_points_until_it_is_put_away(explorer: Explorer) -> None:
    network, digits = open_run("seed").network(), load_digits_of("mnist")
    embedded = LatentMap.embed(network, digits.test_images, digits.test_labels)
    page = explorer.open("?run=seed").page
    layers, legend = page.get_by_test_id("stButtonGroup"), page.get_by_test_id("layer-legend")
    expect(legend).to_be_hidden()
    for layer in ("density", "regions", "magnification", "width"):
        layers.get_by_text(LAYERS[layer].label, exact=True).click()
        expect(legend).to_contain_text(LAYERS[layer].legend, timeout=30_000)  # it is computed once
        expect(page.get_by_text(LAYERS[layer].help)).to_be_visible()
        expect(page).to_have_url(re.compile(f"layer={layer}$"))
        explorer.settle()
        picture, square = laid(explorer)
        heatmap = HEATMAPS[layer](network, embedded, CELLS, lambda share: None)
        assert (square["x"], square["y"]) == pytest.approx((heatmap.edges[0], heatmap.edges[-1]))
        assert square["sizex"] == square["sizey"] == pytest.approx(heatmap.edges[-1] - heatmap.edges[0])
        assert (square["layer"], square["sizing"]) == ("below", "stretch")
        # Opaque where the value is high, invisible where it is low. The picture's first row is the highest z2.
        opacity = picture[::-1, :, 3].astype(float)
        assert np.corrcoef(opacity.ravel(), np.clip(heatmap.values, *limits(heatmap)).ravel())[0, 1] > 0.999
        cut_off = [heatmap.values.min() < limits(heatmap)[0], heatmap.values.max() > limits(heatmap)[1]]
        assert [sign in legend.inner_text() for sign in ("\u2264", "\u2265")] == cut_off
        if heatmap.classes is not None:
            sure = (opacity > 100) & (heatmap.classes == 1)
            assert len(np.unique(picture[::-1][sure][:, :3], axis=0)) < 10, "a class has one colour, but for rounding"
    opacity = "document.querySelector('.js-plotly-plot').data[0].marker.opacity"
    faint = page.evaluate(opacity)
    layers.get_by_text(LAYERS["width"].label, exact=True).click()
    expect(legend).to_be_hidden()
    assert faint < page.evaluate(opacity), "a layer shines through the points"
    assert explorer.page.evaluate("document.querySelector('.js-plotly-plot').layout.images.length") == 0
    assert explorer.z == explorer.start
    assert explorer.same_map
    page.go_back()
    expect(legend).to_contain_text(LAYERS["width"].legend)


def laid(explorer: Explorer) -> tuple[np.ndarray, dict]:
    """The picture under the points, (n, n, 4) uint8, and how it was laid there."""
    square = explorer.page.evaluate("document.querySelector('.js-plotly-plot').layout.images[0]")
    picture = Image.open(io.BytesIO(base64.b64decode(square["source"].partition(",")[2])))
    return np.asarray(picture.convert("RGBA")), square


def limits(heatmap: Heatmap) -> tuple[float, float]:
    """What a layer is drawn between."""
    return (0.0, 1.0) if heatmap.classes is not None else tuple(np.percentile(heatmap.values, (1, 99)))
