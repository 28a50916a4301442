"""The link to the page on GANs: what it asks for, and what is refused of it."""

import pytest

from vae_core.ui.session.gan import GanLink

DIGITS = 100


def test_a_link_is_followed():
    link = GanLink.parse(
        {
            "view": "beside",
            "run": "gan",
            "vae": "seed",
            "layer": "magnification",
            "z1": "1",
            "z2": "-0.5",
            "digit": "7",
        },
        DIGITS,
    )
    assert link == GanLink("beside", "gan", "seed", "magnification", (1.0, -0.5), 7, 0, ())


def test_without_parameters_it_is_the_page_as_at_first():
    assert GanLink.parse({}, DIGITS) == GanLink("steps", None, None, "judged", None, None, 0, ())


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"view": "side"}, "expected steps, learned, beside; found 'side'"),
        ({"run": "deep"}, "deep is a VAE, not a GAN"),
        ({"vae": "gan"}, "is a GAN, not a VAE"),
        ({"run": "no-such-run"}, "no-such-run"),
        ({"run": "../../etc"}, "The link's run is not used"),
        ({"layer": "density"}, "no layer is called 'density'"),
        ({"z1": "far"}, "The link's point is not used"),
        ({"digit": "100"}, "from 0 to 99"),
        ({"step": "-3"}, "expected a whole number from 0; found '-3'"),
        ({"step": "9" * 4000}, "The link's step is not used"),
    ],
)
def test_what_is_refused_is_said_and_the_rest_is_used(parameters: dict[str, str], said: str):
    link = GanLink.parse({"z2": "0.25"} | parameters, DIGITS)
    assert len(link.notices) == 1
    assert said in link.notices[0]
    assert link.z == (None if "z1" in parameters else (0.0, 0.25))
    assert (link.view, link.layer) == ("steps", "judged")
