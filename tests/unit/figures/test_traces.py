"""What figures are put together from: traces, axes and layouts, as Plotly takes them."""

import json

from vae_core.figures.traces import BLUE, GREY, ORANGE, PURPLE, axis, layout, scatter


def test_a_trace_has_the_first_two_numbers_of_its_points_and_breaks_where_there_are_none():
    trace = scatter([(1, 2.5, "a"), (None, None), (3, 4.5)], mode="lines", showlegend=True)
    assert (trace["x"], trace["y"]) == ([1, None, 3], [2.5, None, 4.5])
    assert (trace["type"], trace["mode"], trace["showlegend"]) == ("scatter", "lines", True)
    assert not scatter([])["showlegend"]


def test_an_axis_cannot_be_dragged_and_says_what_it_shows():
    found = axis("epochs", type="log")
    assert (found["title"]["text"], found["fixedrange"], found["type"]) == ("epochs", True, "log")


def test_a_layout_is_as_high_as_it_is_to_be_or_as_its_place():
    assert layout(300)["height"] == 300
    assert "autosize" not in layout(300)
    assert layout()["autosize"]
    assert "height" not in layout()
    assert layout(dragmode="pan")["dragmode"] == "pan"


def test_colours_are_different_and_json_can_carry_it_all():
    assert len({BLUE, ORANGE, PURPLE, GREY}) == 4
    json.dumps([scatter([(1, 2)]), axis("nats"), layout(300)], allow_nan=False)
