"""What the browser runs: Plotly.js as its authors published it, and only our own modules beside it."""

import hashlib

from vae_core.ui.resources import scripts


def test_plotly_js_is_the_published_file():
    assert (
        hashlib.sha256(scripts._PLOTLY.read_bytes()).hexdigest()
        == "3db1f8ca5c906266bd6ab2eeeef9e3c1e3f45c5844529657c3525ec2ad7c77e4"
    )


def test_the_modules_are_ours():
    _, texts = scripts._modules()
    assert "components/latent_map/view.js" in texts
    assert not any(name.startswith("vendor/") for name in texts)
